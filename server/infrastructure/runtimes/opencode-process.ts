import { spawn } from 'node:child_process';
import { open, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { endProcess } from './end-process.ts';
import type { OpenCodeHome } from './opencode-home.ts';
import { identityOf, isRunning, type ProcessIdentity } from './process-table.ts';

/** Where a server answers, and the header that opens it. */
export interface OpenCodeAddress {
  baseUrl: string;
  authHeader: string;
  /** How it is called; the plain `fetch` without it. */
  fetch?: (url: string, init: RuntimeRequest) => Promise<Response>;
}

export interface RuntimeRequest {
  method?: string;
  headers: Record<string, string>;
  body?: string;
  signal: AbortSignal;
}

export function addressOf(server: { port: number; password: string }): OpenCodeAddress {
  const credentials = Buffer.from(`opencode:${server.password}`).toString('base64');
  return { baseUrl: `http://127.0.0.1:${server.port}`, authHeader: `Basic ${credentials}` };
}

/** A port nobody listens on at this moment; `--port 0` would make OpenCode take 4096. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (address === null || typeof address === 'string') throw new Error('No free port was found on 127.0.0.1.');
  return address.port;
}

/**
 * Starts `opencode serve` detached, its output going to a file, so that it outlives this process.
 * Answers once it says that it listens; throws with the end of its output when it does not within 60 s.
 */
export async function launch(
  binary: string,
  home: OpenCodeHome,
  port: number,
  environment: Record<string, string>,
  onStarted: (process: ProcessIdentity) => Promise<void>,
): Promise<ProcessIdentity> {
  const log = await open(home.logFile, 'a', 0o600);
  const from = (await log.stat()).size;
  try {
    const child = spawn(binary, ['serve', '--hostname', '127.0.0.1', '--port', String(port)], {
      cwd: home.work,
      env: environment,
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    const failure = new Promise<never>((_, reject) => child.once('error', reject));
    failure.catch(() => undefined);
    child.unref();
    const identity = child.pid === undefined ? null : await identityOf(child.pid);
    if (identity === null) return await failure;
    await onStarted(identity);
    await listening(home, from, identity);
    return identity;
  } finally {
    await log.close();
  }
}

async function listening(home: OpenCodeHome, from: number, identity: ProcessIdentity): Promise<void> {
  const end = Date.now() + 60_000;
  for (;;) {
    const output = await outputSince(home.logFile, from);
    if (output.includes('opencode server listening on')) return;
    const running = await isRunning(identity);
    if (running && Date.now() < end) {
      await delay(50);
      continue;
    }
    if (running) await endProcess(identity, 1000);
    const reason = running ? 'did not listen within 60 seconds' : 'ended while it was starting';
    throw new Error(`OpenCode ${reason}: ${output.trim().slice(-400) || 'it wrote nothing'}`);
  }
}

async function outputSince(file: string, from: number): Promise<string> {
  const { size } = await stat(file);
  if (size <= from) return '';
  const handle = await open(file, 'r');
  try {
    const length = Math.min(size - from, 64 * 1024);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Asks for health once. A deadline is needed: a request during start-up may never be answered. */
export async function healthy(address: OpenCodeAddress, deadlineMs: number): Promise<boolean> {
  try {
    const response = await fetch(`${address.baseUrl}/global/health`, {
      headers: { authorization: address.authHeader },
      signal: AbortSignal.timeout(deadlineMs),
    });
    if (!response.ok) return false;
    const body: unknown = await response.json();
    return typeof body === 'object' && body !== null && 'healthy' in body && body.healthy === true;
  } catch {
    return false;
  }
}

/** The clean end of all runs: tools are killed and messages closed. False when it did not answer in time. */
export async function disposeAll(address: OpenCodeAddress): Promise<boolean> {
  try {
    const response = await fetch(`${address.baseUrl}/global/dispose`, {
      method: 'POST',
      headers: { authorization: address.authHeader },
      signal: AbortSignal.timeout(4000),
    });
    return response.ok;
  } catch {
    return false;
  }
}
