import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RepositoryRef } from '../../application/git-port.ts';
import { invalid } from '../../domain/errors.ts';
import type { ExternalSource } from '../../domain/external-run.ts';
import { exists, REMOTE } from './mirror.ts';
import { dataFolder, type GitContext, placeOf, safeName } from './places.ts';
import { commitAt } from './refs.ts';
import { snapshotTree } from './snapshot.ts';
import { attemptRef, commitTree, isSame, treeOf } from './task-commit.ts';
import { requireRecord } from './worktrees.ts';

/** A history that is larger is not sent to anybody. */
const largestPack = 512 * 1024 * 1024;

/** Beside the attempt's own ref, and like it no branch that keeps work: it goes with the worktree. */
const packRef = (attemptId: string) => `${attemptRef(attemptId)}-given`;

/**
 * What an agent outside starts from: all that is in the worktree as one commit, and how to get it. A commit the
 * repository's own URL has is cloned from there; any other comes in a bundle of ours. The same again is the same commit.
 */
export async function packWorktree(
  context: GitContext,
  repository: RepositoryRef,
  worktree: string,
  attemptId: string,
): Promise<ExternalSource> {
  const { git } = context;
  const place = placeOf(context, repository);
  const record = await requireRecord(worktree);
  const ref = packRef(attemptId);
  const head = (await commitAt(git, record.gitDir, 'HEAD')) ?? record.commit;
  const tree = await snapshotTree(git, worktree, record);
  const clean = tree === (await treeOf(git, place, head));
  const commit = clean ? head : await given(context, place, { ref, tree, head });
  if (clean && repository.kind === 'url' && (await onRemote(context, place, commit)))
    return { kind: 'clone', url: repository.source, commit };

  await git(['update-ref', ref, commit], { repository: place });
  const path = await packPath(context, attemptId);
  const fresh = `${path}.${randomUUID()}`;
  try {
    await git(['bundle', 'create', '--quiet', fresh, ref], { repository: place, timeoutMs: 10 * 60_000 });
    const { size } = await stat(fresh);
    if (size > largestPack) {
      const message = `The repository is ${Math.ceil(size / 2 ** 20)} MiB packed; at most ${largestPack / 2 ** 20} MiB are sent to an agent outside.`;
      throw invalid([{ path: 'repository', message }], message);
    }
    await rename(fresh, path);
    return { kind: 'bundle', ref, commit, bytes: size };
  } finally {
    await rm(fresh, { force: true });
  }
}

async function given(
  { git }: GitContext,
  place: string,
  { ref, tree, head }: { ref: string; tree: string; head: string },
): Promise<string> {
  const message = 'What the attempt starts from\n';
  const before = await commitAt(git, place, ref);
  if (before !== null && (await isSame(git, place, before, { tree, base: head, message }))) return before;
  return commitTree(git, place, tree, head, message);
}

async function onRemote({ git }: GitContext, place: string, commit: string): Promise<boolean> {
  const { text } = await git(['for-each-ref', '--count=1', '--format=%(refname)', '--contains', commit, REMOTE], {
    repository: place,
  });
  return text !== '';
}

/** The bundle packed for an attempt; null when this machine has none. */
export async function openPack(
  context: GitContext,
  attemptId: string,
): Promise<{ bytes: number; read: () => AsyncIterable<Uint8Array> } | null> {
  const path = await packPath(context, attemptId);
  if (!(await exists(path))) return null;
  const { size } = await stat(path);
  return { bytes: size, read: () => createReadStream(path, { end: Math.max(0, size - 1) }) };
}

/** What was packed for an attempt goes with its worktree. */
export async function dropPack(context: GitContext, place: string, attemptId: string): Promise<void> {
  await context.git(['update-ref', '-d', packRef(attemptId)], { repository: place });
  await rm(await packPath(context, attemptId), { force: true });
}

async function packPath(context: GitContext, attemptId: string): Promise<string> {
  return join(await dataFolder(context, 'packs'), `${safeName(attemptId)}.bundle`);
}
