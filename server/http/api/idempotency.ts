import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import type { IdempotencyStore } from '../../application/record-port.ts';
import { DomainError, invalid } from '../../domain/errors.ts';
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
 * kept: the corrected request may use the key again. A key whose request was cut off by the end of its process is
 * CONFLICT, since nobody knows whether it had its effect. `runner` names this process among those of the database.
 */
export function createOnce(keys: IdempotencyKeys, runner: string): Once {
  const running = new Set<string>();
  return async (request, work) => {
    const { teamId, actorId, key, seal } = request;
    const name = JSON.stringify([teamId, actorId, key]);
    const begun = await keys.begin(teamId, actorId, key, hashOf(request), runner);
    if (begun.state === 'mismatch') {
      throw invalid([{ path: 'Idempotency-Key', message: 'This key was used for another request' }]);
    }
    if (begun.state === 'running') throw running.has(name) || begun.elsewhere ? stillRunning() : cutOff();
    if (begun.state === 'done') {
      const json = seal === null ? begun.response : open(begun.response, seal);
      return { answer: begun.status === 204 ? { status: 204 } : { status: begun.status, json }, replayed: true };
    }
    running.add(name);
    try {
      const answer = await refusable(work, () => keys.forget(teamId, actorId, key));
      // From here on it had its effect: should its answer not be kept, the key is never free for a second one.
      if (!('status' in answer)) throw new Error('A stream has no answer to keep.');
      const json = 'json' in answer ? answer.json : null;
      await keys.finish(teamId, actorId, key, answer.status, seal === null ? json : sealed(json, seal));
      return { answer, replayed: false };
    } finally {
      running.delete(name);
    }
  };
}

/** The work; when it refuses, its key is given back first. That this failed too must not hide why. */
async function refusable<T>(work: () => Promise<T>, giveBack: () => Promise<void>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await giveBack().catch((cause: unknown) => process.emitWarning(cause instanceof Error ? cause : String(cause)));
    throw error;
  }
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
    'The server stopped while the first request with this key was running; look whether it had its effect, then use a new key.',
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
