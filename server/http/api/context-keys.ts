import { z } from 'zod';
import { setKeyInput } from '../../domain/context-input.ts';
import { invalid } from '../../domain/errors.ts';
import { idParams } from './params.ts';
import { integer } from './query.ts';
import { type Route, route } from './route.ts';
import { changeOut, contextDiffShape, contextHistoryShape, contextKeyShape } from './shapes/context.ts';

const tag = 'contexts';
const read = { name: 'read', resource: 'contexts' } as const;
const write = { name: 'context.write' } as const;

const keyParams = z.strictObject({
  ...idParams.shape,
  path: z.string().min(1).max(2_000).describe('Dot path, URL-encoded; a dot inside a key is written `\\.`.'),
});

const version = integer(1, 2 ** 31 - 1, 'A version.');

/** Single places of a context, and how it came to be what it is. */
export const contextKeyRoutes: Route[] = [
  route({
    method: 'get',
    path: '/contexts/{id}/keys/{path}',
    operationId: 'getContextKey',
    summary: 'Read one place of a context',
    tag,
    permission: read,
    params: keyParams,
    responses: { 200: { description: 'What stands there; null is a value.', schema: contextKeyShape } },
    async handle({ services, actor, params }) {
      return { status: 200, json: await services.contexts.getKey(actor, params.id, params.path) };
    },
  }),
  route({
    method: 'put',
    path: '/contexts/{id}/keys/{path}',
    operationId: 'setContextKey',
    summary: 'Set one place of a context',
    tag,
    permission: write,
    params: keyParams,
    body: setKeyInput,
    versioned: true,
    responses: { 200: { description: 'What stands there now.', schema: contextKeyShape } },
    async handle({ services, actor, params, body, version }) {
      return { status: 200, json: await services.contexts.setKey(actor, params.id, params.path, body, { version }) };
    },
  }),
  route({
    method: 'delete',
    path: '/contexts/{id}/keys/{path}',
    operationId: 'unsetContextKey',
    summary: 'Remove one place of a context',
    tag,
    permission: write,
    params: keyParams,
    versioned: true,
    responses: { 204: { description: 'Nothing stands there any more.' } },
    async handle({ services, actor, params, version }) {
      await services.contexts.unsetKey(actor, params.id, params.path, { version });
      return { status: 204 };
    },
  }),
  route({
    method: 'get',
    path: '/contexts/{id}/history',
    operationId: 'listContextChanges',
    summary: 'Who changed what, newest first',
    tag,
    permission: read,
    params: idParams,
    query: {
      limit: integer(1, 1_000, 'At most this many changes; 100 unless said.'),
      before: integer(1, Number.MAX_SAFE_INTEGER, 'Only changes before this one, from `nextBefore`.'),
    },
    responses: { 200: { description: 'The changes, one for each leaf.', schema: contextHistoryShape } },
    async handle({ services, actor, params, query }) {
      const limit = query.limit ?? 100;
      // One more than asked tells whether there is more.
      const found = await services.contexts.history(actor, params.id, { limit: limit + 1, before: query.before });
      const items = found.slice(0, limit).map(changeOut);
      return { status: 200, json: { items, nextBefore: found.length > limit ? (items.at(-1)?.id ?? null) : null } };
    },
  }),
  route({
    method: 'get',
    path: '/contexts/{id}/diff',
    operationId: 'diffContext',
    summary: 'What became different between two versions',
    tag,
    permission: read,
    params: idParams,
    query: { from: version, to: { ...version, description: 'A version; the present one unless said.' } },
    responses: { 200: { description: 'The leaves that differ.', schema: contextDiffShape } },
    async handle({ services, actor, params, query: { from, to } }) {
      if (from === undefined) throw invalid([{ path: 'from', message: 'Say from which version' }]);
      return { status: 200, json: await services.contexts.diff(actor, params.id, { from, to }) };
    },
  }),
];
