import type { ReplayConflict } from '../../application/git-port.ts';
import { fields, type Git } from './git-command.ts';
import { commitTree, treeOf } from './task-commit.ts';

export type ThreeWay =
  | { outcome: 'clean'; tree: string }
  /** `tree` holds the files as far as they could be joined, with markers named by `ours` and `theirs`. */
  | (ReplayConflict & { tree: string; ours: string; theirs: string });

/** Joins a task's change (`base` to `taskCommit`) with what stands at `head`; nothing is moved or checked out. */
export async function joinThreeWay(
  git: Git,
  place: string,
  head: string,
  base: string,
  taskCommit: string,
): Promise<ThreeWay> {
  if (head === base) return { outcome: 'clean', tree: await treeOf(git, place, taskCommit) };
  const [ours, theirs] = await sidesOf(git, place, head, base, taskCommit);
  const merged = await git(['merge-tree', '--write-tree', '-z', '--name-only', '--messages', ours, theirs], {
    repository: place,
    accept: [1],
  });
  const [tree = '', ...rest] = fields(merged.stdout);
  if (merged.code === 0) return { outcome: 'clean', tree };
  const end = rest.indexOf('');
  const files = [...new Set(end === -1 ? rest : rest.slice(0, end))];
  return { outcome: 'conflict', tree, ours, theirs, files, message: conflictMessage(rest.slice(end + 1), files) };
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
