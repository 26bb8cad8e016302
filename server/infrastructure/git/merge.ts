import { setTimeout as sleep } from 'node:timers/promises';
import type { MergeResult, RepositoryRef, TaskCommit } from '../../application/git-port.ts';
import { DomainError } from '../../domain/errors.ts';
import { bringCheckoutsAlong } from './checkouts.ts';
import { fields, type Git } from './git-command.ts';
import { type GitContext, objectId, placeOf } from './places.ts';
import { branchHead, swapRef } from './refs.ts';
import { commitTree, messageOf, treeOf } from './task-commit.ts';

const ROUNDS = 30;

/**
 * Puts a task's change on the session branch as exactly one commit. The branch moves by compare-and-swap: whoever
 * finds it moved judges anew from the new head, so two merges at once both land, and nothing is ever lost.
 */
export async function mergeTask(
  context: GitContext,
  repository: RepositoryRef,
  branch: string,
  taskCommit: string,
  commit: TaskCommit,
): Promise<MergeResult> {
  const { git } = context;
  const place = placeOf(context, repository);
  const base = objectId(commit.baseCommit);
  for (let round = 0; round < ROUNDS; round += 1) {
    const head = await branchHead(git, place, branch);
    const there = await mergedAt(git, place, head, base, commit.attemptId);
    if (there !== null) return { outcome: 'already_merged', commit: there, warning: null };

    const next = await onto(git, place, head, base, objectId(taskCommit), commit);
    if (typeof next !== 'string') return next;
    const reason = `orchestrator: merge ${commit.taskKey}`;
    if (await swapRef(git, place, { ref: `refs/heads/${branch}`, to: next, from: head, reason })) {
      const warning = await bringCheckoutsAlong(context, place, { branch, from: head, to: next });
      return { outcome: 'merged', commit: next, warning };
    }
    await sleep(Math.random() * 10 * (round + 1));
  }
  throw new DomainError('CONFLICT', `The branch ${branch} moved ${ROUNDS} times while a task was merged into it.`);
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

/** The commit to move the branch to, or the conflict. */
async function onto(
  git: Git,
  place: string,
  head: string,
  base: string,
  taskCommit: string,
  commit: TaskCommit,
): Promise<string | MergeResult> {
  if (head === base) return taskCommit;
  const [ours, theirs] = await sidesOf(git, place, head, base, taskCommit);
  const merged = await git(['merge-tree', '--write-tree', '-z', '--name-only', '--messages', ours, theirs], {
    repository: place,
    accept: [1],
  });
  const [tree = '', ...rest] = fields(merged.stdout);
  if (merged.code === 0) return commitTree(git, place, tree, head, messageOf(commit));
  const end = rest.indexOf('');
  const files = [...new Set(end === -1 ? rest : rest.slice(0, end))];
  return { outcome: 'conflict', files, message: conflictMessage(rest.slice(end + 1), files) };
}

/**
 * merge-tree finds the merge base itself. It is the task's base as long as the branch still contains it; after a
 * restored checkpoint it does not, and an older base would bring the undone work back. Then both sides are hung on a
 * stand-in of the base.
 */
async function sidesOf(
  git: Git,
  place: string,
  head: string,
  base: string,
  taskCommit: string,
): Promise<[string, string]> {
  const contains = await git(['merge-base', '--is-ancestor', base, head], { repository: place, accept: [1] });
  if (contains.code === 0) return [head, taskCommit];
  const root = (await git(['commit-tree', await treeOf(git, place, base)], { repository: place, input: 'base' })).text;
  return [
    await commitTree(git, place, await treeOf(git, place, head), root, 'head'),
    await commitTree(git, place, await treeOf(git, place, taskCommit), root, 'task'),
  ];
}

// Each message is: number of paths, the paths, a short type, the text.
function conflictMessage(parts: string[], files: string[]): string {
  const sentences: string[] = [];
  for (let index = 0; index < parts.length; ) {
    const count = Number(parts[index]);
    if (!Number.isSafeInteger(count)) break;
    const type = parts[index + count + 1] ?? '';
    const text = parts[index + count + 2] ?? '';
    if (type.startsWith('CONFLICT')) sentences.push(text.trim());
    index += count + 3;
  }
  return sentences.join('\n') || `Both sides changed ${files.join(', ')}.`;
}
