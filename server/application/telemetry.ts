import { type Actor, authorize } from '../domain/actor.ts';
import {
  attemptOf,
  type EventFilter,
  type FeedNames,
  isWanted,
  namesIn,
  taskOf,
  typesOf,
} from '../domain/event-filter.ts';
import type { TimelineEvent } from '../domain/events.ts';
import type { Deps } from './deps.ts';
import { teamOf } from './tokens.ts';

export interface FeedPage {
  /** In the order they happened. */
  events: TimelineEvent[];
  names: FeedNames;
}

/** How far one question looks back, and what one file holds: a rare word must not read a whole year. */
const searchedEvents = 20_000;
const exportedEvents = 10_000;
const pageSize = 500;

/** All events of the team, as they come and as they came. */
export function createTelemetryFeed(deps: Deps) {
  const { store } = deps;

  function mayRead(actor: Actor): string {
    authorize(actor, 'read', { teamId: teamOf(actor), resource: 'sessions' });
    return teamOf(actor);
  }

  async function named(teamId: string, events: readonly TimelineEvent[]): Promise<FeedNames> {
    const sessions = new Set(events.flatMap(({ sessionId }) => sessionId ?? []));
    const attempts = new Set(events.flatMap((event) => attemptOf(event) ?? []));
    const tasks = new Set(events.flatMap((event) => taskOf(event) ?? []));
    return store.overview.names(teamId, { sessions: [...sessions], attempts: [...attempts], tasks: [...tasks] });
  }

  /** Pages of wanted events, the newest first, until `searchedEvents` were looked at. */
  async function* pages(teamId: string, filter: EventFilter): AsyncGenerator<FeedPage> {
    const session = filter.session === '' ? null : await store.sessions.get(teamId, filter.session, { deleted: true });
    if (filter.session !== '' && session === null) return;
    const query = { after: 0, types: typesOf(filter), sessionId: session?.id, limit: pageSize, newestFirst: true };
    let before: number | undefined;
    for (let looked = 0; looked < searchedEvents; looked += pageSize) {
      const page = await store.events.team(teamId, { ...query, before });
      const names = await named(teamId, page);
      yield { events: page.filter((event) => isWanted(event, namesIn(event, names), filter)), names };
      if (page.length < pageSize) return;
      before = page.at(-1)?.cursor;
    }
  }

  return {
    /** The newest `limit` that the filter lets through, of the last 20,000 of their types. */
    async recent(actor: Actor, filter: EventFilter, limit: number): Promise<FeedPage> {
      const events: TimelineEvent[] = [];
      const names = { slugs: {}, agents: {}, tasks: {} };
      for await (const page of pages(mayRead(actor), filter)) {
        events.push(...page.events);
        Object.assign(names.slugs, page.names.slugs);
        Object.assign(names.agents, page.names.agents);
        Object.assign(names.tasks, page.names.tasks);
        if (events.length >= limit) break;
      }
      return { events: events.slice(0, limit).reverse(), names };
    },

    /** What came after a cursor, at most 500, to mend a feed that was away; `more` says that it is not all. */
    async since(actor: Actor, after: number): Promise<FeedPage & { more: boolean }> {
      const teamId = mayRead(actor);
      const events = await store.events.team(teamId, { after, limit: pageSize });
      return { events, names: await named(teamId, events), more: events.length === pageSize };
    },

    /** As JSON Lines, the newest first: at most 10,000, of the last 20,000 of their types. */
    async exportLines(actor: Actor, filter: EventFilter): Promise<AsyncIterable<string>> {
      // Permission is asked, and that it was taken is written down, before the file begins.
      const teamId = mayRead(actor);
      const after = Object.fromEntries(Object.entries(filter).filter(([, value]) => value.length > 0));
      await store.audit.append({
        teamId,
        actor,
        action: 'events.exported',
        subject: { kind: 'team', id: teamId },
        ...(Object.keys(after).length > 0 && { after }),
      });
      return lines(teamId, filter);
    },
  };

  async function* lines(teamId: string, filter: EventFilter): AsyncGenerator<string> {
    let left = exportedEvents;
    for await (const { events, names } of pages(teamId, filter)) {
      const texts = events.slice(0, left).map(({ teamId: _, ...event }) => {
        const { slug: session, agent } = namesIn(event, names);
        return `${JSON.stringify({ ...event, session, agent })}\n`;
      });
      left -= texts.length;
      if (texts.length > 0) yield texts.join('');
      if (left === 0) return;
    }
  }
}
