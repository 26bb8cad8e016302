import type { Attempt } from '../../domain/attempt.ts';
import { errorCodeOf } from '../../domain/errors.ts';
import { isLockTrouble } from '../../domain/lock.ts';
import type { Deps } from '../deps.ts';
import { createDriver } from './drive.ts';
import { completeIfMerged } from './land.ts';
import { orderOf } from './order.ts';
import { settleFailure } from './settle.ts';

interface Driver {
  sessionId: string;
  controller: AbortController;
  done: Promise<void>;
}

/** A step of an attempt that fails this often in a row for a reason of our own is settled as a crash. */
const maxStumbles = 3;

/** The attempts this process drives now. A handle, not a truth: the rows decide what is open, this only avoids driving twice. */
export function createDrivers(deps: Deps) {
  const { store, log } = deps;
  const drive = createDriver(deps);
  const drivers = new Map<string, Driver>();
  const stumbles = new Map<string, number>();

  async function stumbled(attempt: Attempt, error: unknown): Promise<void> {
    const code = errorCodeOf(error);
    if (code === 'CONFLICT' && !isLockTrouble(error)) {
      stumbles.delete(attempt.id);
      log.info({ attempt: attempt.id }, 'The attempt was superseded; its run is let go of');
      await abortIfSuperseded(attempt.id);
      return;
    }
    // Nothing of its own is wrong: whoever orders the writes, or the database, is away.
    if (isLockTrouble(error)) {
      log.warn({ attempt: attempt.id, err: error }, 'A step of the attempt has to wait; it is tried again');
      return;
    }
    const count = (stumbles.get(attempt.id) ?? 0) + 1;
    stumbles.set(attempt.id, count);
    log.error({ attempt: attempt.id, count, err: error }, 'A step of the attempt failed');
    if (count < maxStumbles) return;
    stumbles.delete(attempt.id);
    if (await landed(attempt.id)) return;
    await settleFailure(deps, attempt, {
      status: 'failed',
      failure: 'crash',
      message: (error instanceof Error ? error.message : String(error)).slice(0, 1_000),
      retryAt: null,
    });
  }

  /** Another attempt after one whose work is on the branch would bring the same changes twice. */
  async function landed(attemptId: string): Promise<boolean> {
    const attempt = await store.attempts.get(attemptId);
    const session = attempt && (await store.sessions.byId(attempt.sessionId));
    if (!attempt || !session) return false;
    try {
      return await completeIfMerged(deps, session, attempt);
    } catch (error) {
      // The branch is gone: then nothing of it is there either.
      if (errorCodeOf(error) === 'INVALID') return false;
      throw error;
    }
  }

  /** A zombie's remote run must not go on: whoever took over has its own, or adopted this one and will find it again. */
  async function abortIfSuperseded(attemptId: string): Promise<void> {
    const attempt = await store.attempts.get(attemptId);
    if (attempt?.status === 'superseded' || attempt?.status === 'aborted') await abortRun(attempt);
  }

  async function abortRun(attempt: Attempt): Promise<void> {
    const task = await store.tasks.get(attempt.teamId, attempt.taskId);
    const agent = await store.agents.get(attempt.teamId, attempt.agentId);
    if (!task || !agent || attempt.worktree === null) return;
    const result = await deps.runner.abort(orderOf(attempt, task, agent, []));
    log.info({ attempt: attempt.id, ...result }, 'Aborted a run that is no longer ours');
  }

  async function detach(matches: (driver: Driver) => boolean): Promise<void> {
    const leaving = [...drivers.values()].filter(matches);
    for (const driver of leaving) driver.controller.abort();
    await Promise.allSettled(leaving.map((driver) => driver.done));
  }

  /** Lets go of runs that are no longer this process's, and ends those nobody else goes on with. */
  function drop(matches: (driver: Driver, attemptId: string) => boolean): void {
    for (const [attemptId, driver] of drivers) {
      if (driver.controller.signal.aborted || !matches(driver, attemptId)) continue;
      driver.controller.abort();
      driver.done
        .then(() => abortIfSuperseded(attemptId))
        .catch((error: unknown) => log.warn({ attempt: attemptId, err: error }, 'A run that was given up may go on'));
    }
  }

  return {
    count: () => drivers.size,

    start(attempt: Attempt): void {
      if (drivers.has(attempt.id)) return;
      const controller = new AbortController();
      const done = drive(attempt.id, controller.signal)
        .then(() => {
          stumbles.delete(attempt.id);
          return true;
        })
        .catch(async (error: unknown) => {
          if (!controller.signal.aborted) await stumbled(attempt, error);
          return false;
        })
        .catch((error: unknown) => {
          log.error({ attempt: attempt.id, err: error }, 'Settling the attempt failed; it is tried again');
          return false;
        })
        .then((well) => {
          drivers.delete(attempt.id);
          // After a failure the next regular look is soon enough: a step that cannot succeed must not spin.
          if (well) deps.nudge();
        });
      drivers.set(attempt.id, { sessionId: attempt.sessionId, controller, done });
    },

    /** Lets go of a session's runs without stopping them; waits until nothing of them can write any more. */
    detach: (sessionId: string) => detach((driver) => driver.sessionId === sessionId),
    detachAll: () => detach(() => true),

    /** Lets go of the runs of sessions this process does not own any more. */
    keepSessions: (owned: ReadonlySet<string>) => drop((driver) => !owned.has(driver.sessionId)),
    /** Lets go of a session's runs but those of the attempts that are still open. */
    keepAttempts: (sessionId: string, open: ReadonlySet<string>) =>
      drop((driver, attemptId) => driver.sessionId === sessionId && !open.has(attemptId)),

    /** Ends the remote runs of these attempts. */
    async abortRemote(attempts: readonly Attempt[]): Promise<void> {
      for (const attempt of attempts) await abortRun(attempt);
    },
  };
}

export type Drivers = ReturnType<typeof createDrivers>;
