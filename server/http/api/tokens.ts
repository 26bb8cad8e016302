import { createTokenInput, rotateTokenInput } from '../../domain/token.ts';
import { cut, mapped, pageOf } from './paging.ts';
import { idParams } from './params.ts';
import { listQuery } from './query.ts';
import { type Route, route } from './route.ts';
import { listOf } from './shapes/fields.ts';
import { newTokenShape, tokenOut, tokenShape } from './shapes/token.ts';

const tag = 'tokens';

export const tokenRoutes: Route[] = [
  route({
    method: 'get',
    path: '/tokens',
    operationId: 'listTokens',
    summary: 'List tokens: an admin the team’s, everyone else their own',
    tag,
    permission: { name: 'read', resource: 'tokens' },
    query: listQuery,
    responses: { 200: { description: 'A page of tokens.', schema: listOf(tokenShape) } },
    async handle({ services, actor, query }) {
      return { status: 200, json: mapped(cut(await services.tokens.list(actor), pageOf(query)), tokenOut) };
    },
  }),
  route({
    method: 'post',
    path: '/tokens',
    operationId: 'createToken',
    summary: 'Create a token; it is shown in this answer only',
    tag,
    permission: { name: 'token.own' },
    body: createTokenInput,
    secret: true,
    responses: { 201: { description: 'The token.', schema: newTokenShape } },
    async handle({ services, actor, body }) {
      const created = await services.tokens.create(actor, body);
      return { status: 201, json: { ...tokenOut(created), token: created.token } };
    },
  }),
  route({
    method: 'post',
    path: '/tokens/{id}/rotate',
    operationId: 'rotateToken',
    summary: 'A new secret for the same token; the old one works until the overlap ends',
    tag,
    permission: { name: 'token.own' },
    params: idParams,
    body: rotateTokenInput,
    secret: true,
    responses: {
      200: { description: 'The token with its new secret, which is in this answer only.', schema: newTokenShape },
    },
    async handle({ services, actor, params, body }) {
      const rotated = await services.tokens.rotate(actor, params.id, body);
      return { status: 200, json: { ...tokenOut(rotated), token: rotated.token } };
    },
  }),
  route({
    method: 'delete',
    path: '/tokens/{id}',
    operationId: 'revokeToken',
    summary: 'Revoke a token',
    tag,
    permission: { name: 'token.own' },
    params: idParams,
    responses: { 204: { description: 'Revoked.' } },
    async handle({ services, actor, params }) {
      await services.tokens.revoke(actor, params.id);
      return { status: 204 };
    },
  }),
];
