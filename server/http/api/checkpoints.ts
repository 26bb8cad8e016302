import { z } from 'zod';
import { invalidFromZod } from '../../domain/errors.ts';
import { cut, mapped, pageOf } from './paging.ts';
import { checkpointParams, sessionParams } from './params.ts';
import { listQuery } from './query.ts';
import { type Route, route } from './route.ts';
import { checkpointOut, checkpointShape } from './shapes/checkpoint.ts';
import { listOf } from './shapes/fields.ts';
import { sessionOut, sessionShape } from './shapes/session.ts';

const tag = 'checkpoints';
const permission = { name: 'session.command' } as const;
const nothing = z.strictObject({});

function assertNothing(body: object): void {
  const parsed = nothing.safeParse(body);
  if (!parsed.success) throw invalidFromZod(parsed.error);
}

/** Durable points of a session (domain.md 1.3). */
export const checkpointRoutes: Route[] = [
  route({
    method: 'get',
    path: '/sessions/{id}/checkpoints',
    operationId: 'listCheckpoints',
    summary: 'List the checkpoints of a session',
    tag,
    permission: { name: 'read', resource: 'sessions' },
    params: sessionParams,
    query: listQuery,
    responses: { 200: { description: 'A page of checkpoints.', schema: listOf(checkpointShape) } },
    async handle({ services, actor, params, query }) {
      const kept = await services.checkpoints.list(actor, params.id);
      return { status: 200, json: mapped(cut(kept, pageOf(query)), checkpointOut) };
    },
  }),
  route({
    method: 'post',
    path: '/sessions/{id}/checkpoints',
    operationId: 'createCheckpoint',
    summary: 'Make a checkpoint now',
    tag,
    permission,
    params: sessionParams,
    body: nothing,
    responses: { 201: { description: 'The checkpoint.', schema: checkpointShape } },
    async handle({ services, actor, params, body }) {
      assertNothing(body);
      return { status: 201, json: checkpointOut(await services.checkpoints.create(actor, params.id)) };
    },
  }),
  route({
    method: 'post',
    path: '/sessions/{id}/checkpoints/{sequence}/restore',
    operationId: 'restoreCheckpoint',
    summary: 'Go back to a checkpoint',
    tag,
    permission,
    params: checkpointParams,
    body: nothing,
    responses: { 200: { description: 'The session at the checkpoint.', schema: sessionShape } },
    async handle({ services, actor, params, body }) {
      assertNothing(body);
      const session = await services.checkpoints.restore(actor, params.id, Number(params.sequence));
      return { status: 200, json: sessionOut(session) };
    },
  }),
];
