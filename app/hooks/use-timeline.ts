import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { pairsOf } from '../components/timeline-rows.ts';
import { type LiveEvent, type LiveState, reviveEvent } from '../live.ts';
import { createTimelinePages, type TimelinePages } from '../timeline-pages.ts';

export interface EventsAnswer {
  readonly items: readonly LiveEvent[];
  readonly nextAfter: number;
  readonly lastSeq: number;
}

/** A page of events after a number. Throws with the server's words when it is not to be had. */
export async function readEvents(
  slug: string,
  query: Readonly<Record<string, string | readonly string[]>>,
  signal: AbortSignal,
): Promise<EventsAnswer> {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    for (const one of typeof value === 'string' ? [value] : value) search.append(name, one);
  const response = await fetch(`/sessions/${slug}/events?${search}`, { signal });
  if (!response.ok) throw new Error(`The events could not be read: the server answered ${response.status}.`);
  const answer = (await response.json()) as EventsAnswer;
  return { ...answer, items: answer.items.map(reviveEvent) };
}

/** The pages of a session's timeline with the live tail at their end, and which calls and ends belong together. */
export function useTimelinePages({ session, events }: Pick<LiveState, 'session' | 'events'>) {
  const [pages, setPages] = useState(() => open(session.slug, events));
  const [slug, setSlug] = useState(session.slug);
  if (slug !== session.slug) {
    setSlug(session.slug);
    setPages(open(session.slug, events));
  }
  useEffect(() => pages.tail(events), [pages, events]);
  useEffect(() => () => pages.close(), [pages]);
  const version = useSyncExternalStore(pages.subscribe, pages.version, pages.version);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another version is another content
  const pairs = useMemo(() => pairsOf(pages.all()), [pages, version]);
  return { pages, pairs, version };
}

function open(slug: string, events: readonly LiveEvent[]): TimelinePages {
  const pages = createTimelinePages(
    async (after, limit, signal) =>
      (await readEvents(slug, { after: String(after), limit: String(limit) }, signal)).items,
  );
  pages.tail(events);
  return pages;
}
