import type { RepositoryRef, TaskCommit } from '../../application/git-port.ts';
import { fields, type Git } from './git-command.ts';
import { type GitContext, objectId, placeOf, safeName } from './places.ts';
import { commitAt } from './refs.ts';
import { snapshotTree } from './snapshot.ts';
import { requireRecord } from './worktrees.ts';

/** Keeps an attempt's commit reachable between making it and merging it. */
export const attemptRef = (attemptId: string) => `refs/orchestrator/attempts/${safeName(attemptId)}`;

/** The message of a task's commit: its subject and the four trailers (engine.md 3). */
export function messageOf(commit: TaskCommit): string {
  const subject = oneLine(commit.subject).slice(0, 200) || `Task ${oneLine(commit.taskKey)}`;
  const trailers = [
    `Orchestrator-Session: ${oneLine(commit.sessionSlug)}`,
    `Orchestrator-Task: ${oneLine(commit.taskKey)}`,
    `Orchestrator-Attempt: ${oneLine(commit.attemptId)}`,
    `Orchestrator-Epoch: ${commit.epoch}`,
  ];
  return `${subject}\n\n${trailers.join('\n')}\n`;
}

// A line break would let a subject forge trailers.
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}

/**
 * One commit of all that is in the worktree on top of the base, whatever the agent committed itself; null when
 * nothing changed. The same content asked for again is the same commit.
 */
export async function commitWorktree(
  context: GitContext,
  repository: RepositoryRef,
  worktree: string,
  commit: TaskCommit,
): Promise<string | null> {
  const { git } = context;
  const place = placeOf(context, repository);
  const base = objectId(commit.baseCommit);
  const tree = await snapshotTree(git, worktree, await requireRecord(worktree));
  if (tree === (await treeOf(git, place, base))) return null;

  const message = messageOf(commit);
  const ref = attemptRef(commit.attemptId);
  const before = await commitAt(git, place, ref);
  if (before !== null && (await isSame(git, place, before, { tree, base, message }))) return before;
  const made = await commitTree(git, place, tree, base, message);
  await git(['update-ref', ref, made], { repository: place });
  return made;
}

/** A commit of a tree on one parent. */
export async function commitTree(
  git: Git,
  place: string,
  tree: string,
  parent: string,
  message: string,
): Promise<string> {
  const { text } = await git(['commit-tree', tree, '-p', parent], { repository: place, input: message });
  return text;
}

/** The tree of a commit. */
export async function treeOf(git: Git, place: string, commit: string): Promise<string> {
  return (await git(['rev-parse', '--verify', '--end-of-options', `${commit}^{tree}`], { repository: place })).text;
}

/** Whether a commit is this tree on this one parent with this message. */
export async function isSame(
  git: Git,
  place: string,
  commit: string,
  wanted: { tree: string; base: string; message: string },
) {
  const { stdout } = await git(['log', '-1', '-z', '--format=%T%x00%P%x00%B', '--end-of-options', commit], {
    repository: place,
  });
  const [tree, parent, body] = fields(stdout);
  return tree === wanted.tree && parent === wanted.base && body?.trimEnd() === wanted.message.trimEnd();
}
