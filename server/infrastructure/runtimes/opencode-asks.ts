import { z } from 'zod';
import type { AgentRunner, RemoteAsk } from '../../application/ports.ts';
import { defaultRejectMessage } from '../../domain/ask.ts';
import { type OpenCodeClient, RuntimeProblem } from './opencode-client.ts';
import {
  type PermissionRequest,
  permissionRequest,
  type QuestionRequest,
  questionRequest,
  sessionStatuses,
} from './opencode-shapes.ts';

/** An open request with the call that waits for it. */
export interface OpenAsk extends RemoteAsk {
  callId: string | null;
}

/**
 * Permission and question requests of these sessions that a run really waits for. Requests of idle sessions are left
 * out: after an abort OpenCode goes on listing them, and an answer would do nothing.
 */
export async function openAsksOf(
  client: OpenCodeClient,
  directory: string,
  sessions: ReadonlySet<string>,
): Promise<OpenAsk[]> {
  const query = `?directory=${encodeURIComponent(directory)}`;
  const [permissions, questions] = await Promise.all([
    client.get(`/permission${query}`, z.array(permissionRequest)),
    client.get(`/question${query}`, z.array(questionRequest)),
  ]);
  const asks = [...permissions.map(permissionAsk), ...questions.map(questionAsk)];
  const ours = asks.filter((ask) => sessions.has(ask.remoteSessionId));
  if (ours.length === 0) return [];
  const statuses = await client.get(`/session/status${query}`, sessionStatuses);
  return ours.filter((ask) => (statuses[ask.remoteSessionId]?.type ?? 'idle') !== 'idle');
}

export function permissionAsk(request: PermissionRequest): OpenAsk {
  const { metadata, patterns, permission } = request;
  const command = typeof metadata.command === 'string' ? metadata.command : null;
  const path = [metadata.filepath, metadata.filePath, metadata.url].find((value) => typeof value === 'string');
  const paths = typeof path === 'string' ? [path] : command === null ? patterns : [];
  return {
    remoteAskId: request.id,
    remoteSessionId: request.sessionID,
    kind: 'permission',
    title: command === null ? `${permission}: ${paths.join(', ')}` : `Run ${command}`,
    command,
    paths,
    patterns,
    permission,
    question: null,
    options: [],
    callId: request.tool?.callID ?? null,
  };
}

export function questionAsk(request: QuestionRequest): OpenAsk {
  const question = request.questions.map((one) => one.question).join('\n');
  return {
    remoteAskId: request.id,
    remoteSessionId: request.sessionID,
    kind: 'question',
    title: question.slice(0, 200),
    command: null,
    paths: [],
    patterns: [],
    permission: null,
    question,
    options: request.questions.flatMap((one) => one.options.map((option) => option.label)),
    callId: request.tool?.callID ?? null,
  };
}

/**
 * Delivers an answer: to this one request, since rules for a session or team are kept and applied by the application.
 * An ask that is gone (answered already, or its process ended) is no error.
 */
export async function deliverAnswer(
  client: OpenCodeClient,
  directory: string,
  ask: RemoteAsk,
  answer: Parameters<AgentRunner['answer']>[2],
): Promise<void> {
  const query = `?directory=${encodeURIComponent(directory)}`;
  try {
    if (ask.kind === 'question') {
      await answerQuestion(client, query, ask, answer);
      return;
    }
    if (!('decision' in answer)) return;
    await client.send('POST', `/permission/${ask.remoteAskId}/reply${query}`, {
      // `always` would open the pattern to every session of the directory.
      reply: answer.decision === 'reject' ? 'reject' : 'once',
      // A rejection without a message would end the run.
      ...(answer.decision === 'reject' && { message: answer.message ?? defaultRejectMessage }),
    });
  } catch (error) {
    if (error instanceof RuntimeProblem && error.status === 404) return;
    throw error;
  }
}

async function answerQuestion(
  client: OpenCodeClient,
  query: string,
  ask: RemoteAsk,
  answer: Parameters<AgentRunner['answer']>[2],
): Promise<void> {
  const open = await client.get(`/question${query}`, z.array(questionRequest));
  const request = open.find((one) => one.id === ask.remoteAskId);
  if (request === undefined) return;
  // A rejection is told as an answer: dismissing the question would end the run.
  const texts = 'answers' in answer ? answer.answers : [answer.message ?? defaultRejectMessage];
  const answers =
    request.questions.length === 1
      ? [texts]
      : request.questions.map((_, index) => [texts[index] ?? texts.at(-1) ?? '']);
  await client.send('POST', `/question/${ask.remoteAskId}/reply${query}`, { answers });
}
