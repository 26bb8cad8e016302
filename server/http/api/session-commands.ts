import { z } from 'zod';
import { invalidFromZod } from '../../domain/errors.ts';
import { promptInput } from '../../domain/session-input.ts';
import { text } from '../../domain/text.ts';
import { sessionParams } from './params.ts';
import { type Call, type Route, route } from './route.ts';
import type { Answered, ApiServices } from './services.ts';
import { id, iso, time } from './shapes/fields.ts';
import { sessionOut, sessionShape } from './shapes/session.ts';

const tag = 'session commands';
const permission = { name: 'session.command' } as const;

const commandInput = z.strictObject({ reason: text('The reason', 1, 1_000).optional() });

export const promptShape = z
  .strictObject({
    id,
    sessionId: id,
    taskId: id.nullable(),
    text: z.string(),
    createdAt: time,
    deliveredAt: time.nullable(),
  })
  .meta({ id: 'InjectedPrompt' });

export function promptOut(prompt: Answered<'sessions', 'prompt'>): z.output<typeof promptShape> {
  const { id, sessionId, taskId, text, createdAt, deliveredAt } = prompt;
  return { id, sessionId, taskId, text, createdAt: iso(createdAt), deliveredAt: iso(deliveredAt) };
}

type CommandCall = Call<z.output<typeof sessionParams>, unknown>;

function optionsOf({ body, version, requestId }: CommandCall) {
  const parsed = commandInput.safeParse(body);
  if (!parsed.success) throw invalidFromZod(parsed.error);
  return { version, reason: parsed.data.reason, requestId };
}

function command(
  name: string,
  operationId: string,
  summary: string,
  verb: 'start' | 'resume' | 'cancel' | 'retry' | 'acceptPlan' | 'rejectPlan',
): Route {
  return route({
    method: 'post',
    path: `/sessions/{id}/${name}`,
    operationId,
    summary,
    tag,
    permission,
    params: sessionParams,
    body: commandInput,
    versioned: true,
    responses: { 200: { description: 'The session in its new state.', schema: sessionShape } },
    async handle(call) {
      const options = optionsOf(call);
      return { status: 200, json: sessionOut(await call.services.sessions[verb](call.actor, call.params.id, options)) };
    },
  });
}

function verifiedCommand(
  verb: keyof Pick<ApiServices['sessions'], 'pause' | 'stop'>,
  operationId: string,
  summary: string,
): Route {
  return route({
    method: 'post',
    path: `/sessions/{id}/${verb}`,
    operationId,
    summary,
    tag,
    permission,
    params: sessionParams,
    body: commandInput,
    versioned: true,
    responses: {
      200: { description: 'Verified: nothing of the session runs any more.', schema: sessionShape },
      202: { description: 'Not verified within 15 s; the session says so in `pendingCommand`.', schema: sessionShape },
    },
    async handle(call) {
      const options = optionsOf(call);
      const { session, verified } = await call.services.sessions[verb](call.actor, call.params.id, options);
      return { status: verified ? 200 : 202, json: sessionOut(session) };
    },
  });
}

/** What is done with a session (api.md, Commands). */
export const commandRoutes: Route[] = [
  command('start', 'startSession', 'Start a pending session', 'start'),
  verifiedCommand('pause', 'pauseSession', 'Pause a session'),
  command('resume', 'resumeSession', 'Resume a paused session', 'resume'),
  verifiedCommand('stop', 'stopSession', 'Stop a session'),
  command('cancel', 'cancelSession', 'Cancel a session that runs nothing', 'cancel'),
  command('retry', 'retrySession', 'Retry an ended session from its last checkpoint', 'retry'),
  command('accept-plan', 'acceptPlan', 'Accept the proposed plan', 'acceptPlan'),
  command('reject-plan', 'rejectPlan', 'Reject the proposed plan', 'rejectPlan'),
  route({
    method: 'post',
    path: '/sessions/{id}/undelete',
    operationId: 'undeleteSession',
    summary: 'Take a deletion back',
    tag,
    permission: { name: 'session.edit' },
    params: sessionParams,
    body: z.strictObject({}),
    responses: { 200: { description: 'The session, living again.', schema: sessionShape } },
    async handle({ services, actor, params, body }) {
      const parsed = z.strictObject({}).safeParse(body);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      return { status: 200, json: sessionOut(await services.sessions.undelete(actor, params.id)) };
    },
  }),
  route({
    method: 'post',
    path: '/sessions/{id}/prompt',
    operationId: 'promptSession',
    summary: 'Send a further prompt into the run',
    tag,
    permission,
    params: sessionParams,
    body: promptInput,
    responses: {
      202: { description: 'Kept; delivered when the run idles, or with the next run.', schema: promptShape },
    },
    async handle({ services, actor, params, body }) {
      return { status: 202, json: promptOut(await services.sessions.prompt(actor, params.id, body)) };
    },
  }),
];
