import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RepositoryRef } from '../../application/git-port.ts';
import { GitFailure } from './git-command.ts';
import { exists } from './mirror.ts';
import { dropPack } from './pack.ts';
import { dataFolder, type GitContext, placeOf, safeName } from './places.ts';
import { commitAt } from './refs.ts';
import { snapshotTree } from './snapshot.ts';
import { attemptRef, commitTree, treeOf } from './task-commit.ts';
import { readRecord, type WorktreeRecord } from './worktree-record.ts';
import { discard } from './worktrees.ts';

/**
 * Takes a worktree away. What it holds beyond its commit and is on no branch goes into a bundle first; the bundle is
 * whole and on disk before anything is removed, so a crash at any point loses nothing and the call may be repeated.
 */
export async function retireWorktree(
  context: GitContext,
  repository: RepositoryRef,
  worktree: string,
  label: string,
): Promise<{ bundle: string | null }> {
  const place = placeOf(context, repository);
  const path = join(await dataFolder(context, 'bundles'), `${safeName(label)}.bundle`);
  const record = await readRecord(worktree);
  if (record === null || !(await exists(worktree)) || !(await exists(record.gitDir))) {
    // Retired before (then its bundle is there), or never handed out. A folder without a record is not ours to judge.
    if (record !== null && !(await exists(worktree))) await discard(worktree, record.gitDir);
    return { bundle: (await exists(path)) ? path : null };
  }
  const bundle = await bundleUnsaved(context, place, worktree, record, path);
  await context.git(['update-ref', '-d', attemptRef(record.attemptId)], { repository: place });
  await dropPack(context, place, record.attemptId);
  await discard(worktree, record.gitDir);
  return { bundle };
}

async function bundleUnsaved(
  context: GitContext,
  place: string,
  worktree: string,
  record: WorktreeRecord,
  path: string,
): Promise<string | null> {
  const { git } = context;
  const tree = await snapshotTree(git, worktree, record);
  const head = (await commitAt(git, record.gitDir, 'HEAD')) ?? record.commit;
  const headIsKept = head === record.commit || (await isKept(context, place, head));
  if (
    headIsKept &&
    (tree === (await treeOf(git, place, record.commit)) || (await isMerged(context, place, record, tree)))
  ) {
    return null;
  }
  const unchanged = tree === (await treeOf(git, place, head));
  if (unchanged && headIsKept) return null;
  const tip = unchanged
    ? head
    : await commitTree(git, place, tree, head, `Unfinished work of attempt ${record.attemptId}\n`);
  const ref = `refs/orchestrator/retiring/${safeName(record.attemptId)}`;
  await git(['update-ref', ref, tip], { repository: place });
  try {
    return await writeBundle(context, place, path, ref, record.commit);
  } finally {
    await git(['update-ref', '-d', ref], { repository: place });
  }
}

// On a ref that stays: not the notes we keep for attempts still open.
async function isKept(context: GitContext, place: string, commit: string): Promise<boolean> {
  const { text } = await context.git(['for-each-ref', '--format=%(refname)', '--contains', commit], {
    repository: place,
  });
  return text.split('\n').some((ref) => ref !== '' && !/^refs\/orchestrator\/(attempts|retiring)\//.test(ref));
}

/** Whether the task's commit holds exactly this tree and is on a session branch, itself or replayed. */
async function isMerged(context: GitContext, place: string, record: WorktreeRecord, tree: string): Promise<boolean> {
  const { git } = context;
  const commit = await commitAt(git, place, attemptRef(record.attemptId));
  if (commit === null || (await treeOf(git, place, commit)) !== tree) return false;
  if (await isKept(context, place, commit)) return true;
  const { text } = await git(
    [
      'log',
      '--format=%(trailers:key=Orchestrator-Attempt,valueonly,separator=%x0a)',
      '--exclude=refs/orchestrator/attempts/*',
      '--exclude=refs/orchestrator/retiring/*',
      '--glob=refs/orchestrator/*',
      '--branches=orchestrator/*',
      '--not',
      record.commit,
    ],
    { repository: place },
  );
  return text.split('\n').includes(record.attemptId);
}

async function writeBundle(
  context: GitContext,
  place: string,
  wanted: string,
  ref: string,
  base: string,
): Promise<string> {
  const folder = dirname(wanted);
  const fresh = join(folder, `.new-${randomUUID()}`);
  try {
    await context.git(['bundle', 'create', '--quiet', fresh, ref, `^${base}`], {
      repository: place,
      timeoutMs: 10 * 60_000,
    });
    await context.git(['bundle', 'verify', '--quiet', fresh], { repository: place });
    await flush(fresh);
    const path = await freePath(context, place, wanted, ref);
    await rename(fresh, path);
    await flush(folder);
    return path;
  } finally {
    await rm(fresh, { force: true });
  }
}

// A bundle of the same label and other content is somebody's work too.
async function freePath(context: GitContext, place: string, wanted: string, ref: string): Promise<string> {
  const tip = await commitAt(context.git, place, ref);
  for (let number = 1; ; number += 1) {
    const path = number === 1 ? wanted : wanted.replace(/\.bundle$/, `-${number}.bundle`);
    if (!(await exists(path))) return path;
    try {
      const { text } = await context.git(['bundle', 'list-heads', path], { repository: place });
      if (text.split('\n').some((line) => line.startsWith(`${tip} `))) return path;
    } catch (error) {
      if (!(error instanceof GitFailure)) throw error;
    }
  }
}

async function flush(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
