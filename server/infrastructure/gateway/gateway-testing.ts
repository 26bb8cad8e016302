import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGateway, type Gateway } from './gateway.ts';
import type { CallRecord, GatewayAttempt, GatewayMeter } from './model-call.ts';

export const key = 'sk-upstream-canary-42';
export const token = 'runtime-token';
export const session = 'ses_0123456789abABCDEFGHIJKLMN';
const closers: (() => Promise<void> | void)[] = [];
/** Ends every server a test started. */
export async function closeAll(): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close();
}

interface Seen {
  headers: IncomingMessage['headers'];
  body: string;
  url: string;
}

/** A real OpenAI-compatible endpoint whose answers the test writes. */
export async function upstream(answer: (response: ServerResponse, seen: Seen) => void) {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      const one = { headers: request.headers, body, url: request.url ?? '' };
      seen.push(one);
      answer(response, one);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, seen };
}

export async function gatewayTo(
  baseUrl: string,
  changes: {
    silenceMs?: number;
    dataDir?: string;
    inputPrice?: number | null;
    admit?: GatewayMeter['admit'];
    parkedUntil?: Date;
  } = {},
) {
  const dataDir = changes.dataDir ?? mkdtempSync(join(tmpdir(), 'orchestrator-gateway-'));
  if (changes.dataDir === undefined) closers.push(() => rmSync(dataDir, { recursive: true, force: true }));
  const calls: CallRecord[] = [];
  const attempts = new Map<string, GatewayAttempt>([[session, attempt()]]);
  const logged: string[] = [];
  const note = (fields: object, message: string) => void logged.push(JSON.stringify([fields, message]));
  const gateway = createGateway({
    config: {
      model: {
        baseUrl,
        apiKey: key,
        name: 'real',
        inputPrice: changes.inputPrice === undefined ? 2 : changes.inputPrice,
        outputPrice: 10,
      },
    },
    log: { info: note, warn: note, error: note },
    dataDir,
    silenceMs: changes.silenceMs ?? 5_000,
    patience: { longestMs: 300, everyMs: 20 },
    parkedUntil: changes.parkedUntil ?? null,
    registry: { resolveAttempt: async (id) => attempts.get(id) ?? null },
    meter: {
      admit: async (attemptId, heldMs) => changes.admit?.(attemptId, heldMs) ?? null,
      recordCall: async (call) => void calls.push(call),
      countFailure: async () => 1,
      setContext: async () => undefined,
    },
  });
  await gateway.start();
  closers.push(() => gateway.stop());
  gateway.acceptToken(token);
  return { gateway, calls, attempts, dataDir, logged };
}

export function attempt(changes: Partial<GatewayAttempt> = {}): GatewayAttempt {
  const ids = { attemptId: 'attempt-1', sessionId: 'session-1', teamId: 'team-1' };
  return { ...ids, taskKey: 'main', number: 1, epoch: 1, status: 'running', ...changes };
}

export function call(
  gateway: Gateway,
  headers: Record<string, string> = {},
  body: object = { model: 'real', stream: true, messages: [] },
  signal?: AbortSignal,
) {
  return fetch(`http://127.0.0.1:${gateway.port()}/gateway/default/v1/chat/completions`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'x-session-id': session,
      'content-type': 'application/json',
      ...headers,
    },
    body: JSON.stringify(body),
    ...(signal && { signal }),
  });
}
