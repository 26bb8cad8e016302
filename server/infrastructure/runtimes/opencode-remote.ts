import { realpath } from 'node:fs/promises';
import { z } from 'zod';
import type { RunOrder } from '../../application/ports.ts';
import { toolServerName } from '../../domain/context-tools.ts';
import type { Usage } from '../../domain/metrics.ts';
import { type OpenCodeClient, RuntimeProblem } from './opencode-client.ts';
import {
  type Message,
  message,
  type RemoteSession,
  remoteSession,
  type SessionStatus,
  sessionStatuses,
  textPart,
} from './opencode-shapes.ts';
import type { Worker } from './opencode-worker.ts';

/** The directory as OpenCode names it: symlinks resolved, or its events and lists would miss it. */
export async function remoteDirectory(order: RunOrder): Promise<string> {
  return realpath(order.directory).catch(() => order.directory);
}

export function queryOf(directory: string): string {
  return `?directory=${encodeURIComponent(directory)}`;
}

/** A session, or null when OpenCode does not know it. */
export async function findSession(client: OpenCodeClient, id: string): Promise<RemoteSession | null> {
  try {
    return await client.get(`/session/${id}`, remoteSession);
  } catch (error) {
    if (error instanceof RuntimeProblem && error.status === 404) return null;
    throw error;
  }
}

/** Creates the order's session under our own id, or finds it. True when it was there already. */
export async function ensureSession(
  client: OpenCodeClient,
  order: RunOrder,
  worker: Worker,
  directory: string,
): Promise<boolean> {
  const { attemptId, remoteSessionId } = order;
  const known = await findSession(client, remoteSessionId);
  if (known?.metadata?.attemptId === attemptId) return true;
  if (known === null) await client.send('POST', '/api/session', { id: remoteSessionId, location: { directory } });
  const metadata = { attemptId, sessionId: order.sessionId, taskId: order.taskId };
  await client.send('PATCH', `/session/${remoteSessionId}`, {
    title: order.title,
    metadata,
    // Added to the agent's own, and the last match wins.
    ...(worker.rules && { permission: worker.rules }),
  });
  return known !== null;
}

/** `provider/model` as OpenCode takes it. */
export function modelRef(model: string): { providerID: string; modelID: string } {
  const [providerID = ''] = model.split('/', 1);
  return { providerID, modelID: model.slice(providerID.length + 1) };
}

const toolServers = z.record(z.string(), z.looseObject({ status: z.string(), error: z.string().optional() }));

/**
 * Gives the agents of this directory the orchestrator's tools; again is harmless. Answers why they do not stand, or null.
 * Known to one process only: a new one is told again.
 */
export async function offerTools(client: OpenCodeClient, directory: string, url: string): Promise<string | null> {
  // A run that is adopted has them already: told anew, a call under way would break off.
  const known = (await client.get(`/mcp${queryOf(directory)}`, toolServers))[toolServerName];
  if (known?.status === 'connected') return null;
  const config = { type: 'remote', url, enabled: true, oauth: false, timeout: 15_000 };
  const body = { name: toolServerName, config };
  const server = (await client.post(`/mcp${queryOf(directory)}`, body, toolServers))[toolServerName];
  return server?.status === 'connected' ? null : (server?.error ?? server?.status ?? 'OpenCode does not list them');
}

/** Sends a prompt with ids of our own. Sent again it resumes a cut run, and does nothing to a finished one. */
export async function postPrompt(
  client: OpenCodeClient,
  order: RunOrder,
  as: { worker: Worker; model: string },
  prompt: { messageId: string; partId: string; text: string },
): Promise<void> {
  await client.send('POST', `/session/${order.remoteSessionId}/prompt_async`, {
    messageID: prompt.messageId,
    agent: as.worker.agent,
    model: modelRef(as.model),
    system: as.worker.instructions === null ? order.system : `${as.worker.instructions}\n\n${order.system}`,
    parts: [{ id: prompt.partId, type: 'text', text: prompt.text }],
  });
}

/** The prompt that resumes the run: the newest one of ours, which may have been injected. */
export function lastPrompt(order: RunOrder, messages: readonly Message[]) {
  const own = { messageId: order.remoteMessageId, partId: order.remotePartId, text: order.prompt };
  const asked = messages.findLast(({ info }) => info.role === 'user');
  const [first, ...others] = asked?.parts ?? [];
  const text = textPart.safeParse(first);
  if (asked === undefined || others.length > 0 || !text.success || text.data.synthetic === true) return own;
  return { messageId: asked.info.id, partId: text.data.id, text: text.data.text };
}

/** The status of every session of the directory that is not idle. */
export async function statusesOf(client: OpenCodeClient, directory: string): Promise<Record<string, SessionStatus>> {
  return client.get(`/session/status${queryOf(directory)}`, sessionStatuses);
}

/** Every session below this one; OpenCode counts neither their usage nor their asks to their parent. */
export async function descendantsOf(client: OpenCodeClient, id: string, depth = 0): Promise<RemoteSession[]> {
  if (depth > 4) return [];
  const children = await client.get(`/session/${id}/children`, z.array(remoteSession));
  const below = await Promise.all(children.map((child) => descendantsOf(client, child.id, depth + 1)));
  return [...children, ...below.flat()];
}

/** Tokens of a whole tree. The price is the gateway's matter, so the cost stays unknown here. */
export function usageOfTree(sessions: readonly RemoteSession[]): Usage {
  const sum = (pick: (tokens: NonNullable<RemoteSession['tokens']>) => number) =>
    sessions.reduce((total, { tokens }) => total + (tokens === undefined ? 0 : pick(tokens)), 0);
  return {
    inputTokens: sum((tokens) => tokens.input),
    outputTokens: sum((tokens) => tokens.output),
    reasoningTokens: sum((tokens) => tokens.reasoning),
    cacheReadTokens: sum((tokens) => tokens.cache.read),
    cacheWriteTokens: sum((tokens) => tokens.cache.write),
    costUsd: null,
  };
}

const pageSize = 40;

/**
 * Brings the known messages up to date, oldest first. Only pages with something unfinished or unknown are read:
 * a finished message does not change any more.
 */
export async function refreshMessages(
  client: OpenCodeClient,
  sessionId: string,
  known: Map<string, Message>,
): Promise<Message[]> {
  let before: string | null = null;
  const fresh: Message[] = [];
  for (;;) {
    const cursor: string = before === null ? '' : `&before=${encodeURIComponent(before)}`;
    const page = await client.page(`/session/${sessionId}/message?limit=${pageSize}${cursor}`, z.array(message));
    const reached = page.value.some(({ info }) => isSettled(known.get(info.id)));
    fresh.push(...page.value);
    if (reached || page.cursor === null || page.value.length === 0) break;
    before = page.cursor;
  }
  // Only now: a read that broke off must not look complete.
  for (const one of fresh) known.set(one.info.id, one);
  return [...known.values()].sort(
    (a, b) => a.info.time.created - b.info.time.created || (a.info.id < b.info.id ? -1 : 1),
  );
}

function isSettled(known: Message | undefined): boolean {
  return known !== undefined && (known.info.role === 'user' || known.info.time.completed !== undefined);
}
