import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { failureClasses } from '../../domain/attempt.ts';
import {
  enrolmentCodeInput,
  eventsInput,
  heartbeatInput,
  registerInput,
  resultInput,
} from '../../domain/external-agent.ts';
import { attemptParams, externalAgentParams } from './params.ts';
import { integer } from './query.ts';
import { type Route, route } from './route.ts';
import { count, id, iso, time } from './shapes/fields.ts';

const tag = 'external agents';
const report = { name: 'attempt.report' } as const;

const command = z.union([
  z.strictObject({ type: z.literal('drain') }),
  z.strictObject({ type: z.literal('abort'), attemptIds: z.array(id) }),
  z.strictObject({ type: z.literal('epoch'), attemptId: id, epoch: count }),
  z.strictObject({
    type: z.literal('answer'),
    attemptId: id,
    key: z.string(),
    decision: z.string().nullable(),
    answers: z.array(z.string()),
    message: z.string().nullable(),
  }),
]);

const taskShape = z
  .strictObject({
    attemptId: id,
    epoch: count,
    turn: count,
    sessionId: id,
    taskId: id,
    title: z.string(),
    prompt: z.string(),
    context: z.strictObject({
      system: z.string(),
      session: z.strictObject({ slug: z.string(), title: z.string() }),
      attempt: z.strictObject({ number: count, role: z.string() }),
    }),
    requirements: z.strictObject({
      capabilities: z.array(z.string()),
      technologies: z.array(z.string()),
      complexity: z.string(),
      writes: z.array(z.string()),
      verification: z.array(z.string()),
    }),
    repository: z.union([
      z.strictObject({ kind: z.literal('clone'), url: z.string(), commit: z.string() }),
      z.strictObject({ kind: z.literal('bundle'), url: z.string(), ref: z.string(), commit: z.string(), bytes: count }),
    ]),
    timeoutSeconds: count,
    leaseSeconds: count,
  })
  .meta({ id: 'ExternalTask' });

/** External Agent Protocol 1.0; docs/external-agents.md tells it to who implements it. */
export function externalAgentRoutes({ stopping }: { readonly stopping?: AbortSignal | undefined }): Route[] {
  return [
    route({
      method: 'post',
      path: '/agents/enrolment-codes',
      operationId: 'createEnrolmentCode',
      summary: 'Make a one-use code with which an agent outside enrols itself; it is shown in this answer only',
      tag,
      permission: { name: 'agent.manage' },
      body: enrolmentCodeInput,
      secret: true,
      responses: {
        201: { description: 'The code.', schema: z.strictObject({ code: z.string(), expiresAt: time }) },
      },
      async handle({ services, actor, body }) {
        const { code, expiresAt } = await services.external.createCode(actor, body);
        return { status: 201, json: { code, expiresAt: iso(expiresAt) } };
      },
    }),
    route({
      method: 'post',
      path: '/agents/external/register',
      operationId: 'registerExternalAgent',
      summary: 'Enrol an agent with a code; its token and signing secret are shown in this answer only',
      tag,
      permission: report,
      open: true,
      body: registerInput,
      secret: true,
      responses: {
        201: {
          description: 'The agent is enrolled.',
          schema: z.strictObject({
            agentId: id,
            token: z.string(),
            signingSecret: z.string(),
            heartbeatIntervalSeconds: count,
          }),
        },
      },
      async handle({ services, body }) {
        return { status: 201, json: await services.external.register(body) };
      },
    }),
    route({
      method: 'post',
      path: '/agents/external/{agentId}/heartbeat',
      operationId: 'heartbeatExternalAgent',
      summary: 'Say how the agent is; the answer says what it is to do',
      tag,
      permission: report,
      params: externalAgentParams,
      body: heartbeatInput,
      responses: {
        200: {
          description: 'Commands, repeated until they are over.',
          schema: z.strictObject({ commands: z.array(command) }),
        },
      },
      async handle({ services, actor, params, body }) {
        return { status: 200, json: await services.external.heartbeat(actor, params.agentId, body) };
      },
    }),
    route({
      method: 'post',
      path: '/agents/external/{agentId}/tasks/claim',
      operationId: 'claimExternalTask',
      summary: 'Take the oldest task offered to the agent, or wait for one',
      tag,
      permission: report,
      params: externalAgentParams,
      query: { wait: integer(0, 55, 'Seconds to wait for a task; 0 unless said.') },
      responses: {
        200: { description: 'A task; it is this agent’s now.', schema: taskShape },
        204: { description: 'Nothing is offered.' },
      },
      async handle({ services, actor, params, query, gone }) {
        const over = stopping === undefined ? gone : AbortSignal.any([gone, stopping]);
        const task = await services.external.claim(actor, params.agentId, query.wait ?? 0, over);
        return task === null ? { status: 204 } : { status: 200, json: task };
      },
    }),
    route({
      method: 'post',
      path: '/agents/external/attempts/{attemptId}/events',
      operationId: 'reportExternalEvents',
      summary: 'Report progress; renews the lease and answers what people said',
      tag,
      permission: report,
      params: attemptParams,
      body: eventsInput,
      responses: {
        200: {
          description: 'Taken; `accepted` counts what was new.',
          schema: z.strictObject({ accepted: count, commands: z.array(command) }),
        },
      },
      async handle({ services, actor, params, body }) {
        return { status: 200, json: await services.external.events(actor, params.attemptId, body) };
      },
    }),
    route({
      method: 'post',
      path: '/agents/external/attempts/{attemptId}/result',
      operationId: 'reportExternalResult',
      summary: `Report the end of an attempt; a failure may name its class (${failureClasses.join(', ')})`,
      tag,
      permission: report,
      params: attemptParams,
      body: resultInput,
      responses: {
        200: {
          description: 'Taken. It is verified and merged like any other.',
          schema: z.strictObject({ accepted: z.boolean(), repeated: z.boolean() }),
        },
      },
      async handle({ services, actor, params, body }) {
        return { status: 200, json: await services.external.result(actor, params.attemptId, body) };
      },
    }),
    route({
      method: 'get',
      path: '/agents/external/attempts/{attemptId}/bundle',
      operationId: 'getExternalBundle',
      summary: 'Get the git bundle an attempt starts from',
      tag,
      permission: report,
      params: attemptParams,
      responses: { 200: { description: 'A git bundle.' } },
      async handle({ services, actor, params }) {
        const { bytes, read } = await services.external.bundle(actor, params.attemptId);
        return {
          stream: async (res) => {
            res
              .status(200)
              .set({ 'Cache-Control': 'no-store', 'Content-Length': String(bytes) })
              .type('application/octet-stream');
            await pipeline(read(), res);
          },
        };
      },
    }),
  ];
}
