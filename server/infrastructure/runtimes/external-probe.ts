import { randomUUID } from 'node:crypto';
import { mkdir, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { RuntimeTarget } from '../../application/runtime-port.ts';
import { type Outbound, OutboundError } from '../outbound.ts';
import { openCodeClient } from './opencode-client.ts';
import type { OpenCodeAddress } from './opencode-process.ts';
import { queryOf } from './opencode-remote.ts';
import { providerList } from './opencode-worker.ts';

/** A busy healthy server was seen to take almost six seconds. */
export const healthMs = 15_000;
/** A request that comes while a server opens its port is never answered: after a failure the next one waits only this. */
export const returnMs = 2_000;
/** A page of messages with large tool outputs is the largest answer there is. */
const largestAnswer = 64 * 2 ** 20;

const health = z.looseObject({ healthy: z.boolean(), version: z.string() });

/** Why a server cannot be worked with, as a sentence; `path` is the field at fault. */
export class ProbeRefusal extends Error {
  readonly path: 'url' | 'password';
  constructor(path: 'url' | 'password', message: string) {
    super(message);
    this.path = path;
  }
}

type Called = Pick<RuntimeTarget, 'url' | 'username' | 'password'>;

/** The address of a server that is not ours, called through the outbound guard. */
export function addressOfTarget(outbound: Outbound, target: Called): OpenCodeAddress {
  const credentials = Buffer.from(`${target.username}:${target.password}`).toString('base64');
  return {
    baseUrl: target.url,
    authHeader: `Basic ${credentials}`,
    fetch: (url, { signal, ...init }) =>
      outbound.open(new URL(url), {
        ...init,
        signal,
        protocols: ['http:', 'https:'],
        timeoutMs: 30_000,
        // The event stream never ends; it is read as it comes and not kept.
        ...(url.endsWith('/global/event') ? {} : { maxBytes: largestAnswer }),
      }),
  };
}

/** The version of the OpenCode that answers, whose dialect we speak. Throws ProbeRefusal with the reason. */
export async function identify(outbound: Outbound, target: Called, deadlineMs = healthMs): Promise<string> {
  const { status, text } = await asked(outbound, target, '/global/health', deadlineMs);
  if (status === 401 || status === 403)
    throw new ProbeRefusal('password', 'The server refuses this user name and password.');
  const parsed = health.safeParse(jsonOf(text));
  if (!parsed.success) throw new ProbeRefusal('url', await whatElse(outbound, target, status, text));
  const { healthy, version } = parsed.data;
  if (!healthy) throw new ProbeRefusal('url', `OpenCode ${version} answers and says that it is not healthy.`);
  if (/^1\.18\./.test(version)) return version;
  if (/^[2-9]\./.test(version)) throw new ProbeRefusal('url', secondDialect(version));
  throw new ProbeRefusal(
    'url',
    `This is OpenCode ${version}, whose dialect is unknown here: run 1.18, which this version was measured with.`,
  );
}

async function asked(
  outbound: Outbound,
  target: Called,
  path: string,
  deadlineMs: number,
): Promise<{ status: number; text: string }> {
  const { authHeader } = addressOfTarget(outbound, target);
  try {
    const { status, body } = await outbound.send(new URL(`${target.url}${path}`), {
      protocols: ['http:', 'https:'],
      headers: { authorization: authHeader, accept: 'application/json' },
      timeoutMs: deadlineMs,
      maxBytes: 256 * 1024,
    });
    return { status, text: body.toString('utf8') };
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    const host = new URL(target.url).host;
    if (error.reason === 'slow')
      throw new ProbeRefusal('url', `${host} did not answer within ${deadlineMs / 1000} seconds.`);
    if (error.reason === 'failed') throw new ProbeRefusal('url', `Nobody answers at ${host}: ${causeOf(error)}.`);
    throw new ProbeRefusal('url', error.message);
  }
}

async function whatElse(outbound: Outbound, target: Called, status: number, text: string): Promise<string> {
  const other = await asked(outbound, target, '/api/health', healthMs).catch(() => null);
  if (other !== null && other.status === 200 && jsonOf(other.text) !== null) return secondDialect('2');
  if (/^\s*</.test(text))
    return 'A web page answers there, not the API of OpenCode: give the address of `opencode serve` itself.';
  return `What answers there (status ${status}) is not OpenCode.`;
}

function secondDialect(version: string): string {
  return `This is OpenCode ${version}, whose dialect is not supported yet: run 1.18.`;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function causeOf(error: OutboundError): string {
  const { cause } = error;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : error.message;
}

/** The models a server offers, as `provider/model`. Its answer holds keys: nothing else of it is kept. */
export async function modelsOf(address: OpenCodeAddress, directory: string): Promise<string[]> {
  const { providers } = await openCodeClient(address).get(`/config/providers${queryOf(directory)}`, providerList);
  const all = providers.flatMap(({ id, models }) => Object.keys(models).map((model) => `${id}/${model}`));
  return all.sort().slice(0, 500);
}

const fileContent = z.looseObject({ content: z.string() });

/**
 * The folder a server must see to see the worktrees: always the same one, because a server keeps what it knows of each
 * folder in memory for ever.
 */
export async function sharedFolder(dataDir: string): Promise<string> {
  const folder = join(dataDir, 'runtime', 'shared');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return realpath(folder);
}

/** Whether a server reads, under the same path, what was written here just now. */
export async function seesFiles(address: OpenCodeAddress, folder: string): Promise<boolean> {
  const word = randomUUID();
  const name = `seen-${process.pid}.txt`;
  await writeFile(join(folder, name), word, { mode: 0o600 });
  // A file that is not there is answered with an empty text.
  const path = `/file/content${queryOf(folder)}&path=${encodeURIComponent(name)}`;
  const { content } = await openCodeClient(address).get(path, fileContent);
  return content.trim() === word;
}
