import { useEffect, useState } from 'react';
import type { Names } from '../components/timeline-entry.ts';
import { type EventFilter, filters, fits } from '../components/timeline-rows.ts';
import { typesOf } from '../components/timeline-words.ts';
import type { LiveEvent, LiveState } from '../live.ts';
import { readEvents } from './use-timeline.ts';

export interface SearchResult {
  readonly found: readonly LiveEvent[];
  /** Up to which event it has looked. */
  readonly searched: number;
  readonly failed: string | null;
}

const page = 1_000;
const nothing: SearchResult = { found: [], searched: 0, failed: null };

/**
 * Every event of the whole session that fits, read page by page from the first to the newest and then carried on by what
 * comes; null without a filter. What does not fit is not kept, so a long session costs time, not memory.
 */
export function useTimelineSearch(
  state: LiveState,
  filter: EventFilter,
  names: Names,
  agentOf: (attemptId: unknown) => string | null,
): SearchResult | null {
  const { slug } = state.session;
  const asked = filters(filter);
  const key = `${slug} ${[...filter.groups].sort().join()} ${filter.agent} ${filter.text.trim().toLowerCase()}`;
  const [result, setResult] = useState<SearchResult & { key: string }>({ ...nothing, key });
  const last = state.lastSeq;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the key is the filter; what comes while it stands is taken below
  useEffect(() => {
    if (!asked) return;
    const stop = new AbortController();
    let found: LiveEvent[] = [];
    const look = async () => {
      for (let after = 0; !stop.signal.aborted; ) {
        const query = { after: String(after), limit: String(page), type: typesOf(filter.groups) };
        const answer = await readEvents(slug, query, stop.signal);
        found = found.concat(answer.items.filter((event) => fits(event, filter, names, agentOf)));
        after = answer.items.length < page ? answer.lastSeq : answer.nextAfter;
        setResult({ key, found, searched: after, failed: null });
        if (answer.items.length < page) return;
      }
    };
    // A word that is being typed is not searched letter by letter.
    const timer = setTimeout(() => {
      look().catch((error: unknown) => {
        if (stop.signal.aborted) return;
        setResult({ key, found, searched: 0, failed: error instanceof Error ? error.message : String(error) });
      });
    }, 200);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [key, asked]);

  useEffect(() => {
    setResult((before) => {
      if (!asked || before.key !== key || before.searched === 0 || before.searched >= last) return before;
      const first = state.events[0]?.seq ?? 0;
      // The search itself is still on its way to the live end.
      if (before.searched < first - 1) return before;
      const more = state.events.filter((event) => (event.seq ?? 0) > before.searched);
      const fitting = more.filter((event) => fits(event, filter, names, agentOf));
      return { ...before, searched: last, found: fitting.length === 0 ? before.found : [...before.found, ...fitting] };
    });
  }, [asked, key, last, state.events, filter, names, agentOf]);

  if (!asked) return null;
  return result.key === key ? result : nothing;
}
