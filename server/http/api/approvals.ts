import { z } from 'zod';
import {
  approvalActions,
  approvalStatuses,
  approveInput,
  budgetRaiseInput,
  forceCompleteInput,
  rejectInput,
  teamDeleteInput,
} from '../../domain/approval.ts';
import { invalidFromZod } from '../../domain/errors.ts';
import { mapped, pageOf } from './paging.ts';
import { idParams, sessionParams } from './params.ts';
import { listQuery, many, one } from './query.ts';
import { type Route, route } from './route.ts';
import { approvalNowShape, approvalOut, approvalShape } from './shapes/approval.ts';
import { listOf } from './shapes/fields.ts';

const tag = 'approvals';
const decide = { name: 'force_complete.decide' } as const;

const teamRequest = z.discriminatedUnion('action', [
  budgetRaiseInput.extend({ action: z.literal('budget_raise') }),
  teamDeleteInput.extend({ action: z.literal('team_delete') }),
]);

/** What needs a second person: asked for, read, decided. */
export const approvalRoutes: Route[] = [
  route({
    method: 'post',
    path: '/sessions/{id}/force-complete',
    operationId: 'requestForceComplete',
    summary: 'Ask that a session be completed by force',
    tag,
    permission: { name: 'force_complete.request' },
    params: sessionParams,
    body: forceCompleteInput,
    responses: { 202: { description: 'The request; an admin who did not make it decides.', schema: approvalShape } },
    async handle({ services, actor, params, body, requestId }) {
      const made = await services.approvals.request.forceComplete(actor, params.id, body, { requestId });
      return { status: 202, json: approvalOut(made) };
    },
  }),
  route({
    method: 'post',
    path: '/approvals',
    operationId: 'requestTeamApproval',
    summary: 'Ask for more tokens this month than the limit, or for the end of the team',
    tag,
    permission: { name: 'budget.request' },
    body: teamRequest,
    responses: { 202: { description: 'The request; an admin who did not make it decides.', schema: approvalShape } },
    async handle({ services, actor, body, requestId }) {
      const parsed = teamRequest.safeParse(body);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      const { action, ...asked } = parsed.data;
      const { request } = services.approvals;
      const ask = action === 'budget_raise' ? request.budgetRaise : request.teamDelete;
      return { status: 202, json: approvalOut(await ask(actor, asked, { requestId })) };
    },
  }),
  route({
    method: 'get',
    path: '/approvals',
    operationId: 'listApprovals',
    summary: 'List requests, those that wait first',
    tag,
    permission: { name: 'read', resource: 'approvals' },
    query: {
      status: many(z.enum(approvalStatuses), 'Only these states.'),
      action: many(z.enum(approvalActions), 'Only these actions.'),
      sessionId: one(sessionParams.shape.id, 'Only those about this session, by id or slug.'),
      ...listQuery,
    },
    responses: { 200: { description: 'A page of requests.', schema: listOf(approvalShape) } },
    async handle({ services, actor, query }) {
      const { status, action } = query;
      const named = query.sessionId;
      const sessionId =
        named !== undefined && /^IND-/i.test(named) ? (await services.sessions.get(actor, named)).id : named;
      const page = await services.approvals.list(actor, { status, action, sessionId }, pageOf(query));
      return { status: 200, json: mapped(page, approvalOut) };
    },
  }),
  route({
    method: 'get',
    path: '/approvals/{id}',
    operationId: 'getApproval',
    summary: 'A request, with what is true now',
    tag,
    permission: { name: 'read', resource: 'approvals' },
    params: idParams,
    responses: { 200: { description: 'The request.', schema: approvalNowShape } },
    async handle({ services, actor, params }) {
      const { approval, now, obstacle } = await services.approvals.look(actor, params.id);
      const facts = now.map(({ key, count, items }) => ({ key, count, items: [...items] }));
      const { slug: confirmation, refusal } = approval;
      return { status: 200, json: { ...approvalOut(approval), confirmation, now: facts, obstacle, refusal } };
    },
  }),
  route({
    method: 'post',
    path: '/approvals/{id}/approve',
    operationId: 'approveApproval',
    summary: 'Approve a request and carry it out, in one transaction',
    tag,
    permission: decide,
    params: idParams,
    body: approveInput,
    responses: { 200: { description: 'Approved, and done.', schema: approvalShape } },
    async handle({ services, actor, params, body, requestId }) {
      return {
        status: 200,
        json: approvalOut(await services.approvals.approve(actor, params.id, body, { requestId })),
      };
    },
  }),
  route({
    method: 'post',
    path: '/approvals/{id}/reject',
    operationId: 'rejectApproval',
    summary: 'Reject a request',
    tag,
    permission: decide,
    params: idParams,
    body: rejectInput,
    responses: { 200: { description: 'Rejected; nothing was done.', schema: approvalShape } },
    async handle({ services, actor, params, body, requestId }) {
      return { status: 200, json: approvalOut(await services.approvals.reject(actor, params.id, body, { requestId })) };
    },
  }),
  route({
    method: 'post',
    path: '/approvals/{id}/withdraw',
    operationId: 'withdrawApproval',
    summary: 'Take an own request back',
    tag,
    permission: { name: 'force_complete.request' },
    params: idParams,
    body: z.strictObject({}),
    responses: { 200: { description: 'Withdrawn.', schema: approvalShape } },
    async handle({ services, actor, params, body, requestId }) {
      const parsed = z.strictObject({}).safeParse(body);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      return { status: 200, json: approvalOut(await services.approvals.withdraw(actor, params.id, { requestId })) };
    },
  }),
];
