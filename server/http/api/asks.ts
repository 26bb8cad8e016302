import { z } from 'zod';
import { answerInput, askBatchInput, askStatuses, ruleInput } from '../../domain/ask.ts';
import { mapped, pageOf } from './paging.ts';
import { idParams, sessionParams } from './params.ts';
import { listQuery, many, one } from './query.ts';
import { type Route, route } from './route.ts';
import {
  askOut,
  askRuleOut,
  askRuleShape,
  askShape,
  batchShape,
  inboxItemOut,
  inboxItemShape,
  rulePreviewOut,
  rulePreviewShape,
} from './shapes/ask.ts';
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
  route({
    method: 'get',
    path: '/asks/inbox',
    operationId: 'askInbox',
    summary: 'What waits for a person, by age × cost of waiting: at most the 100 most urgent',
    tag,
    permission: { name: 'read', resource: 'asks' },
    query: { q: one(z.string().max(200), 'Words to look for.') },
    responses: {
      200: {
        description: 'The most urgent asks, and how many wait in all.',
        schema: z.strictObject({ items: z.array(inboxItemShape), total: z.int() }),
      },
    },
    async handle({ services, actor, query }) {
      const { q } = query;
      const inbox = await services.asks.inbox(actor, q === undefined ? {} : { q }, { offset: 0, limit: 100 });
      return { status: 200, json: { items: inbox.items.map(inboxItemOut), total: inbox.total } };
    },
  }),
  route({
    method: 'post',
    path: '/asks/answers',
    operationId: 'answerAsks',
    summary: 'One answer to several asks; what could not be answered is told one by one',
    tag,
    permission: { name: 'ask.answer' },
    body: askBatchInput,
    responses: { 200: { description: 'What became of each.', schema: batchShape } },
    async handle({ services, actor, body }) {
      const items = await services.asks.answerMany(actor, body);
      const failed = items.filter(({ error }) => error !== null).length;
      return { status: 200, json: { items, answered: items.length - failed, failed } };
    },
  }),
  route({
    method: 'post',
    path: '/asks/{id}/rule-preview',
    operationId: 'previewAskRule',
    summary: 'What a rule made for this ask would have allowed in the last week',
    tag,
    permission: { name: 'read', resource: 'asks' },
    params: idParams,
    body: ruleInput,
    responses: { 200: { description: 'The preview, on the history of the team.', schema: rulePreviewShape } },
    async handle({ services, actor, params, body }) {
      return { status: 200, json: rulePreviewOut(await services.asks.rules.preview(actor, params.id, body)) };
    },
  }),
  route({
    method: 'get',
    path: '/asks/rules',
    operationId: 'listAskRules',
    summary: 'Permissions given in advance: those in force first',
    tag,
    permission: { name: 'read', resource: 'asks' },
    query: listQuery,
    responses: { 200: { description: 'A page of rules.', schema: listOf(askRuleShape) } },
    async handle({ services, actor, query }) {
      return { status: 200, json: mapped(await services.asks.rules.list(actor, pageOf(query)), askRuleOut) };
    },
  }),
  route({
    method: 'delete',
    path: '/asks/rules/{id}',
    operationId: 'revokeAskRule',
    summary: 'Revoke a rule; what it answered stays answered',
    tag,
    permission: { name: 'ask.rule' },
    params: idParams,
    responses: { 204: { description: 'Revoked.' } },
    async handle({ services, actor, params }) {
      await services.asks.rules.revoke(actor, params.id);
      return { status: 204 };
    },
  }),
];
