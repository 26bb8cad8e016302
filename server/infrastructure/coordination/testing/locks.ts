import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { openTestStore, type TestStore } from '../../../../db/testing/store.ts';
import type { FairLocks, Grant, LockRequest } from '../../../application/coordination-port.ts';
import { errorCodeOf } from '../../../domain/errors.ts';
import type { Call, LockOp } from '../../../domain/testing/linearizability.ts';
import type { Logger } from '../../../log.ts';
import { createInProcessLocks } from '../in-process-locks.ts';
import { createRedisLocks } from '../redis-locks.ts';

export const quiet = pino({ level: 'silent' });

export type LockKind = 'in process' | 'redis';

/** The numbers of PGlite for one process, of PostgreSQL for several; each kind on what it is used with. */
export const openFences = (kind: LockKind): Promise<TestStore> =>
  openTestStore(kind === 'in process' ? 'pglite' : 'postgres');

/** Locks of their own namespace. */
export function openLocks(
  kind: LockKind,
  { store }: TestStore,
  options: { url?: string; prefix?: string; waitTtlMs?: number; log?: Logger } = {},
) {
  if (kind === 'in process') return createInProcessLocks({ fences: store.locks });
  const url = options.url ?? process.env.TEST_REDIS_URL;
  if (!url) throw new Error('TEST_REDIS_URL is not set: run the tests with `npm test`, which starts a Redis for them.');
  const { prefix = `test:{${randomUUID()}}:`, waitTtlMs, log = quiet } = options;
  return createRedisLocks({ url, log, fences: store.locks, prefix, ...(waitTtlMs ? { waitTtlMs } : {}) });
}

/** Locks whose calls are written down, with writes that the database judges by their fence. */
export function recorded(locks: FairLocks, { store }: TestStore) {
  const calls: Call<LockOp>[] = [];
  const now = () => performance.now();
  const note = (process: string, op: LockOp, invoked: number) => calls.push({ process, op, invoked, returned: now() });

  return {
    calls,
    async acquire(resource: string, request: LockRequest): Promise<Grant> {
      const invoked = now();
      const grant = await locks.acquire([resource], request);
      note(request.owner, { kind: 'acquire', fencing: grant.fencing }, invoked);
      return grant;
    },
    async release(owner: string, grant: Grant): Promise<void> {
      const invoked = now();
      await grant.release();
      note(owner, { kind: 'release', fencing: grant.fencing }, invoked);
    },
    /** Whether the database took it. */
    async write(owner: string, { resources, fencing }: Pick<Grant, 'resources' | 'fencing'>): Promise<boolean> {
      const invoked = now();
      const accepted = await store.locks.assert({ resources, fencing }).then(
        () => true,
        (error: unknown) => {
          if (errorCodeOf(error) !== 'CONFLICT') throw error;
          return false;
        },
      );
      note(owner, { kind: 'write', fencing, accepted }, invoked);
      return accepted;
    },
  };
}

export const resource = (): string => `repository:${randomUUID()}`;
