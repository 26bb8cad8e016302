import { z } from 'zod';
import { answerInput, askStatuses } from '../../domain/ask.ts';
import { mapped, pageOf } from './paging.ts';
import { idParams, sessionParams } from './params.ts';
import { listQuery, many, one } from './query.ts';
import { type Route, route } from './route.ts';
import { askOut, askShape } from './shapes/ask.ts';
import { listOf } from './shapes/fields.ts';

const tag = 'asks';

/** What agents ask of people. */
export const askRoutes: Route[] = [
  route({
    method: 'get',
    path: '/asks',
    operationId: 'listAsks',
    summary: 'List asks',
    tag,
    permission: { name: 'read', resource: 'asks' },
    query: {
      status: many(z.enum(askStatuses), 'Only these states.'),
      sessionId: one(sessionParams.shape.id, 'Only those of this session, by id or slug.'),
      ...listQuery,
    },
    responses: { 200: { description: 'A page of asks.', schema: listOf(askShape) } },
    async handle({ services, actor, query }) {
      const { status } = query;
      const named = query.sessionId;
      const sessionId =
        named !== undefined && /^IND-/i.test(named) ? (await services.sessions.get(actor, named)).id : named;
      const page = await services.asks.list(actor, { status, sessionId }, pageOf(query));
      return { status: 200, json: mapped(page, askOut) };
    },
  }),
  route({
    method: 'post',
    path: '/asks/{id}/answer',
    operationId: 'answerAsk',
    summary: 'Answer an ask, once',
    tag,
    permission: { name: 'ask.answer' },
    params: idParams,
    body: answerInput,
    responses: { 200: { description: 'The ask, answered.', schema: askShape } },
    async handle({ services, actor, params, body }) {
      return { status: 200, json: askOut(await services.asks.answer(actor, params.id, body)) };
    },
  }),
];
