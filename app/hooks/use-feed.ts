import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { useFetcher } from 'react-router';
import { type EventFilter, isWanted } from '../../server/domain/event-filter.ts';
import type { LiveEvent } from '../live.ts';
import { createFeed } from '../telemetry-feed.ts';
import { useTeamEvents } from './use-live.ts';

type Slugs = Readonly<Record<string, string>>;
interface Page {
  readonly events: readonly LiveEvent[];
  readonly slugs: Slugs;
  readonly more: boolean;
}

/** Mending asks for so many pages of 500; what is older than that is in the file, not on the page. */
const mostPages = 10;

/**
 * The team's feed as it comes. After the link was away, and when an event names a session that is not known, the pages
 * since the last seen cursor are asked for, so that nothing is missing and every row has its session's name.
 */
export function useFeed(loaded: { events: readonly LiveEvent[]; slugs: Slugs }, filter: EventFilter, key: string) {
  const slugs = useRef<Record<string, string>>({});
  Object.assign(slugs.current, loaded.slugs);
  const slugOf = useCallback(
    ({ sessionId }: Pick<LiveEvent, 'sessionId'>) => (sessionId === null ? null : (slugs.current[sessionId] ?? null)),
    [],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: another filter is another feed; a newer answer for the same one is pushed
  const feed = useMemo(() => createFeed(loaded.events, (event) => isWanted(event, slugOf(event), filter)), [key]);
  useEffect(() => feed.push(loaded.events), [feed, loaded.events]);

  const { load, data, state } = useFetcher<Page>();
  const [pages, setPages] = useState(0);
  const [gap, setGap] = useState(false);
  const held = useRef<LiveEvent[]>([]);
  const from = useRef(0);

  const mend = useCallback(
    (after: number) => {
      from.current = after;
      setPages(1);
      void load(`/telemetry/since?after=${after}`);
    },
    [load],
  );

  useTeamEvents((events) => {
    const known = events.filter(({ sessionId }) => sessionId === null || sessionId in slugs.current);
    const unknown = events.filter((event) => !known.includes(event));
    const first = unknown[0] ?? null;
    if (first !== null) held.current.push(...unknown);
    const before = feed.last();
    feed.push(known);
    if (events.length === 0) mend(before);
    else if (first !== null && pages === 0) mend(first.cursor - 1);
  });

  useEffect(() => {
    if (data === undefined || state !== 'idle' || pages === 0) return;
    Object.assign(slugs.current, data.slugs);
    feed.push(data.events);
    feed.push(held.current.splice(0));
    const last = data.events.at(-1)?.cursor;
    if (!data.more || last === undefined) setPages(0);
    else if (pages >= mostPages) {
      setPages(0);
      setGap(true);
    } else {
      setPages(pages + 1);
      void load(`/telemetry/since?after=${last}`);
    }
  }, [data, state, pages, feed, load]);

  const view = useSyncExternalStore(feed.subscribe, feed.view, feed.view);
  return { view, hold: feed.hold, slugOf, gap };
}
