import { chmodSync, closeSync, openSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { type DrillPart, drillParts } from '../domain/drill.ts';
import { errorCodeOf, httpStatusOf } from '../domain/errors.ts';
import type { Logger } from '../log.ts';

const issueInput = z.strictObject({
  email: z.string().min(1).max(254),
  scopes: z.array(z.string()).max(100),
  name: z.string().min(1).max(100),
});
export type IssueInput = z.output<typeof issueInput>;

export interface AdminServices {
  readonly tokens: { issue(input: IssueInput): Promise<{ token: string }> };
  readonly audit: { verifyAll(): Promise<readonly TeamVerdict[]> };
  backup(file: string): Promise<BackupDone>;
  readonly drills: { startHere(part: DrillPart): Promise<DrillSeen>; get(id: string): Promise<DrillSeen | null> };
}

const drillOrder = z.strictObject({ part: z.enum(drillParts) });
const drillSeen = z.object({
  id: z.string(),
  killed: z.string(),
  readings: z.array(z.object({ second: z.number(), part: z.string(), ok: z.boolean(), detail: z.string() })).readonly(),
  report: z
    .object({
      backAfterSeconds: z.record(z.string(), z.number().nullable()),
      seconds: z.number(),
      sessions: z.number(),
      lost: z.array(z.string()).readonly(),
      wentOn: z.number(),
      begunAgain: z.number(),
    })
    .nullable(),
});
/** A drill as the terminal shows it. */
export type DrillSeen = z.output<typeof drillSeen>;

const backupOrder = z.strictObject({ file: z.string().min(1).max(4096) });
const backupDone = z.object({
  file: z.string(),
  bytes: z.number(),
  sha256: z.string(),
  rows: z.number(),
  repositories: z.number(),
  bundles: z.number(),
  encryptionKeyId: z.string().nullable(),
  notes: z.array(z.string()).readonly(),
});
type BackupDone = z.output<typeof backupDone>;

const verdictShape = z.object({ team: z.string(), entries: z.number(), firstBroken: z.number().nullable() });
/** What reading a team's whole audit chain found. */
export type TeamVerdict = z.output<typeof verdictShape>;

export interface AdminSocket {
  close(): Promise<void>;
}

/**
 * Local administration of the running app: HTTP over a unix socket in the data directory, mode 0600. Whoever may read
 * that directory may do this; there is no other check (api.md, Command line).
 */
export async function openAdminSocket(options: {
  services: AdminServices;
  path: string;
  log: Logger;
}): Promise<AdminSocket> {
  const { services, path, log } = options;
  if (await answers(path)) throw new Error(`${path} is in use by another process; stop it first.`);
  rmSync(path, { force: true });

  const server = createServer((req, res) => {
    void answer(services, req, res).catch((error: unknown) => {
      const code = errorCodeOf(error);
      if (code === null) log.error({ err: error }, 'local administration failed');
      const message = code !== null && error instanceof Error ? error.message : 'It failed; the server log says why.';
      reply(res, code === null ? 500 : httpStatusOf(code), { error: { code: code ?? 'INTERNAL', message } });
    });
  });
  const address = shortened(path);
  // The socket is made inside listen(), before it returns; without this mask others could connect until the chmod.
  const mask = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(address.path, resolve);
      process.umask(mask);
    });
    chmodSync(path, 0o600);
  } finally {
    process.umask(mask);
    address.release();
  }
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(services: AdminServices, req: IncomingMessage, res: ServerResponse): Promise<void> {
  if (req.method === 'POST' && req.url === '/audit/verify') {
    reply(res, 200, { verdicts: await services.audit.verifyAll() });
    return;
  }
  if (req.method === 'POST' && req.url === '/backup') return answerBackup(services, req, res);
  if (req.url?.startsWith('/drills')) return answerDrill(services, req, res);
  if (req.method !== 'POST' || req.url !== '/tokens') {
    reply(res, 404, { error: { code: 'NOT_FOUND', message: 'This version of the server does not know that.' } });
    return;
  }
  const parsed = issueInput.safeParse(JSON.parse(await text(req)));
  if (!parsed.success) {
    const message = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
    reply(res, 422, { error: { code: 'INVALID', message } });
    return;
  }
  const { token } = await services.tokens.issue(parsed.data);
  reply(res, 201, { token });
}

