import { expiryAfterSession } from '../../domain/context-life.ts';
import type { Session } from '../../domain/session.ts';
import { graphIsOver, proofOf, sessionOutcome } from '../../domain/session-life.ts';
import type { Deps } from '../deps.ts';
import { cascade } from '../sessions/endings.ts';
import { engineActor } from './engine-actor.ts';

/** Ends a session whose graph is over (domain.md 1.1): completed, partially completed or failed, with what it achieved. */
export async function finishSession(deps: Deps, session: Session): Promise<void> {
  deps.fault('before_final');
  const endedAt = deps.clock();
  await deps.store.transaction(async (tx) => {
    // Read under the lock: the last task may have moved the head since the caller looked.
    const locked = await tx.sessions.lock(session.id);
    const { branch, headCommit } = locked;
    const tasks = await tx.tasks.bySession(session.id);
    // A person may have added or retried a task since the caller looked.
    if (!graphIsOver(tasks)) return;
    const outcome = sessionOutcome(tasks);
    const completed = tasks.filter((task) => task.status === 'completed');
    const failed = tasks.filter((task) => task.status === 'failed');
    const kept = await tx.prompts.pending(session.id);
    // Taken in while the last task was being proven, or for one that never ran: said, not swallowed.
    if (kept.length > 0)
      await tx.events.append(
        session.id,
        [
          {
            type: 'session.updated',
            actor: engineActor(session.teamId),
            payload: { undelivered: kept.map(({ id }) => id), reason: 'no run was left to take these prompts' },
          },
        ],
        { epoch: session.epoch },
      );
    await tx.sessions.move({
      sessionId: session.id,
      to: outcome,
      guard: { epoch: session.epoch, status: ['running', 'degraded'] },
      reason:
        outcome === 'completed'
          ? 'every required task is completed'
          : `${completed.length} of ${tasks.length} tasks are completed`,
      actor: engineActor(session.teamId),
      patch: {
        endedAt,
        proof: outcome === 'failed' ? null : proofOf(tasks),
        cause: null,
        // A pause or stop that came as the last task ended finds nothing left to stop but the children.
        pendingCommand: null,
        result: {
          branch,
          headCommit,
          tasks: completed.map((task) => ({
            key: task.key,
            title: task.title,
            proof: task.proof,
            summary: task.result,
          })),
        },
        error:
          failed[0] === undefined
            ? null
            : {
                code: failed[0].error?.code ?? 'TASK_FAILED',
                message: `${failed[0].title}: ${failed[0].error?.message ?? failed[0].reason ?? 'failed'}`,
                context: { tasks: failed.map((task) => task.key) },
              },
      },
      release: true,
    });
    if (locked.pendingCommand === 'stop') await cascade(tx, locked, 'stop', engineActor(session.teamId), endedAt);
    // A request to complete it by force is answered by its end.
    await tx.sessions.setAttention(session.id, 'none', engineActor(session.teamId));
    await tx.contexts.setSessionExpiry(session.id, expiryAfterSession(endedAt));
  });
  deps.nudge();
}
