import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import type { IdempotencyStore } from '../../application/record-port.ts';
import { DomainError, errorCodeOf, invalid, isLostConnection } from '../../domain/errors.ts';
import type { Answer } from './route.ts';

/** The store's memory of answered keys, 24 h. */
export type IdempotencyKeys = Pick<IdempotencyStore, 'begin' | 'finish' | 'forget'>;

export interface KeyedRequest {
  readonly teamId: string;
  readonly actorId: string;
  readonly key: string;
  readonly method: string;
  readonly path: string;
  readonly body: object;
  readonly version: number | undefined;
  /** Seals the stored answer when it holds a secret; null stores it as it is. */
  readonly seal: string | null;
}

/** The Idempotency-Key of a request, or undefined without one. */
export function readIdempotencyKey(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (!/^[\x21-\x7e]{1,255}$/.test(header)) {
    throw invalid([{ path: 'Idempotency-Key', message: 'Send 1 to 255 visible ASCII characters' }]);
  }
  return header;
}

export type Once = (
  request: KeyedRequest,
  work: () => Promise<Answer>,
) => Promise<{ answer: Answer; replayed: boolean }>;

/**
 * Runs `work` once per key: a repeated request gets the first one's answer, one that comes while the first is running
 * IDEMPOTENCY_IN_PROGRESS, whichever instance runs it, and the same key with another request INVALID. A refusal is not
 * kept: the corrected request may use the key again. A key whose request was cut off, by the end of its process, a lost
 * connection or a failure nobody foresaw, is CONFLICT, since nobody knows whether it had its effect. `runner` names this
 * process among those of the database.
 */
export function createOnce(keys: IdempotencyKeys, runner: string): Once {
  // How many requests of each key are here, also while they ask for it: who got it may be heard second, or be done first.
  const here = new Map<string, number>();
  return async (request, work) => {
    const name = JSON.stringify([request.teamId, request.actorId, request.key]);
    here.set(name, (here.get(name) ?? 0) + 1);
    try {
      return await once(request, work, () => (here.get(name) ?? 0) > 1);
    } finally {
      const left = (here.get(name) ?? 1) - 1;
      if (left > 0) here.set(name, left);
      else here.delete(name);
    }
  };

  async function once(request: KeyedRequest, work: () => Promise<Answer>, others: () => boolean): ReturnType<Once> {
    const { teamId, actorId, key, seal } = request;
    const beside = others();
    const begun = await keys.begin(teamId, actorId, key, hashOf(request), runner);
    if (begun.state === 'mismatch') {
      throw invalid([{ path: 'Idempotency-Key', message: 'This key was used for another request' }]);
    }
    if (begun.state === 'running') throw beside || others() || begun.elsewhere ? stillRunning() : cutOff();
    if (begun.state === 'done') {
      const json = seal === null ? begun.response : open(begun.response, seal);
      return { answer: begun.status === 204 ? { status: 204 } : { status: begun.status, json }, replayed: true };
    }
    const answer = await refusable(work, () => keys.forget(teamId, actorId, key));
    // From here on it had its effect: should its answer not be kept, the key is never free for a second one.
    if (!('status' in answer)) throw new Error('A stream has no answer to keep.');
    const json = 'json' in answer ? answer.json : null;
    await keys.finish(teamId, actorId, key, answer.status, seal === null ? json : sealed(json, seal));
    return { answer, replayed: false };
  }
}

/** The work; when it refuses, its key is given back first. That this failed too must not hide why. */
async function refusable<T>(work: () => Promise<T>, giveBack: () => Promise<void>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isRefusal(error)) throw error;
    await giveBack().catch((cause: unknown) => process.emitWarning(cause instanceof Error ? cause : String(cause)));
    throw error;
  }
}

/** Whether it is certain that nothing was done: what broke off may have come after a commit, or in the middle of one. */
function isRefusal(error: unknown): boolean {
  const code = errorCodeOf(error);
  return code !== null && code !== 'INTERNAL' && !isLostConnection(error);
}

function hashOf(request: KeyedRequest): string {
  const parts = [request.method, request.path, request.version ?? null, request.body];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

function stillRunning(): DomainError {
  return new DomainError('IDEMPOTENCY_IN_PROGRESS', 'The first request with this key is still running.', {
    retryAfterSeconds: 1,
  });
}

function cutOff(): DomainError {
  return new DomainError(
    'CONFLICT',
    'The first request with this key was cut off; look whether it had its effect, then use a new key.',
  );
}

// Sealed with the sender's own bearer token, which is kept nowhere: only who got the secret first can read it again.
function sealed(json: unknown, secret: string): { sealed: string } {
  const salt = randomBytes(16);
  const cipher = createCipheriv('aes-256-gcm', keyFrom(secret, salt), salt.subarray(0, 12));
  const text = Buffer.concat([cipher.update(JSON.stringify(json), 'utf8'), cipher.final()]);
  return { sealed: Buffer.concat([salt, cipher.getAuthTag(), text]).toString('base64url') };
}

function open(stored: unknown, secret: string): unknown {
  if (typeof stored !== 'object' || stored === null || !('sealed' in stored) || typeof stored.sealed !== 'string') {
    throw new Error('A sealed answer was expected.');
  }
  const bytes = Buffer.from(stored.sealed, 'base64url');
  const salt = bytes.subarray(0, 16);
  const decipher = createDecipheriv('aes-256-gcm', keyFrom(secret, salt), salt.subarray(0, 12));
  decipher.setAuthTag(bytes.subarray(16, 32));
  return JSON.parse(Buffer.concat([decipher.update(bytes.subarray(32)), decipher.final()]).toString('utf8'));
}

function keyFrom(secret: string, salt: Uint8Array): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, salt, 'idempotent answer', 32));
}
