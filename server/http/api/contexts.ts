import { z } from 'zod';
import { contextScopes } from '../../domain/context.ts';
import {
  createContextInput,
  mergeContextsInput,
  patchContextInput,
  shareContextInput,
} from '../../domain/context-input.ts';
import { invalidFromZod } from '../../domain/errors.ts';
import { contextKeyRoutes } from './context-keys.ts';
import { cut, mapped, pageOf } from './paging.ts';
import { idParams, sessionParams } from './params.ts';
import { listQuery, many, one } from './query.ts';
import { type Route, route } from './route.ts';
import { contextOut, contextShape, mergedShape } from './shapes/context.ts';
import { listOf } from './shapes/fields.ts';

const tag = 'contexts';
const read = { name: 'read', resource: 'contexts' } as const;
const write = { name: 'context.write' } as const;
const nothing = z.strictObject({});

const filters = {
  scope: many(z.enum(contextScopes), 'Only these scopes.'),
  sessionId: one(z.string().max(64), 'Only those of this session, by id or slug.'),
  agentId: one(z.guid('Give the id of an agent'), 'Only those of this agent.'),
  q: one(z.string().max(200), 'Text in name or data.'),
};

/** Shared, versioned knowledge (domain.md 5). */
export const contextRoutes: Route[] = [
  route({
    method: 'post',
    path: '/contexts',
    operationId: 'createContext',
    summary: 'Create a context',
    tag,
    permission: write,
    body: createContextInput,
    responses: { 201: { description: 'The context as created.', schema: contextShape } },
    async handle({ services, actor, body }) {
      return { status: 201, json: contextOut(await services.contexts.create(actor, body)) };
    },
  }),
  route({
    method: 'get',
    path: '/contexts',
    operationId: 'listContexts',
    summary: 'List contexts, the last changed first',
    tag,
    permission: read,
    query: { ...filters, ...listQuery },
    responses: { 200: { description: 'A page of contexts.', schema: listOf(contextShape) } },
    async handle({ services, actor, query }) {
      const { cursor, limit, ...filter } = query;
      const page = await services.contexts.list(actor, filter, pageOf({ cursor, limit }));
      return { status: 200, json: mapped(page, contextOut) };
    },
  }),
  // Before the routes with an id: `merge` is none.
  route({
    method: 'post',
    path: '/contexts/merge',
    operationId: 'mergeContexts',
    summary: 'Merge contexts into a new one',
    tag,
    permission: write,
    body: mergeContextsInput,
    responses: { 201: { description: 'The new context, and the conflicts that were settled.', schema: mergedShape } },
    async handle({ services, actor, body }) {
      const { context, conflicts } = await services.contexts.merge(actor, body);
      return { status: 201, json: { ...contextOut(context), conflicts } };
    },
  }),
  route({
    method: 'get',
    path: '/contexts/{id}',
    operationId: 'getContext',
    summary: 'Read a context',
    tag,
    permission: read,
    params: idParams,
    responses: { 200: { description: 'The context.', schema: contextShape } },
    async handle({ services, actor, params }) {
      return { status: 200, json: contextOut(await services.contexts.get(actor, params.id)) };
    },
  }),
  route({
    method: 'patch',
    path: '/contexts/{id}',
    operationId: 'updateContext',
    summary: 'Set and unset places of a context',
    tag,
    permission: write,
    params: idParams,
    body: patchContextInput,
    versioned: true,
    responses: { 200: { description: 'The context as changed.', schema: contextShape } },
    async handle({ services, actor, params, body, version }) {
      return { status: 200, json: contextOut(await services.contexts.patch(actor, params.id, body, { version })) };
    },
  }),
  route({
    method: 'delete',
    path: '/contexts/{id}',
    operationId: 'deleteContext',
    summary: 'Delete a context',
    tag,
    permission: write,
    params: idParams,
    versioned: true,
    responses: { 204: { description: 'It is gone, with its history.' } },
    async handle({ services, actor, params, version }) {
      await services.contexts.remove(actor, params.id, { version });
      return { status: 204 };
    },
  }),
  route({
    method: 'post',
    path: '/contexts/{id}/share',
    operationId: 'shareContext',
    summary: 'Copy a context into another session',
    tag,
    permission: write,
    params: idParams,
    body: shareContextInput,
    responses: { 201: { description: 'The copy.', schema: contextShape } },
    async handle({ services, actor, params, body }) {
      return { status: 201, json: contextOut(await services.contexts.share(actor, params.id, body)) };
    },
  }),
  route({
    method: 'post',
    path: '/contexts/{id}/promote',
    operationId: 'promoteContext',
    summary: 'Make a context global',
    tag,
    permission: { name: 'context.promote' },
    params: idParams,
    body: nothing,
    versioned: true,
    responses: { 200: { description: 'The context, now global.', schema: contextShape } },
    async handle({ services, actor, params, body, version }) {
      const parsed = nothing.safeParse(body);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      return { status: 200, json: contextOut(await services.contexts.promote(actor, params.id, { version })) };
    },
  }),
  route({
    method: 'get',
    path: '/sessions/{id}/contexts',
    operationId: 'listSessionContexts',
    summary: 'List what a session’s agents see: its own contexts and the team’s global ones',
    tag,
    permission: read,
    params: sessionParams,
    query: listQuery,
    responses: { 200: { description: 'A page of contexts.', schema: listOf(contextShape) } },
    async handle({ services, actor, params, query }) {
      const contexts = await services.contexts.ofSession(actor, params.id);
      return { status: 200, json: mapped(cut(contexts, pageOf(query)), contextOut) };
    },
  }),
  ...contextKeyRoutes,
];
