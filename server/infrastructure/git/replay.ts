import type { ReplayConflict, RepositoryRef, TaskCommit } from '../../application/git-port.ts';
import { checkOutTree } from './check-out.ts';
import { type GitContext, objectId, placeOf } from './places.ts';
import { commitAt } from './refs.ts';
import { snapshotTree } from './snapshot.ts';
import { attemptRef, commitTree, isSame, messageOf } from './task-commit.ts';
import { joinThreeWay } from './three-way.ts';
import { requireRecord } from './worktrees.ts';

/**
 * Puts a task's change (`commit.baseCommit` to `taskCommit`) on `onto` as one commit by a real three-way merge, and the
 * worktree on it, so that what is verified next is what can land. The same again answers the same commit.
 */
export async function replay(
  context: GitContext,
  repository: RepositoryRef,
  worktree: string,
  taskCommit: string,
  onto: string,
  commit: TaskCommit,
): Promise<{ outcome: 'replayed'; commit: string } | ReplayConflict> {
  const { git } = context;
  const place = placeOf(context, repository);
  const record = await requireRecord(worktree);
  const joined = await joinThreeWay(git, place, objectId(onto), objectId(commit.baseCommit), objectId(taskCommit));
  if (joined.outcome === 'conflict') {
    const { files, message } = joined;
    return { outcome: 'conflict', files, message };
  }
  const ref = attemptRef(commit.attemptId);
  const wanted = { tree: joined.tree, base: onto, message: messageOf(commit) };
  const kept = await commitAt(git, place, ref);
  let made: string | null = null;
  for (const candidate of [taskCommit, kept])
    if (made === null && candidate !== null && (await isSame(git, place, candidate, wanted))) made = candidate;
  made ??= await commitTree(git, place, wanted.tree, onto, wanted.message);
  if (kept !== made) await git(['update-ref', ref, made], { repository: place });

  const stands =
    (await commitAt(git, record.gitDir, 'HEAD')) === made &&
    (await snapshotTree(git, worktree, record)) === joined.tree;
  if (!stands) await checkOutTree(git, worktree, record, { tree: joined.tree, commit: made });
  return { outcome: 'replayed', commit: made };
}
