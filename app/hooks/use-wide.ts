import { useSyncExternalStore } from 'react';

// The same width as `--breakpoint-desk` in app.css.
const query = '(width >= 62.5rem)';

/** Whether the panes stand side by side. The server draws them all and leaves the choice to the style sheet. */
export function useWide(): boolean {
  return useSyncExternalStore(
    (listener) => {
      const media = window.matchMedia(query);
      media.addEventListener('change', listener);
      return () => media.removeEventListener('change', listener);
    },
    () => window.matchMedia(query).matches,
    () => true,
  );
}
