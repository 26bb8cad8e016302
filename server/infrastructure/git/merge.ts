import { setTimeout as sleep } from 'node:timers/promises';
import type { BranchFence, MergeResult, RepositoryRef, TaskCommit } from '../../application/git-port.ts';
import { DomainError } from '../../domain/errors.ts';
import { bringCheckoutsAlong } from './checkouts.ts';
import { fenceOf } from './fence.ts';
import type { Git } from './git-command.ts';
import { type GitContext, objectId, placeOf } from './places.ts';
import { branchHead, swapRef } from './refs.ts';

const ROUNDS = 30;

/**
 * Moves the session branch on to a task's commit, by compare-and-swap and only while the branch still stands on the
 * commit's base: what lands is to the letter what was verified. A branch that moved is told, not merged with.
 */
export async function mergeTask(
  context: GitContext,
  repository: RepositoryRef,
  branch: string,
  taskCommit: string,
  commit: TaskCommit,
  fence: BranchFence | null = null,
): Promise<MergeResult> {
  const { git } = context;
  const place = placeOf(context, repository);
  const base = objectId(commit.baseCommit);
  const next = objectId(taskCommit);
  for (let round = 0; round < ROUNDS; round += 1) {
    const head = await branchHead(git, place, branch);
    const there = await mergedAt(git, place, head, base, commit.attemptId);
    if (there !== null) return { outcome: 'already_merged', commit: there, warning: null };
    if (head !== base) return { outcome: 'moved', head };
    const reason = `orchestrator: merge ${commit.taskKey}`;
    const verify = await fenceOf(git, place, fence);
    if (await swapRef(git, place, { ref: `refs/heads/${branch}`, to: next, from: head, reason, verify })) {
      const warning = await bringCheckoutsAlong(context, place, { branch, from: head, to: next });
      return { outcome: 'merged', commit: next, warning };
    }
    await sleep(Math.random() * 10 * (round + 1));
  }
  throw new DomainError('CONFLICT', `The branch ${branch} could not be moved in ${ROUNDS} tries.`);
}

/** The commit on the branch, after the base, that carries the attempt's trailer, or null. */
export async function findMerged(
  context: GitContext,
  repository: RepositoryRef,
  branch: string,
  baseCommit: string,
  attemptId: string,
): Promise<string | null> {
  const place = placeOf(context, repository);
  const head = await branchHead(context.git, place, branch);
  return mergedAt(context.git, place, head, objectId(baseCommit), attemptId);
}

async function mergedAt(
  git: Git,
  place: string,
  head: string,
  base: string,
  attemptId: string,
): Promise<string | null> {
  if (head === base) return null;
  const format = '--format=%H%x1f%(trailers:key=Orchestrator-Attempt,valueonly,separator=%x1e)';
  const { text } = await git(['log', format, '--end-of-options', head, `^${base}`], { repository: place });
  for (const line of text.split('\n')) {
    const [commit, attempts = ''] = line.split('\x1f');
    if (commit && attempts.split('\x1e').includes(attemptId)) return commit;
  }
  return null;
}