/** Written by the app itself, so it goes on meanwhile; what is wrong with the file is told in its own words. */
async function answerBackup(services: AdminServices, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { file } = backupOrder.parse(JSON.parse(await text(req)));
  try {
    reply(res, 201, await services.backup(file));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    reply(res, 500, { error: { code: 'INTERNAL', message } });
  }
}

/** POST begins one, GET of its id tells how far it is. */
async function answerDrill({ drills }: AdminServices, req: IncomingMessage, res: ServerResponse): Promise<void> {
  if (req.method === 'POST') {
    const { part } = drillOrder.parse(JSON.parse(await text(req)));
    reply(res, 201, await drills.startHere(part));
    return;
  }
  const drill = await drills.get(req.url?.split('/')[2] ?? '');
  if (drill === null) reply(res, 404, { error: { code: 'NOT_FOUND', message: 'There is no such drill.' } });
  else reply(res, 200, drill);
}

function reply(res: ServerResponse, status: number, body: object): void {
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function text(stream: IncomingMessage): Promise<string> {
  let all = '';
  for await (const piece of stream.setEncoding('utf8')) {
    all += piece;
    if (all.length > 64 * 1024) throw new Error('The message is too long.');
  }
  return all;
}

const refusalShape = z.object({ error: z.object({ code: z.string(), message: z.string() }) });
const tokenAnswer = z.object({ token: z.string() });
const verdictsAnswer = z.object({ verdicts: z.array(verdictShape) });

/** A token from the running app, or null when none is running. Throws an Error with the app's own sentence. */
export async function issueThroughSocket(path: string, input: IssueInput): Promise<string | null> {
  return (await ask(path, '/tokens', input, tokenAnswer))?.token ?? null;
}

/** Every team's chain as the running app reads it, or null when none is running. */
export async function verifyThroughSocket(path: string): Promise<readonly TeamVerdict[] | null> {
  return (await ask(path, '/audit/verify', {}, verdictsAnswer))?.verdicts ?? null;
}

/** A backup by the running app, or null when none is running. Throws an Error with the app's own sentence. */
export const backupThroughSocket = (path: string, file: string): Promise<BackupDone | null> =>
  ask(path, '/backup', { file }, backupDone);

/** Begins a drill in the running app; null when none is running. Throws an Error with the app's own sentence. */
export const drillThroughSocket = (path: string, part: DrillPart): Promise<DrillSeen | null> =>
  ask(path, '/drills', { part }, drillSeen);

/** How far a drill is; null while the app is away. */
export const drillSeenThroughSocket = (path: string, id: string): Promise<DrillSeen | null> =>
  ask(path, `/drills/${id}`, null, drillSeen);

async function ask<T>(path: string, what: string, input: object | null, shape: z.ZodType<T>): Promise<T | null> {
  const address = shortened(path);
  try {
    const body = await new Promise<string | null>((resolve, reject) => {
      const sent = request({ socketPath: address.path, method: input === null ? 'GET' : 'POST', path: what }, (res) => {
        text(res).then(resolve, reject);
      });
      sent.on('error', (error: NodeJS.ErrnoException) => {
        // Reset: it was killed while it was asked.
        if (['ENOENT', 'ECONNREFUSED', ...(input === null ? ['ECONNRESET'] : [])].includes(error.code ?? ''))
          resolve(null);
        else reject(error);
      });
      sent.end(input === null ? undefined : JSON.stringify(input));
    });
    if (body === null) return null;
    const said: unknown = JSON.parse(body);
    const refused = refusalShape.safeParse(said);
    if (refused.success) throw new Error(refused.data.error.message);
    return shape.parse(said);
  } finally {
    address.release();
  }
}

function answers(path: string): Promise<boolean> {
  const address = shortened(path);
  return new Promise<boolean>((resolve) => {
    const probe = connect(address.path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => resolve(false));
  }).finally(address.release);
}

/** A unix socket's path holds at most 107 bytes; a longer one is reached through its open directory. */
function shortened(path: string): { path: string; release: () => void } {
  if (Buffer.byteLength(path) <= 100) return { path, release: () => {} };
  const directory = openSync(dirname(path), 'r');
  return {
    path: join('/proc/self/fd', String(directory), basename(path)),
    release: () => closeSync(directory),
  };
}
