import { useCallback, useEffect, useRef, useState } from 'react';
import { useFetcher } from 'react-router';
import type { SessionLine, SessionLinePage } from '../session-lines.ts';
import { joinPage, once, refreshRows, toRefresh } from '../session-rows.ts';
import { useHeldRows } from './use-held-rows.ts';

interface Known {
  readonly view: string;
  /** The loader's page that was joined last. */
  readonly page: readonly SessionLine[];
  /** What was shown of the first page, then what was scrolled to behind it. */
  readonly front: readonly SessionLine[];
  readonly behind: readonly SessionLine[];
  readonly nextCursor: string | null;
}

const opened = (view: string, { items, nextCursor }: SessionLinePage): Known => ({
  view,
  page: items,
  front: items,
  behind: [],
  nextCursor,
});

/**
 * The rows of the list, held in place while someone reads: the loader's page, and the pages that were scrolled to behind
 * it. Whenever the loader answers anew, the rows in sight that it does not hold are asked for again.
 */
export function useSessionLines(first: SessionLinePage, view: string) {
  const [known, setKnown] = useState(() => opened(view, first));
  let now = known.view === view ? known : opened(view, first);
  if (now.page !== first.items)
    now = { ...now, page: first.items, front: joinPage(now.front, first.items, first.nextCursor !== null) };
  if (now !== known) setKnown(now);

  const change = useCallback(
    (work: (before: Known) => Known) => setKnown((before) => (before.view === view ? work(before) : before)),
    [view],
  );
  const { rows: front, waiting, release } = useHeldRows(now.front, view);
  const rows = once([...front, ...now.behind]);
  const { loading, loadMore } = useFurther(view, now.nextCursor, change);
  const onRange = useFreshRows(view, rows, first.items, change);
  return { rows, waiting, release, nextCursor: now.nextCursor, loading, loadMore, onRange };
}

type Change = (work: (before: Known) => Known) => void;

/** Asks for the page behind the last one, once at a time. */
function useFurther(view: string, nextCursor: string | null, change: Change) {
  const { data, load, state } = useFetcher<SessionLinePage>({ key: `lines ${view}` });
  useEffect(() => {
    if (data === undefined) return;
    change((before) => ({ ...before, behind: [...before.behind, ...data.items], nextCursor: data.nextCursor }));
  }, [data, change]);
  const loadMore = useCallback(() => {
    if (nextCursor === null || state !== 'idle') return;
    const params = new URLSearchParams(view);
    params.set('cursor', nextCursor);
    void load(`/sessions/-/lines?${params}`);
  }, [nextCursor, state, view, load]);
  return { loading: state !== 'idle', loadMore };
}

/** Brings the rows in sight up to date after each answer of the loader; answers what the table tells its range by. */
function useFreshRows(view: string, rows: readonly SessionLine[], page: readonly SessionLine[], change: Change) {
  const { data, load } = useFetcher<SessionLinePage>({ key: `fresh ${view}` });
  const range = useRef<readonly [number, number]>([0, 0]);
  const latest = useRef(rows);
  const asked = useRef<ReadonlySet<string>>(new Set());
  useEffect(() => {
    latest.current = rows;
  });
  useEffect(() => {
    const ids = toRefresh(latest.current, page, range.current);
    if (ids.length === 0) return;
    asked.current = new Set(ids);
    const params = new URLSearchParams(view);
    params.delete('cursor');
    for (const id of ids) params.append('id', id);
    void load(`/sessions/-/lines?${params}`);
  }, [page, view, load]);
  useEffect(() => {
    if (data === undefined) return;
    change((before) => ({
      ...before,
      front: refreshRows(before.front, asked.current, data.items),
      behind: refreshRows(before.behind, asked.current, data.items),
    }));
  }, [data, change]);
  return useCallback((from: number, to: number) => {
    range.current = [from, to];
  }, []);
}
