import { z } from 'zod';
import { attentions, priorities, priorityOf, sessionStatuses, sessionTypes } from '../../domain/session.ts';
import { createSessionInput, updateSessionInput } from '../../domain/session-input.ts';
import { sessionSorts } from '../../domain/session-view.ts';
import { cut, mapped, pageOf } from './paging.ts';
import { sessionParams } from './params.ts';
import { boolean, listQuery, many, one } from './query.ts';
import { type Route, route } from './route.ts';
import { listOf } from './shapes/fields.ts';
import { metricsOut, metricsShape } from './shapes/metrics.ts';
import { sessionOut, sessionShape } from './shapes/session.ts';

const tag = 'sessions';
const read = { name: 'read', resource: 'sessions' } as const;
const edit = { name: 'session.edit' } as const;

const priority = z.union(
  [z.enum(priorities).transform(priorityOf), z.enum(['0', '1', '2', '3', '4']).transform(Number)],
  {
    error: `One of ${priorities.join(', ')}, or 0 to 4`,
  },
);

const filters = {
  status: many(z.enum(sessionStatuses), 'Only these states.'),
  type: many(z.enum(sessionTypes), 'Only these types.'),
  priority: many(priority, 'Only these priorities, as word or number.'),
  attention: many(z.enum(attentions), 'Only those that wait for this.'),
  tag: many(z.string().max(40), 'Only those with one of these tags.', { split: false }),
  createdBy: one(z.guid('Give the id of a user'), 'Only those this user created.'),
  ended: one(z.literal('day', 'Give day, or leave it out'), 'Only those that ended within the last 24 hours.'),
  q: one(z.string().max(200), 'Text in slug, title or prompt.'),
  sort: one(z.enum(sessionSorts), 'Order; newest first unless said.'),
  deleted: boolean('The deleted ones instead of the living.'),
};

const counts = z
  .strictObject({
    status: z.record(z.string(), z.int().min(0)),
    attention: z.record(z.string(), z.int().min(0)),
    total: z.int().min(0),
  })
  .meta({ id: 'SessionStats' });

/** Sessions as resources; what is done with one is in session-commands.ts. */
export const sessionRoutes: Route[] = [
  route({
    method: 'post',
    path: '/sessions',
    operationId: 'createSession',
    summary: 'Create a session',
    tag,
    permission: { name: 'session.create' },
    body: createSessionInput,
    responses: { 201: { description: 'The session as created.', schema: sessionShape } },
    async handle({ services, actor, body }) {
      return { status: 201, json: sessionOut(await services.sessions.create(actor, body)) };
    },
  }),
  route({
    method: 'get',
    path: '/sessions',
    operationId: 'listSessions',
    summary: 'List sessions',
    tag,
    permission: read,
    query: { ...filters, ...listQuery },
    responses: { 200: { description: 'A page of sessions.', schema: listOf(sessionShape) } },
    async handle({ services, actor, query }) {
      const { cursor, limit, ...filter } = query;
      const page = await services.sessions.list(actor, filter, pageOf({ cursor, limit }));
      return { status: 200, json: mapped(page, sessionOut) };
    },
  }),
  route({
    method: 'get',
    path: '/sessions/stats',
    operationId: 'countSessions',
    summary: 'Count the living sessions by state and attention',
    tag,
    permission: read,
    responses: { 200: { description: 'The counts.', schema: counts } },
    async handle({ services, actor }) {
      const found = await services.sessions.counts(actor);
      const status = Object.fromEntries(sessionStatuses.map((name) => [name, found.status[name] ?? 0]));
      const attention = Object.fromEntries(attentions.map((kind) => [kind, found.attention[kind] ?? 0]));
      const total = Object.values(status).reduce((sum, count) => sum + count, 0);
      return { status: 200, json: { status, attention, total } };
    },
  }),
  route({
    method: 'get',
    path: '/sessions/{id}',
    operationId: 'getSession',
    summary: 'Read a session',
    tag,
    permission: read,
    params: sessionParams,
    responses: { 200: { description: 'The session.', schema: sessionShape } },
    async handle({ services, actor, params }) {
      return { status: 200, json: sessionOut(await services.sessions.get(actor, params.id)) };
    },
  }),
  route({
    method: 'patch',
    path: '/sessions/{id}',
    operationId: 'updateSession',
    summary: 'Change a session',
    tag,
    permission: edit,
    params: sessionParams,
    body: updateSessionInput,
    versioned: true,
    responses: { 200: { description: 'The session as changed.', schema: sessionShape } },
    async handle({ services, actor, params, body, version }) {
      return { status: 200, json: sessionOut(await services.sessions.update(actor, params.id, body, { version })) };
    },
  }),
  route({
    method: 'delete',
    path: '/sessions/{id}',
    operationId: 'deleteSession',
    summary: 'Delete a session; it can be undeleted for 30 days',
    tag,
    permission: edit,
    params: sessionParams,
    versioned: true,
    responses: { 204: { description: 'Deleted.' } },
    async handle({ services, actor, params, version }) {
      await services.sessions.remove(actor, params.id, { version });
      return { status: 204 };
    },
  }),
  route({
    method: 'get',
    path: '/sessions/{id}/tree',
    operationId: 'getSessionTree',
    summary: 'List the session and its family, the root first',
    tag,
    permission: read,
    params: sessionParams,
    query: listQuery,
    responses: { 200: { description: 'A page of sessions; `parentId` makes the tree.', schema: listOf(sessionShape) } },
    async handle({ services, actor, params, query }) {
      const family = await services.sessions.tree(actor, params.id);
      return { status: 200, json: mapped(cut(family, pageOf(query)), sessionOut) };
    },
  }),
  route({
    method: 'get',
    path: '/sessions/{id}/metrics',
    operationId: 'getSessionMetrics',
    summary: 'Read what a session has used',
    tag,
    permission: read,
    params: sessionParams,
    responses: { 200: { description: 'The metrics.', schema: metricsShape } },
    async handle({ services, actor, params }) {
      return { status: 200, json: metricsOut(await services.metrics.ofSession(actor, params.id)) };
    },
  }),
];
