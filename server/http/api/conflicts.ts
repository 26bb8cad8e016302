import { z } from 'zod';
import { conflictStatuses } from '../../domain/conflict.ts';
import { resolveConflictInput } from '../../domain/conflict-input.ts';
import { mapped, pageOf } from './paging.ts';
import { idParams, sessionParams } from './params.ts';
import { listQuery, many } from './query.ts';
import { type Route, route } from './route.ts';
import {
  conflictOut,
  conflictRowOut,
  conflictRowShape,
  conflictShape,
  conflictViewOut,
  conflictViewShape,
} from './shapes/conflict.ts';
import { listOf } from './shapes/fields.ts';

const tag = 'conflicts';
const read = { name: 'read', resource: 'sessions' } as const;
const command = { name: 'session.command' } as const;
const status = many(z.enum(conflictStatuses), 'Only these states.');

/** Two tasks that changed the same place (domain.md 5). */
export const conflictRoutes: Route[] = [
  route({
    method: 'get',
    path: '/conflicts',
    operationId: 'listConflicts',
    summary: 'List merge conflicts, those that wait for a person first',
    tag,
    permission: read,
    query: { status, ...listQuery },
    responses: { 200: { description: 'A page of conflicts.', schema: listOf(conflictRowShape) } },
    async handle({ services, actor, query }) {
      const page = await services.conflicts.list(actor, { status: query.status }, pageOf(query));
      return { status: 200, json: mapped(page, conflictRowOut) };
    },
  }),
  route({
    method: 'get',
    path: '/sessions/{id}/conflicts',
    operationId: 'listConflictsOfSession',
    summary: "List a session's merge conflicts",
    tag,
    permission: read,
    params: sessionParams,
    query: { status, ...listQuery },
    responses: { 200: { description: 'A page of conflicts.', schema: listOf(conflictRowShape) } },
    async handle({ services, actor, params, query }) {
      const { id: sessionId } = await services.sessions.get(actor, params.id);
      const page = await services.conflicts.list(actor, { status: query.status, sessionId }, pageOf(query));
      return { status: 200, json: mapped(page, conflictRowOut) };
    },
  }),
  route({
    method: 'get',
    path: '/conflicts/{id}',
    operationId: 'getConflict',
    summary: 'Read a conflict with both sides of each file',
    tag,
    permission: read,
    params: idParams,
    responses: { 200: { description: 'The conflict.', schema: conflictViewShape } },
    async handle({ services, actor, params }) {
      return { status: 200, json: conflictViewOut(await services.conflicts.get(actor, params.id)) };
    },
  }),
  route({
    method: 'post',
    path: '/conflicts/{id}/resolve',
    operationId: 'resolveConflict',
    summary: 'Resolve a conflict file by file',
    tag,
    permission: command,
    params: idParams,
    body: resolveConflictInput,
    responses: {
      200: { description: 'The conflict with the choices; they are verified before they land.', schema: conflictShape },
    },
    async handle({ services, actor, params, body }) {
      return { status: 200, json: conflictOut(await services.conflicts.resolve(actor, params.id, body)) };
    },
  }),
  route({
    method: 'post',
    path: '/conflicts/{id}/hand-to-agent',
    operationId: 'handConflictToAgent',
    summary: 'Give a conflict that waits for a person to an agent',
    tag,
    permission: command,
    params: idParams,
    responses: { 200: { description: 'The conflict, open again.', schema: conflictShape } },
    async handle({ services, actor, params }) {
      return { status: 200, json: conflictOut(await services.conflicts.handToAgent(actor, params.id)) };
    },
  }),
];
