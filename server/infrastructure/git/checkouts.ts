import { existsSync } from 'node:fs';
import { fields, GitFailure } from './git-command.ts';
import type { GitContext } from './places.ts';
import { firstLine } from './refs.ts';

/** Uncommitted changes, untracked files included. */
export async function isDirty(context: GitContext, repository: string): Promise<boolean> {
  const { stdout } = await context.git(
    ['status', '--porcelain', '-z', '--untracked-files=normal', '--ignore-submodules=none'],
    { repository },
  );
  return stdout.length > 0;
}

/**
 * A person may have a session's branch checked out. Moving the branch below would make their next commit undo our
 * work, so their checkout is brought along the way a fast-forward does it: never over a change of theirs. Returns
 * what to tell when that was not possible.
 */
export async function bringCheckoutsAlong(
  context: GitContext,
  repository: string,
  move: { branch: string; from: string; to: string },
): Promise<string | null> {
  const told: string[] = [];
  for (const checkout of await checkoutsOf(context, repository, move.branch)) {
    try {
      await refresh(context, checkout);
      await context.git(['read-tree', '-m', '-u', move.from, move.to], {
        repository: checkout,
        env: { GIT_OPTIONAL_LOCKS: '1' },
      });
    } catch (error) {
      if (!(error instanceof GitFailure) && !(error instanceof Error && 'syscall' in error)) throw error;
      const warning = `${move.branch} is checked out in ${checkout} with changes of its own: that folder now lags behind the branch. Stash them there and run git reset --hard.`;
      context.log.warn({ branch: move.branch, checkout, error }, warning);
      told.push(warning);
    }
  }
  return told.length === 0 ? null : told.join(' ');
}

/**
 * Lets the index of a checkout look at its files again: one that was only touched, copied or brought back from a backup has
 * not changed, and git would take it for changed by its time alone. What is really changed stays so.
 */
async function refresh(context: GitContext, checkout: string): Promise<void> {
  await context.git(['update-index', '-q', '--refresh'], {
    repository: checkout,
    env: { GIT_OPTIONAL_LOCKS: '1' },
    accept: [1],
  });
}

/** The folders that have a branch checked out. */
export async function checkoutsOf(context: GitContext, repository: string, branch: string): Promise<string[]> {
  const { stdout } = await context.git(['worktree', 'list', '--porcelain', '-z'], { repository });
  const found: string[] = [];
  let path = '';
  for (const field of fields(stdout)) {
    if (field.startsWith('worktree ')) path = field.slice('worktree '.length);
    if (field === 'bare') path = '';
    if (path !== '' && field === `branch refs/heads/${branch}`) found.push(path);
  }
  return found;
}

/**
 * Whether a folder that has the branch checked out could not follow the move: it holds changes of its own, is in the middle
 * of a merge, or has something untracked where a file would come. Null when all could.
 */
export async function checkoutInTheWay(
  context: GitContext,
  repository: string,
  move: { branch: string; from: string; to: string },
): Promise<{ files: string[]; sentence: string } | null> {
  for (const checkout of await checkoutsOf(context, repository, move.branch)) {
    if (!existsSync(checkout)) continue;
    const found = await inTheWay(context, checkout, move);
    if (found !== null)
      return { ...found, sentence: `${move.branch} is checked out in ${checkout}, ${found.sentence}` };
  }
  return null;
}

async function inTheWay(context: GitContext, checkout: string, { from, to }: { from: string; to: string }) {
  const { git } = context;
  const status = ['status', '--porcelain', '-z', '--untracked-files=no', '--ignore-submodules=none'];
  const dirty = fields((await git(status, { repository: checkout })).stdout).map((line) => line.slice(3));
  const files = dirty.slice(0, 20);
  if (dirty.length > 0) return { files, sentence: 'which has changes of its own: commit or stash them there first.' };
  const merging = await git(['rev-parse', '--verify', '--quiet', 'MERGE_HEAD'], { repository: checkout, accept: [1] });
  if (merging.code === 0) return { files: [], sentence: 'which is in the middle of a merge: end that first.' };
  try {
    await refresh(context, checkout);
    await git(['read-tree', '-n', '-m', '-u', from, to], { repository: checkout });
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error;
    return { files: [], sentence: `which cannot follow: ${firstLine(error.stderr)}` };
  }
  return null;
}
