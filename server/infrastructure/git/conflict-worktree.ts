import { lstat, readFile, realpath } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import type { RepositoryRef } from '../../application/git-port.ts';
import { type ConflictResolution, holdsMarkers } from '../../domain/conflict.ts';
import { blobOf, changeTree, entryAt, storeBlob, type TreeEntry } from './blobs.ts';
import { checkOutTree } from './check-out.ts';
import type { Git } from './git-command.ts';
import { type GitContext, objectId, placeOf } from './places.ts';
import { snapshotTree } from './snapshot.ts';
import { joinThreeWay, type ThreeWay } from './three-way.ts';
import { requireRecord } from './worktrees.ts';

/** Larger files are not read for markers: nobody resolves them by hand. */
const largestText = 8 * 1024 * 1024;

/**
 * Puts both sides of a conflict into a worktree at its base: what fits is joined, what does not has markers that say
 * which side is whose. Whatever stood there is thrown away.
 */
export async function openConflict(
  context: GitContext,
  repository: RepositoryRef,
  worktree: string,
  baseCommit: string,
  theirs: { commit: string; base: string },
): Promise<{ files: string[] }> {
  const { git } = context;
  const place = placeOf(context, repository);
  const record = await requireRecord(worktree);
  const head = objectId(baseCommit);
  const joined = await joinThreeWay(git, place, head, objectId(theirs.base), objectId(theirs.commit));
  const tree =
    joined.outcome === 'clean'
      ? joined.tree
      : await changeTree(git, record, joined.tree, await named(git, place, joined));
  await checkOutTree(git, worktree, record, { tree, commit: head });
  // The index is the base's, as an agent expects to find it: what differs is a change.
  await git(['read-tree', head], { gitDir: record.gitDir });
  return { files: joined.outcome === 'clean' ? [] : joined.files };
}

/** The files with markers whose sides have names in place of commit ids. */
async function named(
  git: Git,
  place: string,
  joined: Extract<ThreeWay, { outcome: 'conflict' }>,
): Promise<Map<string, TreeEntry>> {
  const changes = new Map<string, TreeEntry>();
  for (const path of joined.files) {
    const entry = await entryAt(git, place, joined.tree, path);
    if (entry === null || entry.mode === '160000') continue;
    const content = await blobOf(git, place, entry.id, largestText);
    if (content === null) continue;
    const text = nameMarkers(content, joined);
    if (!text.equals(content)) changes.set(path, { mode: entry.mode, id: await storeBlob(git, place, text) });
  }
  return changes;
}

/** Writes in words what merge-tree marks with commit ids; every other byte stays. */
export function nameMarkers(content: Buffer, sides: { ours: string; theirs: string }): Buffer {
  const text = content
    .toString('latin1')
    .replaceAll(`<<<<<<< ${sides.ours}`, '<<<<<<< session branch')
    .replaceAll(`>>>>>>> ${sides.theirs}`, '>>>>>>> task');
  return Buffer.from(text, 'latin1');
}

/** Puts a person's choices in place of the conflicting files; through git's index, so no link leads outside the worktree. */
export async function applyResolution(
  context: GitContext,
  repository: RepositoryRef,
  worktree: string,
  sides: { ours: string; theirs: string },
  resolution: readonly ConflictResolution[],
): Promise<void> {
  const { git } = context;
  const place = placeOf(context, repository);
  const record = await requireRecord(worktree);
  const changes = new Map<string, TreeEntry | null>();
  for (const { path, choice, content } of resolution) {
    const ours = await entryAt(git, place, objectId(sides.ours), path);
    const theirs = await entryAt(git, place, objectId(sides.theirs), path);
    if (choice === 'edited') {
      const mode = [ours, theirs].find((entry) => entry?.mode.startsWith('100'))?.mode ?? '100644';
      changes.set(path, { mode, id: await storeBlob(git, place, content ?? '') });
    } else changes.set(path, choice === 'ours' ? ours : choice === 'theirs' ? theirs : null);
  }
  const tree = await changeTree(git, record, await snapshotTree(git, worktree, record), changes);
  const head = (await git(['rev-parse', '--verify', 'HEAD^{commit}'], { gitDir: record.gitDir })).text;
  await checkOutTree(git, worktree, record, { tree, commit: head });
  await git(['read-tree', head], { gitDir: record.gitDir });
}

/** Those of the files that still hold conflict markers. */
export async function markersLeft(worktree: string, files: readonly string[]): Promise<string[]> {
  const root = await realpath(worktree);
  const left: string[] = [];
  for (const path of files) {
    const text = await textInside(root, path);
    if (text !== null && holdsMarkers(text)) left.push(path);
  }
  return left;
}

async function textInside(root: string, path: string): Promise<string | null> {
  try {
    const file = join(root, path);
    const folder = await realpath(dirname(file));
    if (folder !== root && !folder.startsWith(root + sep)) return null;
    const found = await lstat(file);
    return found.isFile() && found.size <= largestText ? await readFile(file, 'utf8') : null;
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return null;
    throw error;
  }
}
