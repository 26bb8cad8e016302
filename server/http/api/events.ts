import { z } from 'zod';
import type { Actor } from '../../domain/actor.ts';
import { invalid } from '../../domain/errors.ts';
import { eventTypes, type TimelineEvent } from '../../domain/events.ts';
import { outputWords } from '../../domain/output-search.ts';
import { sessionParams } from './params.ts';
import { integer, many, one } from './query.ts';
import { type Route, route } from './route.ts';
import { eventOut, eventShape, outputLineOut, outputLineShape } from './shapes/event.ts';
import { count } from './shapes/fields.ts';
import { type Nudge, streamEvents } from './sse.ts';
import { createStreamSlots } from './stream-slots.ts';

/** Tells after each commit that a feed has something new, and its newest position. Answers how to stop. */
export type Subscribe = (
  feed: { readonly sessionId: string } | { readonly teamId: string },
  nudge: Nudge,
) => () => void;

const tag = 'events';
const permission = { name: 'read', resource: 'sessions' } as const;
const most = 100;
const mostSeq = 2 ** 31 - 1;
const mostCursor = Number.MAX_SAFE_INTEGER;

const fields = (position: 'seq' | 'cursor') => ({
  after: integer(0, position === 'seq' ? mostSeq : mostCursor, `Only what follows this ${position}; 0 unless said.`),
  types: many(z.enum(eventTypes), 'Only these types; several joined by commas or repeated.'),
  limit: integer(1, most, `At most this many; ${most} unless said. A stream has no limit.`),
});

/** The timelines, as JSON or as Server-Sent Events by Accept. */
export function eventRoutes(options: {
  subscribe: Subscribe;
  stopping?: AbortSignal | undefined;
  heartbeatMs?: number;
}): Route[] {
  const { subscribe, stopping } = options;
  const slot = createStreamSlots();
  const beat = options.heartbeatMs === undefined ? {} : { heartbeatMs: options.heartbeatMs };
  return [
    route({
      method: 'get',
      path: '/sessions/{id}/events',
      operationId: 'listSessionEvents',
      summary: 'Read or follow the timeline of a session',
      tag,
      permission,
      params: sessionParams,
      query: fields('seq'),
      responses: {
        200: {
          description: 'Events in seq order; as a stream, `id:` is the seq.',
          schema: z.strictObject({ items: z.array(eventShape), nextAfter: count, lastSeq: count }),
          also: ['text/event-stream'],
        },
      },
      async handle({ services, actor, params, query, accepts, lastEventId, reauthenticate }) {
        const { types, limit = most } = query;
        if (accepts !== 'text/event-stream') {
          const page = await services.timeline.ofSession(actor, params.id, { after: query.after ?? 0, types, limit });
          return {
            status: 200,
            json: { items: page.items.map(eventOut), nextAfter: page.nextAfter, lastSeq: page.lastSeq },
          };
        }
        const from = positionOf(lastEventId, mostSeq) ?? query.after ?? 0;
        const session = await services.sessions.get(actor, params.id);
        const release = slot(readerOf(actor));
        return {
          stream: (res) =>
            streamEvents<TimelineEvent>(res, {
              release,
              from,
              limit: most,
              read: async (after) =>
                (await services.timeline.ofSession(actor, session.id, { after, types, limit: most })).items,
              positionOf: (event) => event.seq ?? 0,
              dataOf: eventOut,
              subscribe: (nudge) => subscribe({ sessionId: session.id }, nudge),
              admit: reauthenticate,
              stopping,
              ...beat,
            }),
        };
      },
    }),
    route({
      method: 'get',
      path: '/sessions/{id}/output',
      operationId: 'searchSessionOutput',
      summary: 'Find lines in what agents said and tools answered',
      tag,
      permission,
      params: sessionParams,
      query: {
        find: one(outputWords, 'The words of a line; A to Z in either case.'),
        limit: integer(1, 1_000, 'At most this many lines; 200 unless said.'),
      },
      responses: {
        200: {
          description: 'Lines, the newest part first; `seq` is the event that has the line.',
          schema: z.strictObject({ items: z.array(outputLineShape), more: z.boolean() }),
        },
      },
      async handle({ services, actor, params, query }) {
        if (query.find === undefined) throw invalid([{ path: 'find', message: 'Say which words to find.' }]);
        const { lines, more } = await services.timeline.search(actor, params.id, {
          words: query.find,
          limit: query.limit,
        });
        return { status: 200, json: { items: lines.map(outputLineOut), more } };
      },
    }),
    route({
      method: 'get',
      path: '/events',
      operationId: 'listTeamEvents',
      summary: 'Read or follow the events of the team',
      tag,
      permission,
      query: fields('cursor'),
      responses: {
        200: {
          description: 'Events in the order of their cursor; as a stream, `id:` is the cursor.',
          schema: z.strictObject({ items: z.array(eventShape), nextAfter: count }),
          also: ['text/event-stream'],
        },
      },
      async handle({ services, actor, query, accepts, lastEventId, reauthenticate }) {
        const { types, limit = most } = query;
        if (accepts !== 'text/event-stream') {
          const page = await services.timeline.ofTeam(actor, { after: query.after ?? 0, types, limit });
          return { status: 200, json: { items: page.items.map(eventOut), nextAfter: page.nextAfter } };
        }
        const from = positionOf(lastEventId, mostCursor) ?? query.after ?? 0;
        const { teamId } = actor;
        if (teamId === null) throw invalid([{ path: '', message: 'The system has no team to follow' }]);
        const release = slot(readerOf(actor));
        return {
          stream: (res) =>
            streamEvents<TimelineEvent>(res, {
              release,
              from,
              limit: most,
              read: async (after) => (await services.timeline.ofTeam(actor, { after, types, limit: most })).items,
              positionOf: (event) => event.cursor,
              dataOf: eventOut,
              subscribe: (nudge) => subscribe({ teamId }, nudge),
              admit: reauthenticate,
              stopping,
              ...beat,
            }),
        };
      },
    }),
  ];
}

function readerOf(actor: Actor): string {
  return actor.kind === 'system' ? 'system' : actor.id;
}

function positionOf(lastEventId: string | undefined, highest: number): number | undefined {
  if (lastEventId === undefined || lastEventId === '') return undefined;
  if (!/^\d{1,15}$/.test(lastEventId) || Number(lastEventId) > highest)
    throw invalid([{ path: 'Last-Event-ID', message: 'Not an id of this stream' }]);
  return Number(lastEventId);
}
