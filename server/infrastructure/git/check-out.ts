import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Git, GitCall } from './git-command.ts';
import type { WorktreeRecord } from './worktree-record.ts';

const slowMs = 10 * 60_000;

/**
 * Makes a worktree hold exactly this tree, ignored files (dependencies, caches) kept, and stand on `commit`. Nobody may
 * work in it meanwhile. May be repeated: a crash half-way leaves nothing the next call does not put right.
 */
export async function checkOutTree(
  git: Git,
  worktree: string,
  record: WorktreeRecord,
  target: { tree: string; commit: string },
): Promise<void> {
  const call: GitCall = { gitDir: record.gitDir, workTree: worktree, timeoutMs: slowMs };
  // Whoever held it has ended; a lock that stayed behind would be in the way for good.
  await rm(join(record.gitDir, 'index.lock'), { force: true });
  // Twice forced: a repository that an agent made inside its worktree is untracked content like any other.
  await git(['clean', '--quiet', '-ffd'], call);
  await git(['read-tree', '--reset', '-u', target.tree], call);
  await git(['update-ref', '--no-deref', 'HEAD', target.commit], { gitDir: record.gitDir });
}
