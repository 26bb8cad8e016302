import type { Attempt, Evidence } from '../../domain/attempt.ts';
import { learn } from '../../domain/estimate.ts';
import { isLockTrouble } from '../../domain/lock.ts';
import type { Session } from '../../domain/session.ts';
import type { Proof, Task } from '../../domain/task.ts';
import { mayComplete } from '../../domain/task-graph/ready.ts';
import { refreshAttention } from '../asks/settle.ts';
import { pinCheckpoint, stateOf } from '../checkpoints.ts';
import type { Fence } from '../coordination-port.ts';
import type { Deps } from '../deps.ts';
import type { MergeResult, TaskCommit } from '../git-port.ts';
import { graphOf } from '../graph-view.ts';
import type { Repository } from '../team-port.ts';
import { resolveConflict } from './conflict-records.ts';
import { engineActor } from './engine-actor.ts';
import { branchFence, inRepository, type Lane } from './lane.ts';
import { settleFor } from './reserve.ts';
import { walk } from './settle.ts';
import { surroundingsOf } from './surroundings.ts';
import { hoursTaken, recordTask } from './task-record.ts';
import { writeBack } from './write-back.ts';

/** The commit message's facts (engine.md 3, merge). */
export function commitOf(session: Session, task: Task, attempt: Attempt): TaskCommit {
  return {
    subject: task.title,
    sessionSlug: session.slug,
    taskKey: task.key,
    attemptId: attempt.id,
    epoch: attempt.epoch,
    baseCommit: attempt.baseCommit ?? '',
  };
}

/**
 * Puts the attempt's commit on the session branch, from the current epoch only; call inside `inRepository`. Null when the
 * attempt changed nothing.
 */
export async function mergeAttempt(
  deps: Deps,
  session: Session,
  task: Task,
  attempt: Attempt,
  repository: Repository,
  lane: Lane,
): Promise<MergeResult | null> {
  const taskCommit = attempt.taskCommit;
  if (taskCommit === null || session.branch === null) return null;
  const branch = session.branch;
  lane.signal.throwIfAborted();
  // The fence, read as late as can be: whoever lost the session or the lane finds no row here and touches no ref.
  await deps.store.attempts.update(
    attempt.id,
    { status: 'verifying' },
    { epoch: attempt.epoch, status: ['verifying'], fence: lane },
  );
  const commit = commitOf(session, task, attempt);
  return deps.workspaces.merge(repository, branch, taskCommit, commit, branchFence(session, lane));
}

/**
 * Whether the attempt's commit is on the session branch already, though a crash came before the row could say so; then it
 * is completed, since whoever ran its task again would bring the same changes twice.
 */
export async function completeIfMerged(deps: Deps, session: Session, attempt: Attempt): Promise<boolean> {
  // Without a commit of its own there is nothing to find, and nobody to wait for.
  if (attempt.taskCommit === null) return false;
  return inRepository(deps, session, (lane) => completeMerged(deps, session, attempt, lane));
}

/** The same for whoever is in the repository's lane already. */
export async function completeMerged(deps: Deps, session: Session, attempt: Attempt, lane: Lane): Promise<boolean> {
  const { branch } = session;
  const { status, taskCommit, baseCommit, evidence } = attempt;
  if (status !== 'verifying' || taskCommit === null || baseCommit === null || evidence === null || branch === null)
    return false;
  const { repository } = await surroundingsOf(deps, session);
  const merged = await deps.workspaces.findMerged(repository, branch, baseCommit, attempt.id);
  if (merged === null) return false;
  const head = await deps.workspaces.head(repository, branch);
  await completeAttempt(deps, session, attempt, {
    mergedCommit: merged,
    head,
    proof: proofFrom(evidence),
    fence: lane,
  });
  return true;
}

/**
 * Whether its work is on the branch and it is completed now; a repository that cannot be read must not hold up an end. A
 * lane that is not to be had decides nothing: that throws, and the end is tried again.
 */
