import { type Attempt, type AttemptStatus, attemptEnded, type FailureClass } from '../../domain/attempt.ts';
import type { Session } from '../../domain/session.ts';
import { movesBetween, type Task, type TaskStatus } from '../../domain/task.ts';
import { type FailedAttempt, type Verdict, verdictOf } from '../../domain/verdict.ts';
import { refreshAttention } from '../asks/settle.ts';
import type { Deps } from '../deps.ts';
import { closeAsks } from '../sessions/endings.ts';
import type { Tx } from '../store-port.ts';
import { idleWith } from './circles.ts';
import { abandonConflicts, type FoundConflict, markConflict, recordConflict } from './conflict-records.ts';
import { engineActor } from './engine-actor.ts';
import { nextAfter } from './next-attempt.ts';
import { settleFor } from './reserve.ts';

export interface Failure {
  status: Extract<AttemptStatus, 'failed' | 'lost' | 'aborted'>;
  failure: FailureClass;
  message: string;
  /** When the provider may be asked again, if it said so. */
  retryAt: Date | null;
  /** With the failure `conflict`: what git found, both sides pinned. */
  conflict?: FoundConflict;
  /** What the task's error is called, when not after the failure's class. */
  code?: string;
}

/** Verdicts that would go on by the task's own attempts, or end it: only these can be going in circles. */
const circles: ReadonlySet<Verdict['action']> = new Set(['retry_same', 'other_agent', 'other_type', 'give_up']);

/**
 * Ends an attempt that did not succeed and decides what follows for its task (domain.md 3.5, verdicts). Attempt, verdict,
 * conflict and what the next attempt is to be are one transaction under the attempt's epoch.
 */
export async function settleFailure(deps: Deps, attempt: Attempt, end: Failure): Promise<void> {
  const { store, clock } = deps;
  const actor = engineActor(attempt.teamId);
  await store.transaction(async (tx) => {
    const session = await tx.sessions.lock(attempt.sessionId);
    const now = clock();
    const current = await tx.attempts.get(attempt.id);
    if (!current || attemptEnded(current.status)) return;
    const task = await tx.tasks.get(attempt.teamId, attempt.taskId);
    const judged = await judge(tx, session, task, current, end);
    const idle = circles.has(judged.action) ? await idleWith(tx, session, current) : null;
    const verdict: Verdict = idle === null ? judged : { ...judged, action: 'give_up', reason: idle, delaySeconds: 0 };
    if (end.conflict) await recordConflict(tx, current, end.conflict);
    await tx.attempts.update(
      attempt.id,
      {
        status: end.status,
        failure: end.failure,
        verdict: {
          action: verdict.action,
          reason: verdict.reason,
          delaySeconds: verdict.delaySeconds,
          preferredAgentType: verdict.preferredAgentType,
        },
        error: { code: end.failure.toUpperCase(), message: end.message, context: {} },
        endedAt: now,
      },
      { epoch: attempt.epoch },
    );
    await settleFor(tx, current, now, end.failure);
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
            usage: current.usage,
            verdict,
          },
        },
      ],
      { epoch: attempt.epoch },
    );
    if (task) await follow(tx, task, current, idle === null ? end : { ...end, code: 'NO_PROGRESS' }, verdict, now);
    await refreshAttention(tx, session.id, actor);
  });
  deps.nudge();
}

/** The verdict over this failure, from the task's failures of this run: a retry of the session gives its attempts anew. */
async function judge(tx: Tx, session: Session, task: Task | null, attempt: Attempt, end: Failure): Promise<Verdict> {
  const types = new Map((await tx.agents.list(session.teamId)).map((agent) => [agent.id, agent.type]));
  const failed = (one: Attempt, failure: FailureClass): FailedAttempt => ({
    failure,
    role: one.role,
    agentId: one.agentId,
    agentType: types.get(one.agentId) ?? 'implementer',
    conflictId: one.conflictId,
  });
  const since = session.startedAt ?? session.createdAt;
  const run = (await tx.attempts.byTask(attempt.taskId)).filter(
    (one) => one.id !== attempt.id && one.startedAt >= since,
  );
  const earlier = run.flatMap((one) => (one.failure === null ? [] : [failed(one, one.failure)]));
  const conflict = attempt.conflictId === null ? null : await tx.conflicts.byId(attempt.conflictId);
  const verdict = verdictOf(
    failed(attempt, end.failure),
    earlier,
    {
      expectedHours: task?.estimate.expected ?? 0,
      mayBeSplit: task?.kind === 'work' && attempt.role === 'work' && !run.some(({ role }) => role === 'plan'),
    },
    end.retryAt === null ? null : `at ${end.retryAt.toISOString().slice(0, 16).replace('T', ' ')} UTC`,
  );
  // A person chose, and what they chose does not hold: only they can choose again.
  if (conflict?.resolution && verdict.action === 'resolve_conflict' && end.failure !== 'conflict')
    return { ...verdict, action: 'ask_person', excludedAgents: [] };
  return verdict;
}

async function follow(tx: Tx, task: Task, attempt: Attempt, end: Failure, verdict: Verdict, now: Date): Promise<void> {
  const conflictId = end.conflict?.id ?? attempt.conflictId;
  const next = nextAfter(verdict, attempt, conflictId);
  const { epoch } = attempt;
  if (verdict.action === 'give_up') {
    await walk(tx, task, 'failed', {
      reason: verdict.reason,
      epoch,
      patch: {
        endedAt: now,
        next: null,
        proof: end.failure === 'verification_failed' ? 'failed' : task.proof,
        error: {
          code: end.code ?? end.failure.toUpperCase(),
          message: end.code === undefined ? end.message : `${verdict.reason}. ${end.message}`,
          context: { attemptId: attempt.id },
        },
      },
    });
    if (conflictId !== null) await abandonConflicts(tx, task.sessionId);
    return;
  }
  if (verdict.action === 'ask_person') {
    await markConflict(tx, conflictId, 'waiting_for_person');
    await walk(tx, task, 'blocked', {
      reason: `waiting_for_person: ${verdict.reason}`,
      epoch,
      patch: { agentId: null, next },
    });
    return;
  }
  await markConflict(tx, attempt.role === 'conflict' && !end.conflict ? attempt.conflictId : null, 'open');
  const soonest = new Date(now.getTime() + verdict.delaySeconds * 1000);
  await walk(tx, task, 'ready', {
    reason: verdict.reason,
    epoch,
    patch: {
      notBefore: end.retryAt !== null && end.retryAt > soonest ? end.retryAt : soonest,
      agentId: null,
      next,
      readyAt: now,
    },
  });
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
