import { readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { RepositoryRef } from '../../application/git-port.ts';
import { DomainError } from '../../domain/errors.ts';
import { exists } from './mirror.ts';
import { dataFolder, type GitContext, objectId, placeOf, safeName } from './places.ts';
import { readRecord, recordPath, type WorktreeRecord, writeRecord } from './worktree-record.ts';

const maxCrossings = 5;

/** The attempt's own worktree, detached at `commit`; made once, then the same one, with what is in it. */
export async function openWorktree(
  context: GitContext,
  repository: RepositoryRef,
  attempt: { id: string; sessionSlug: string; commit: string },
): Promise<string> {
  const parent = await dataFolder(context, 'worktrees', safeName(attempt.sessionSlug));
  const worktree = join(parent, safeName(attempt.id));
  const record = await readRecord(worktree);
  if (record && (await exists(worktree)) && (await exists(record.gitDir))) return worktree;

  const place = placeOf(context, repository);
  if (record && (await exists(worktree))) {
    // The repository forgot a worktree that an agent has worked in: keep the files, they cannot be bundled any more.
    const aside = `${worktree}.aside-${Date.now()}`;
    await rename(worktree, aside);
    context.log.warn({ worktree, aside }, 'A worktree was unknown to its repository; its files were moved aside.');
  }
  // Without a record nobody was ever handed this folder: what lies there is a half-made checkout.
  await discard(worktree, record?.gitDir ?? (await adminOf(context, place, worktree)));
  await add(context, place, worktree, attempt.commit);
  const gitDir = await adminOf(context, place, worktree);
  if (gitDir === null) throw new DomainError('INTERNAL', `Git made no worktree at ${worktree}.`);
  await writeRecord(worktree, { attemptId: attempt.id, gitDir, repository: place, commit: attempt.commit });
  return worktree;
}

/** Git reads the notes of all worktrees to add one, and fails over one that somebody else is just writing. */
async function add(context: GitContext, place: string, worktree: string, commit: string): Promise<void> {
  const args = ['worktree', 'add', '--quiet', '--detach', '--end-of-options', worktree, objectId(commit)];
  for (let tries = 1; ; tries += 1)
    try {
      await context.git(args, { repository: place, timeoutMs: 10 * 60_000 });
      return;
    } catch (error) {
      const crossed = error instanceof Error && /failed to read .*commondir/.test(error.message);
      if (!crossed || tries === maxCrossings) throw error;
      await discard(worktree, await adminOf(context, place, worktree));
      await delay(50 * tries);
    }
}

/** The record of a worktree of ours; throws when there is none. */
export async function requireRecord(worktree: string): Promise<WorktreeRecord> {
  const record = await readRecord(worktree);
  if (record === null || !(await exists(worktree))) {
    throw new DomainError('NOT_FOUND', `There is no worktree at ${worktree}.`);
  }
  return record;
}

/**
 * Removes a worktree and the repository's note of it. Never `git worktree prune`: that would also drop worktrees of
 * the person's own whose disk is not mounted just now.
 */
export async function discard(worktree: string, gitDir: string | null): Promise<void> {
  await rm(worktree, { recursive: true, force: true, maxRetries: 3 });
  if (gitDir !== null) await rm(gitDir, { recursive: true, force: true });
  await rm(recordPath(worktree), { force: true });
}

// Found by the path written in it, since git may have chosen another name.
async function adminOf(context: GitContext, place: string, worktree: string): Promise<string | null> {
  const { text } = await context.git(['rev-parse', '--path-format=absolute', '--git-common-dir'], {
    repository: place,
  });
  const name = worktree.slice(dirname(worktree).length + 1);
  for (const candidate of [name, ...Array.from({ length: 9 }, (_, index) => `${name}${index + 1}`)]) {
    const gitDir = join(text, 'worktrees', candidate);
    if (!(await exists(join(gitDir, 'gitdir')))) continue;
    if ((await readFile(join(gitDir, 'gitdir'), 'utf8')).trim() === join(worktree, '.git')) return gitDir;
  }
  return null;
}
