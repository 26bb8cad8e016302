import type { Attempt } from '../../domain/attempt.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Session } from '../../domain/session.ts';
import type { Task } from '../../domain/task.ts';
import type { Deps } from '../deps.ts';
import { keepWork } from '../session-work.ts';
import type { Repository } from '../team-port.ts';
import { pinFound } from './conflict-records.ts';
import { engineActor } from './engine-actor.ts';
import { commitOf, completeAttempt, mergeAttempt, proofFrom } from './land.ts';
import { inRepository, type Lane } from './lane.ts';
import { settleFailure } from './settle.ts';
import { provenAt, verifyAttempt } from './verify.ts';

/** From this round on nothing else may land in the repository meanwhile: whoever was overtaken often comes through. */
const laneRound = 5;
/** Somebody else's git on the same repository knows nothing of our lane; past this the step is tried again later. */
const maxRounds = 10;

interface Around {
  session: Session;
  task: Task;
  repository: Repository;
  signal: AbortSignal;
}

/**
 * Commits an attempt's work, puts it on the branch as it stands, verifies exactly that and lands it; when the branch moved
 * meanwhile, again. What is verified is what lands. Every step is stored before the next and may be repeated.
 */
export async function proveAttempt(deps: Deps, first: Attempt, around: Around): Promise<void> {
  // The run idles: whatever still works in its worktree would change what is committed and proven.
  await deps.endOrphans(first.id);
  await deps.endLeftBehind(first.worktree ?? '');
  let attempt = await commitWork(deps, first, around);
  const began = attempt?.baseCommit ?? null;
  for (let round = 1; attempt !== null && round <= maxRounds; round += 1) {
    const current: Attempt = attempt;
    const work = (lane: Lane | null) => oneRound(deps, current, around, { began, lane });
    attempt = round >= laneRound ? await inRepository(deps, around.session, work) : await work(null);
    around.signal.throwIfAborted();
  }
  if (attempt !== null)
    throw new DomainError('INTERNAL', `The branch moved ${maxRounds} times while the work was verified.`);
}

/** The attempt with its commit, or null when what it left behind cannot be taken. */
async function commitWork(
  deps: Deps,
  attempt: Attempt,
  { session, task, repository }: Around,
): Promise<Attempt | null> {
  if (attempt.taskCommit !== null || attempt.evidence !== null) return attempt;
  const resolves = attempt.conflictId !== null && attempt.role === 'conflict';
  const conflict = resolves ? await deps.store.conflicts.byId(attempt.conflictId ?? '') : null;
  const byAgent = conflict !== null && conflict.resolution === null;
  const worktree = attempt.worktree ?? '';
  if (byAgent) {
    const changed = await deps.workspaces.changedFiles(worktree, attempt.baseCommit ?? '');
    const left = await deps.workspaces.markersLeft(worktree, changed);
    if (left.length > 0) return refuse(deps, attempt, `Conflict markers are left in ${left.join(', ')}.`);
  }
  deps.fault('before_commit');
  const taskCommit = await deps.workspaces.commit(repository, worktree, commitOf(session, task, attempt));
  if (taskCommit !== null) {
    await keepWork(deps, session, repository, taskCommit);
    return deps.store.attempts.update(attempt.id, { taskCommit }, { epoch: attempt.epoch });
  }
  // Taking the branch's side everywhere throws the task's work away; that is for a person to decide.
  return byAgent ? refuse(deps, attempt, "The resolution keeps nothing of the task's changes.") : attempt;
}

/** Null when the attempt is over, landed or not; else the attempt as it stands, to be tried again on the branch that moved. */
async function oneRound(
  deps: Deps,
  attempt: Attempt,
  around: Around,
  { began, lane }: { began: string | null; lane: Lane | null },
): Promise<Attempt | null> {
  const { session, task, repository, signal } = around;
  const fitted = await fitToBranch(deps, attempt, around);
  if (fitted === null) return null;
  let proven = fitted;
  if (!provenAt(fitted.evidence, fitted.baseCommit)) {
    const verified = await verifyAttempt(deps, fitted, task, repository, signal);
    if (!verified.passed) {
      const together = fitted.baseCommit === began ? '' : ' together with what landed meanwhile';
      return refuse(deps, verified.attempt, `The verification failed${together}: ${verified.sentence}.`);
    }
    proven = verified.attempt;
  }
  deps.fault('before_merge');
  const land = async (fence: Lane): Promise<Attempt | null> => {
    const merged = await mergeAttempt(deps, session, task, proven, repository, fence);
    if (merged?.outcome === 'moved') return proven;
    deps.fault('before_checkpoint');
    const head = session.branch === null ? null : await deps.workspaces.head(repository, session.branch);
    const proof = proven.evidence === null ? 'claimed' : proofFrom(proven.evidence);
    await completeAttempt(deps, session, proven, { mergedCommit: merged?.commit ?? null, head, proof, fence });
    return null;
  };
  return lane ? land(lane) : inRepository(deps, session, land);
}

/**
 * The attempt's change on the branch's head, as one commit the worktree stands on; null when it conflicts. The new base and
 * commit are stored together, without evidence: what was proven before was another tree.
 */
async function fitToBranch(deps: Deps, attempt: Attempt, around: Around): Promise<Attempt | null> {
  const { session, task, repository } = around;
  if (attempt.taskCommit === null || session.branch === null) return attempt;
  const head = await deps.workspaces.head(repository, session.branch);
  // Accepted work carries the commit of another attempt: it needs one of its own.
  const borrowed = attempt.role === 'waiver' && attempt.evidence === null;
  if (head === attempt.baseCommit && !borrowed) return attempt;
  // Landed before a crash could say so: then the head moved because of it.
  if (attempt.baseCommit !== null && attempt.evidence !== null) {
    const landed = await deps.workspaces.findMerged(repository, session.branch, attempt.baseCommit, attempt.id);
    if (landed !== null) return attempt;
  }
  const replayed = await deps.workspaces.replay(
    repository,
    attempt.worktree ?? '',
    attempt.taskCommit,
    head,
    commitOf(session, task, attempt),
  );
  if (replayed.outcome === 'conflict') {
    const found = await pinFound(deps, repository, attempt, head, replayed);
    await settleFailure(deps, attempt, {
      status: 'failed',
      failure: 'conflict',
      message: `The changes conflict with the session branch in ${replayed.files.join(', ')}.`,
      retryAt: null,
      conflict: found,
    });
    return null;
  }
  await keepWork(deps, session, repository, replayed.commit);
  const patch = { baseCommit: head, taskCommit: replayed.commit, evidence: null };
  const updated = await deps.store.attempts.update(attempt.id, patch, { epoch: attempt.epoch, status: ['verifying'] });
  if (head !== attempt.baseCommit) await tellReplay(deps, updated, head);
  return updated;
}

async function tellReplay(deps: Deps, attempt: Attempt, head: string): Promise<void> {
  const { id: attemptId, taskId, epoch } = attempt;
  const text = `Other work landed meanwhile: the changes are put on ${head.slice(0, 8)} and verified there.`;
  await deps.store.events.append(
    attempt.sessionId,
    [
      {
        type: 'attempt.output',
        actor: engineActor(attempt.teamId),
        payload: { attemptId, taskId, epoch, kind: 'progress', text },
        dedupe: `${attemptId}:replay:${head}`,
      },
    ],
    { epoch },
  );
}

async function refuse(deps: Deps, attempt: Attempt, message: string): Promise<null> {
  await settleFailure(deps, attempt, { status: 'failed', failure: 'verification_failed', message, retryAt: null });
  return null;
}
