import { type Actor, authorize } from '../domain/actor.ts';
import { DomainError } from '../domain/errors.ts';
import type { TimelineEvent } from '../domain/events.ts';
import type { OutputLine } from '../domain/output-search.ts';
import type { Deps } from './deps.ts';
import { findSession } from './sessions/find.ts';
import { teamOf } from './tokens.ts';

/** The stored events, as pages and programs read them. */
export function createTimeline(deps: Deps) {
  const { store } = deps;
  return {
    /** From `after` on, oldest first. */
    async ofSession(
      actor: Actor,
      ref: string,
      query: { after?: number | undefined; types?: readonly string[] | undefined; limit?: number | undefined } = {},
    ): Promise<{ items: TimelineEvent[]; nextAfter: number; lastSeq: number }> {
      const session = await findSession(deps, actor, ref, 'read');
      const after = query.after ?? 0;
      const items = await store.events.list(session.id, { after, types: query.types, limit: query.limit ?? 100 });
      const nextAfter = items.at(-1)?.seq ?? after;
      // The session was read first: an event may have come between.
      return { items, nextAfter, lastSeq: Math.max(session.lastSeq, items.at(-1)?.seq ?? 0) };
    },

    /** The newest `limit` before `before`, in order. */
    async latest(
      actor: Actor,
      ref: string,
      query: { limit: number; before?: number | undefined },
    ): Promise<{ items: TimelineEvent[]; lastSeq: number; firstSeq: number | null }> {
      const session = await findSession(deps, actor, ref, 'read');
      const items = await store.events.list(session.id, {
        after: 0,
        before: query.before,
        limit: query.limit,
        newestFirst: true,
      });
      const ascending = [...items].sort((a, b) => (a.seq ?? 0) - (b.seq ?? 0));
      const lastSeq = Math.max(session.lastSeq, ascending.at(-1)?.seq ?? 0);
      return { items: ascending, lastSeq, firstSeq: ascending[0]?.seq ?? null };
    },

    async ofTeam(
      actor: Actor,
      query: { after?: number | undefined; types?: readonly string[] | undefined; limit?: number | undefined } = {},
    ): Promise<{ items: TimelineEvent[]; nextAfter: number }> {
      authorize(actor, 'read', { teamId: teamOf(actor), resource: 'sessions' });
      const after = query.after ?? 0;
      const items = await store.events.team(teamOf(actor), { after, types: query.types, limit: query.limit ?? 100 });
      return { items, nextAfter: items.at(-1)?.cursor ?? after };
    },

    /** The newest of the team, oldest first: what changed lately. */
    async recent(actor: Actor, limit: number): Promise<TimelineEvent[]> {
      authorize(actor, 'read', { teamId: teamOf(actor), resource: 'sessions' });
      const items = await store.events.team(teamOf(actor), { after: 0, limit, newestFirst: true });
      return [...items].sort((a, b) => a.cursor - b.cursor);
    },

    /** Lines of the output that have these words, of all that was ever said in the session; `more` when there are others. */
    async search(
      actor: Actor,
      ref: string,
      { words, limit = 200 }: { words: string; limit?: number | undefined },
    ): Promise<{ lines: OutputLine[]; more: boolean }> {
      const session = await findSession(deps, actor, ref, 'read');
      const lines = await store.events.searchOutput(session.id, words, limit + 1);
      return { lines: lines.slice(0, limit), more: lines.length > limit };
    },

    /** The whole of a payload that was too long to keep inline. */
    async output(actor: Actor, hash: string): Promise<string> {
      authorize(actor, 'read', { teamId: teamOf(actor), resource: 'sessions' });
      const text = await store.blobs.get(teamOf(actor), hash);
      if (text === null) throw new DomainError('NOT_FOUND', 'There is no such output.');
      return text;
    },
  };
}
