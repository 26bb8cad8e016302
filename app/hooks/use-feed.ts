import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { useFetcher } from 'react-router';
import {
  attemptOf,
  type EventFilter,
  type FeedNames,
  isWanted,
  namesIn,
  taskOf,
} from '../../server/domain/event-filter.ts';
import type { LiveEvent } from '../live.ts';
import { createFeed } from '../telemetry-feed.ts';
import { useTeamEvents } from './use-live.ts';

interface Page {
  readonly events: readonly LiveEvent[];
  readonly names: FeedNames;
  readonly more: boolean;
}

/** Mending asks for so many pages of 500; what is older than that is in the file, not on the page. */
const mostPages = 10;

/**
 * The team's feed as it comes. After the link was away, and when an event names a session that is not known, the pages
 * since the last seen cursor are asked for, so that nothing is missing and every row has its session's name.
 */
export function useFeed(loaded: Omit<Page, 'more'>, filter: EventFilter, key: string) {
  const known = useRef({
    slugs: {} as Record<string, string>,
    agents: {} as Record<string, string>,
    tasks: {} as Record<string, string | null>,
  });
  const learn = useCallback(({ slugs, agents, tasks }: FeedNames) => {
    Object.assign(known.current.slugs, slugs);
    Object.assign(known.current.agents, agents);
    Object.assign(known.current.tasks, tasks);
  }, []);
  learn(loaded.names);
  const namesOf = useCallback((event: LiveEvent) => namesIn(event, known.current), []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another filter is another feed; a newer answer for the same one is pushed
  const feed = useMemo(() => createFeed(loaded.events, (event) => isWanted(event, namesOf(event), filter)), [key]);
  useEffect(() => feed.push(loaded.events), [feed, loaded.events]);

  const { load, data, state } = useFetcher<Page>();
  const [pages, setPages] = useState(0);
  const [gap, setGap] = useState(false);
  const held = useRef<LiveEvent[]>([]);

  const mend = useCallback(
    (after: number) => {
      setPages(1);
      void load(`/telemetry/since?after=${after}`);
    },
    [load],
  );

  useTeamEvents((events) => {
    for (const event of events) {
      const attempt = attemptOf(event);
      const agent = event.type === 'attempt.started' ? agentIn(event) : null;
      if (attempt !== null && agent !== null) known.current.agents[attempt] = agent;
      const task = event.type === 'task.created' ? taskOf(event) : null;
      if (task !== null) known.current.tasks[task] = keyIn(event);
    }
    const unknown = events.filter(({ sessionId }) => sessionId !== null && !(sessionId in known.current.slugs));
    const first = unknown[0] ?? null;
    if (first !== null) held.current.push(...unknown);
    const before = feed.last();
    feed.push(events.filter((event) => !unknown.includes(event)));
    if (events.length === 0) mend(before);
    else if (first !== null && pages === 0) mend(first.cursor - 1);
  });

  useEffect(() => {
    if (data === undefined || state !== 'idle' || pages === 0) return;
    learn(data.names);
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
  }, [data, state, pages, feed, load, learn]);

  const view = useSyncExternalStore(feed.subscribe, feed.view, feed.view);
  return { view, hold: feed.hold, namesOf, gap };
}

/** The key of a new task; a planner's own run has none. */
function keyIn({ payload }: LiveEvent): string | null {
  return payload.kind === 'plan' || typeof payload.key !== 'string' ? null : payload.key;
}

/** Who began the attempt, as the event itself says. */
function agentIn({ payload }: LiveEvent): string | null {
  return typeof payload.agent === 'string' ? payload.agent : null;
}