export async function landedAlready(deps: Deps, work: () => Promise<boolean>, attempt: Attempt): Promise<boolean> {
  try {
    return await work();
  } catch (error) {
    if (isLockTrouble(error)) throw error;
    deps.log.warn({ attempt: attempt.id, err: error }, 'Whether its work is on the branch could not be told');
    return false;
  }
}

/** What evidence of a passed proof is worth. */
export function proofFrom(evidence: Evidence): Proof {
  return evidence.waived ? 'waived' : evidence.claimed ? 'claimed' : 'proven';
}

/**
 * The end of a successful attempt, in one transaction: attempt, task, head of the session, checkpoint and events. A task
 * that must still wait for another's start or finish is `blocked` with reason waiting_to_complete.
 */
export async function completeAttempt(
  deps: Deps,
  session: Session,
  attempt: Attempt,
  done: { mergedCommit: string | null; head: string | null; proof: Proof; fence: Fence },
): Promise<void> {
  const { store, secrets, clock } = deps;
  const actor = engineActor(session.teamId);
  const checkpoint = await store.transaction(async (tx) => {
    await tx.sessions.lock(session.id);
    const now = clock();
    const metered = await tx.modelCalls.ofAttempt(attempt.id);
    await tx.attempts.update(
      attempt.id,
      {
        status: 'succeeded',
        mergedCommit: done.mergedCommit,
        endedAt: now,
        usage: metered.usage,
        calls: metered.calls,
        callErrors: metered.errors,
      },
      { epoch: attempt.epoch, status: ['verifying'], fence: done.fence },
    );
    const tasks = await tx.tasks.bySession(session.id);
    const task = tasks.find((one) => one.id === attempt.taskId);
    if (!task) return null;
    await recordTask(tx, deps, session, task, attempt, metered.usage);
    const graph = graphOf(tasks, await tx.tasks.dependencies(session.id));
    const free = mayComplete(graph, task.id, now);
    await walk(tx, task, free ? 'completed' : 'blocked', {
      reason: free ? null : 'waiting_to_complete',
      epoch: attempt.epoch,
      patch: {
        proof: done.proof,
        next: null,
        result: attempt.summary,
        error: null,
        mergedCommit: done.mergedCommit,
        estimate: learn(task.estimate, hoursTaken(task, attempt, now)),
        ...(free ? { endedAt: now } : {}),
      },
    });
    await tx.sessions.update(
      session.id,
      { recoveries: 0, ...(done.head === null ? {} : { headCommit: done.head }) },
      { epoch: session.epoch },
    );
    await tx.events.append(
      session.id,
      [
        ...(done.mergedCommit === null
          ? []
          : [
              {
                type: 'merge.completed' as const,
                actor,
                payload: { taskId: task.id, attemptId: attempt.id, commit: done.mergedCommit },
              },
            ]),
        {
          type: 'attempt.ended',
          actor,
          payload: {
            attemptId: attempt.id,
            taskId: task.id,
            epoch: attempt.epoch,
            status: 'succeeded',
            proof: done.proof,
            usage: metered.usage,
            changed: done.mergedCommit !== null,
          },
        },
      ],
      { epoch: session.epoch },
    );
    await resolveConflict(tx, attempt, done.mergedCommit);
    await refreshAttention(tx, session.id, actor);
    await writeBack(deps, tx, session, task, attempt);
    await settleFor(tx, attempt, now);
    const commit = done.head ?? session.headCommit;
    return tx.checkpoints.create(
      {
        id: secrets.uuid(),
        teamId: session.teamId,
        sessionId: session.id,
        reason: 'task_completed',
        commit,
        state: stateOf(await tx.tasks.bySession(session.id)),
      },
      actor,
    );
  });
  if (checkpoint) await pinCheckpoint(deps, session, checkpoint);
  deps.nudge();
}
