import type { Actor } from '../../domain/actor.ts';
import { type Attempt, attemptEnded } from '../../domain/attempt.ts';
import { expiryAfterSession } from '../../domain/context-life.ts';
import type { Session, SessionStatus } from '../../domain/session.ts';
import { type Task, taskEnded } from '../../domain/task.ts';
import type { Fence } from '../coordination-port.ts';
import { abandonConflicts } from '../engine/conflict-records.ts';
import { settleFor } from '../engine/reserve.ts';
import type { Tx } from '../store-port.ts';

export interface AttemptEnding {
  attempts: 'aborted' | 'superseded';
  reason: string;
  actor: Actor;
  now: Date;
  /** The repository's lock, where it is ended in its lane. */
  fence?: Fence | undefined;
}

/** Withdraws what an attempt still asks: nobody would take the answer. Call under the session's lock. */
export async function closeAsks(tx: Tx, attempt: Attempt, actor: Actor): Promise<void> {
  for (const ask of await tx.asks.close({ attemptId: attempt.id }, 'superseded')) {
    await tx.events.append(attempt.sessionId, [
      { type: 'ask.superseded', actor, payload: { askId: ask.id, kind: ask.kind, title: ask.title } },
    ]);
  }
}

/** Ends an open attempt from outside, with its asks; its task is the caller's. Call under the session's lock. */
export async function closeAttempt(tx: Tx, attempt: Attempt, end: AttemptEnding): Promise<void> {
  await closeAsks(tx, attempt, end.actor);
  const guard = { epoch: attempt.epoch, fence: end.fence };
  await tx.attempts.update(attempt.id, { status: end.attempts, endedAt: end.now }, guard);
  await settleFor(tx, attempt, end.now);
  await tx.events.append(attempt.sessionId, [
    {
      type: 'attempt.ended',
      actor: end.actor,
      payload: {
        attemptId: attempt.id,
        taskId: attempt.taskId,
        epoch: attempt.epoch,
        status: end.attempts,
        usage: attempt.usage,
        reason: end.reason,
      },
    },
  ]);
}

/** The tasks of a session's graph, and before them its planner's own. */
export async function everyTask(tx: Pick<Tx, 'tasks'>, sessionId: string): Promise<Task[]> {
  const planner = await tx.tasks.planOf(sessionId);
  const tasks = await tx.tasks.bySession(sessionId);
  return planner === null ? tasks : [planner, ...tasks];
}

/** Closes what a run leaves open: attempts, their asks, tasks. Call under the session's lock. */
export async function closeRun(tx: Tx, session: Session, end: AttemptEnding): Promise<void> {
  for (const attempt of await tx.attempts.bySession(session.id)) {
    if (!attemptEnded(attempt.status)) await closeAttempt(tx, attempt, end);
  }
  for (const task of await everyTask(tx, session.id)) {
    if (taskEnded(task.status)) continue;
    await tx.tasks.move({
      taskId: task.id,
      sessionId: session.id,
      from: [task.status],
      to: 'cancelled',
      reason: end.reason,
      actor: end.actor,
      // A retry begins with an ordinary attempt.
      patch: { endedAt: end.now, next: null },
    });
  }
  await abandonConflicts(tx, session.id);
  await tx.sessions.setAttention(session.id, 'none', end.actor);
}

/** Ends a session that runs nothing (any more): closes what is open, then the guarded move. */
export async function endSession(
  tx: Tx,
  session: Session,
  end: {
    to: Extract<SessionStatus, 'stopped' | 'cancelled' | 'timeout' | 'orphaned' | 'failed'>;
    reason: string;
    actor: Actor;
    now: Date;
    epoch?: number | undefined;
    error?: { code: string; message: string; context: Record<string, unknown> };
  },
): Promise<Session> {
  await closeRun(tx, session, {
    attempts: end.to === 'orphaned' ? 'superseded' : 'aborted',
    reason: end.reason,
    actor: end.actor,
    now: end.now,
  });
  if (session.pendingCommand !== null) await tx.sessions.setPendingCommand(session.id, null, {});
  await tx.contexts.setSessionExpiry(session.id, expiryAfterSession(end.now));
  return tx.sessions.moveAndRead({
    sessionId: session.id,
    to: end.to,
    guard: { status: [session.status], ...(end.epoch === undefined ? {} : { epoch: end.epoch }) },
    reason: end.reason,
    actor: end.actor,
    patch: { endedAt: end.now, cause: null, ...(end.error ? { error: end.error } : {}) },
    release: true,
  });
}

/** Stop and cancel reach the children: those that execute are asked to stop, the others are cancelled or stopped at once. */
export async function cascade(tx: Tx, parent: Session, how: 'stop' | 'delete', actor: Actor, now: Date): Promise<void> {
  for (const child of await tx.sessions.children(parent.id)) {
    const locked = await tx.sessions.lock(child.id);
    const reason = `its parent ${parent.slug} was ${how === 'stop' ? 'stopped' : 'deleted'}`;
    if (locked.status === 'running' || locked.status === 'degraded') {
      if (how === 'stop') await tx.sessions.setPendingCommand(child.id, 'stop', {});
      else await endSession(tx, locked, { to: 'orphaned', reason, actor, now });
    } else if (locked.status === 'pending' || locked.status === 'queued' || locked.status === 'paused') {
      await endSession(tx, locked, { to: 'cancelled', reason, actor, now });
    }
    await cascade(tx, locked, how, actor, now);
  }
}
