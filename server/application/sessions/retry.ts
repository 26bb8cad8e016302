import type { Actor } from '../../domain/actor.ts';
import { DomainError } from '../../domain/errors.ts';
import { type Session, type SessionStatus, sessionTransitions } from '../../domain/session.ts';
import { retryRefusal } from '../../domain/session-life.ts';
import type { TaskStatus } from '../../domain/task.ts';
import { stateOf } from '../checkpoints.ts';
import type { Deps } from '../deps.ts';
import type { Tx } from '../store-port.ts';
import type { CommandOptions } from './commands.ts';
import { refuseOnFullDisk } from './create.ts';
import { assertVersion, findSession } from './find.ts';
import { sendAgain } from './send-again.ts';

/**
 * Where a task goes that a retry must run again; a task lost in mid-run is requeued, not rolled back. What is blocked by
 * a failed prerequisite waits on, and becomes ready when that one has completed.
 */
const again: Partial<Record<TaskStatus, TaskStatus>> = {
  failed: 'pending',
  skipped: 'pending',
  cancelled: 'pending',
  in_progress: 'ready',
  assigned: 'ready',
  paused: 'ready',
};

/**
 * Retries an ended session from its last checkpoint (domain.md 1.4): completed tasks stand, everything else starts
 * again, no budget is raised. Refused with the reason when it is not recoverable.
 */
export async function retrySession(
  deps: Deps,
  actor: Actor,
  ref: string,
  options: CommandOptions = {},
): Promise<Session> {
  const found = await findSession(deps, actor, ref, 'session.command');
  await refuseOnFullDisk(deps);
  const after = await deps.store.transaction(async (tx) => {
    const session = await tx.sessions.lock(found.id);
    assertVersion(session, options.version);
    return retryLocked(deps, tx, actor, session, options);
  });
  deps.nudge();
  return after;
}

/** The retry itself, on a session whose row is locked. Work that a person accepts is as good to resume from as a checkpoint. */
export async function retryLocked(
  deps: Deps,
  tx: Tx,
  actor: Actor,
  session: Session,
  options: CommandOptions & { accepted?: boolean },
): Promise<Session> {
  const { secrets, clock } = deps;
  // Deleted since it was found: it would run, and hold a slot, where nobody sees it.
  if (session.deletedAt !== null) throw new DomainError('NOT_FOUND', `There is no session ${session.slug}.`);
  const tasks = await tx.tasks.bySession(session.id);
  const kept = await tx.checkpoints.list(session.id);
  const refusal = retryRefusal({
    status: session.status,
    checkpoints: options.accepted ? Math.max(kept.length, 1) : kept.length,
    everStarted: tasks.some((task) => task.startedAt !== null),
    retryCount: session.retryCount,
  });
  if (refusal !== null)
    throw new DomainError('INVALID_TRANSITION', refusal, {
      details: { from: session.status, to: 'pending', allowed: others(session.status) },
    });
  const team = await tx.teams.lock(session.teamId);
  if (!team.active) throw new DomainError('NOT_FOUND', 'The team is deleted.');
  const active = await tx.sessions.countActive(session.teamId);
  if (active >= team.maxActiveSessions)
    throw new DomainError(
      'QUOTA_EXCEEDED',
      `The team has ${active} active sessions; its limit is ${team.maxActiveSessions}.`,
    );

  const from = kept.filter((checkpoint) => !checkpoint.undone).at(-1) ?? null;
  if (session.headCommit !== null && tasks.length > 0) {
    await tx.checkpoints.create(
      {
        id: secrets.uuid(),
        teamId: session.teamId,
        sessionId: session.id,
        reason: 'before_retry',
        commit: session.headCommit,
        state: stateOf(tasks),
      },
      actor,
    );
  }
  await tx.sessions.move({
    sessionId: session.id,
    to: 'pending',
    guard: { status: [session.status] },
    reason: `retried by ${actor.name}`,
    actor,
    patch: {
      retryCount: session.retryCount + 1,
      error: null,
      endedAt: null,
      result: null,
      proof: null,
      cause: null,
      recoveries: 0,
      deadlineAt: null,
      startedAt: null,
      pausedAt: null,
      pausedSeconds: 0,
    },
  });
  // It runs again, and so what it knew lives on.
  await tx.contexts.setSessionExpiry(session.id, null);
  await tx.events.append(session.id, [
    {
      type: 'session.retried',
      actor,
      payload: {
        retryCount: session.retryCount + 1,
        checkpoint: from?.sequence ?? null,
        commit: from?.commit ?? null,
      },
    },
  ]);
  // A plan that stands needs no planner any more; without one its planner is asked anew.
  const planner = session.plannedAt === null ? await tx.tasks.planOf(session.id) : null;
  for (const task of planner === null ? tasks : [planner, ...tasks]) {
    const to = again[task.status] && (task.kind === 'plan' ? 'ready' : again[task.status]);
    const patch = { endedAt: null, error: null, agentId: null, notBefore: null };
    if (to) await sendAgain(tx, task, { to, reason: 'retried', actor, patch });
  }
  const queued = await tx.sessions.moveAndRead({
    sessionId: session.id,
    to: 'queued',
    guard: { status: ['pending'] },
    reason: 'retried',
    actor,
    patch: { queuedAt: clock() },
  });
  await tx.audit.append({
    teamId: session.teamId,
    actor,
    action: 'session.retry',
    subject: { kind: 'session', id: session.id },
    before: { status: session.status },
    after: { status: 'queued', retryCount: session.retryCount + 1 },
    reason: options.reason,
    requestId: options.requestId,
  });
  return queued;
}

// What is still possible where a retry is not.
const others = (status: SessionStatus) => sessionTransitions[status].filter((to) => to !== 'pending');
