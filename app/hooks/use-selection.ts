import { useCallback, useState } from 'react';

/** Which rows are selected; another `view` of the list starts with none. */
export function useSelection(view: string) {
  const [selected, setSelected] = useState<{ view: string; slugs: ReadonlySet<string> }>({ view, slugs: new Set() });
  const slugs = selected.view === view ? selected.slugs : new Set<string>();

  const put = useCallback(
    (change: (slugs: Set<string>) => void) =>
      setSelected((before) => {
        const next = new Set(before.view === view ? before.slugs : []);
        change(next);
        return { view, slugs: next };
      }),
    [view],
  );
  const toggle = useCallback(
    (slug: string, on: boolean) => put((next) => (on ? next.add(slug) : next.delete(slug))),
    [put],
  );
  const all = useCallback((shown: readonly string[]) => put((next) => shown.map((slug) => next.add(slug))), [put]);
  const clear = useCallback(() => put((next) => next.clear()), [put]);
  return { slugs, toggle, all, clear };
}
