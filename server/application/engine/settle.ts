import {
  type Attempt,
  type AttemptStatus,
  attemptEnded,
  type FailureClass,
  verdictAfter,
} from '../../domain/attempt.ts';
import { movesBetween, type Task, type TaskStatus } from '../../domain/task.ts';
import { refreshAttention } from '../asks.ts';
import type { Deps } from '../deps.ts';
import { closeAsks } from '../sessions/endings.ts';
import type { Tx } from '../store-port.ts';
import { engineActor } from './engine-actor.ts';

export interface Failure {
  status: Extract<AttemptStatus, 'failed' | 'lost' | 'aborted'>;
  failure: FailureClass;
  message: string;
  /** When the provider may be asked again, if it said so. */
  retryAt: Date | null;
}

/**
 * Ends an attempt that did not succeed and decides what follows for its task (domain.md 3.5, verdicts): another attempt
 * after a delay, or the task has failed. One transaction under the attempt's epoch.
 */
export async function settleFailure(deps: Deps, attempt: Attempt, end: Failure): Promise<void> {
  const { store, clock } = deps;
  const actor = engineActor(attempt.teamId);
  await store.transaction(async (tx) => {
    const session = await tx.sessions.lock(attempt.sessionId);
    const now = clock();
    const current = await tx.attempts.get(attempt.id);
    if (!current || attemptEnded(current.status)) return;
    // A retry of the session gives the task its attempts anew: only this run's failures count.
    const earlier = (await tx.attempts.byTask(attempt.taskId)).flatMap((one) =>
      one.id === attempt.id || one.failure === null || one.startedAt < (session.startedAt ?? session.createdAt)
        ? []
        : [one.failure],
    );
    const verdict = verdictAfter(end.failure, earlier);
    await tx.attempts.update(
      attempt.id,
      {
        status: end.status,
        failure: end.failure,
        error: { code: end.failure.toUpperCase(), message: end.message, context: {} },
        endedAt: now,
      },
      { epoch: attempt.epoch },
    );
    await closeAsks(tx, attempt, actor);
    await tx.events.append(
      session.id,
      [
        {
          type: 'attempt.ended',
          actor,
          payload: {
            attemptId: attempt.id,
            taskId: attempt.taskId,
            epoch: attempt.epoch,
            status: end.status,
            failure: end.failure,
            message: end.message,
            verdict,
          },
        },
      ],
      { epoch: attempt.epoch },
    );
    await refreshAttention(tx, session.id, actor);
    const task = await tx.tasks.get(attempt.teamId, attempt.taskId);
    if (!task) return;
    if (verdict.action === 'retry') {
      const soonest = new Date(now.getTime() + verdict.delaySeconds * 1000);
      await walk(tx, task, 'ready', {
        reason: verdict.reason,
        epoch: attempt.epoch,
        patch: { notBefore: end.retryAt !== null && end.retryAt > soonest ? end.retryAt : soonest, agentId: null },
      });
    } else {
      await walk(tx, task, 'failed', {
        reason: verdict.reason,
        epoch: attempt.epoch,
        patch: {
          endedAt: now,
          proof: end.failure === 'verification_failed' ? 'failed' : task.proof,
          error: { code: end.failure.toUpperCase(), message: end.message, context: { attemptId: attempt.id } },
        },
      });
    }
  });
  deps.nudge();
}

/** Moves a task along legal edges only, each with its own event. */
export async function walk(
  tx: Tx,
  task: Task,
  to: TaskStatus,
  how: { reason: string | null; epoch: number; patch?: Parameters<Tx['tasks']['move']>[0]['patch'] },
): Promise<void> {
  const way = movesBetween(task.status, to) ?? [];
  let from = task.status;
  for (const next of way) {
    const last = next === way.at(-1);
    await tx.tasks.move({
      taskId: task.id,
      sessionId: task.sessionId,
      from: [from],
      to: next,
      reason: how.reason,
      actor: engineActor(task.teamId),
      epoch: how.epoch,
      ...(last && how.patch ? { patch: how.patch } : {}),
    });
    from = next;
  }
}
