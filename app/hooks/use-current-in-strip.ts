import { type RefObject, useEffect, useRef } from 'react';
import { useLocation } from 'react-router';

/** For a strip of tabs that scrolls sideways on a phone: the tab of the open page is always in sight. */
export function useCurrentInStrip(): RefObject<HTMLElement | null> {
  const strip = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another tab was opened
  useEffect(() => {
    const open = strip.current?.querySelector<HTMLElement>('[aria-current=page]');
    // Sideways only: the page itself must not move.
    if (open) strip.current?.scrollTo({ left: open.offsetLeft - 48 });
  }, [pathname]);
  return strip;
}
