import type { ConflictSide, RepositoryRef } from '../../application/git-port.ts';
import { blobOf, entryAt } from './blobs.ts';
import { nameMarkers } from './conflict-worktree.ts';
import type { Git } from './git-command.ts';
import { type GitContext, objectId, placeOf, safeName } from './places.ts';
import { joinThreeWay } from './three-way.ts';

/** A side longer than this is cut: nobody edits more in a browser. */
const shownBytes = 256 * 1024;
const readBytes = 8 * 1024 * 1024;

/** Keeps both sides of a conflict reachable for as long as the repository is there. */
export async function pinConflict(
  context: GitContext,
  repository: RepositoryRef,
  conflictId: string,
  commits: { ours: string; theirs: string },
): Promise<void> {
  const place = placeOf(context, repository);
  for (const side of ['ours', 'theirs'] as const)
    await context.git(
      ['update-ref', `refs/orchestrator/conflicts/${safeName(conflictId)}/${side}`, objectId(commits[side])],
      { repository: place },
    );
}

/** Each conflicting file as it stood before, on the branch, in the task, and joined with markers. */
export async function conflictSides(
  context: GitContext,
  repository: RepositoryRef,
  commits: { base: string; ours: string; theirs: string },
  files: readonly string[],
): Promise<ConflictSide[]> {
  const { git } = context;
  const place = placeOf(context, repository);
  const joined = await joinThreeWay(
    git,
    place,
    objectId(commits.ours),
    objectId(commits.base),
    objectId(commits.theirs),
  );
  const sides: ConflictSide[] = [];
  for (const path of files) {
    const base = await sideOf(git, place, commits.base, path);
    const ours = await sideOf(git, place, commits.ours, path);
    const theirs = await sideOf(git, place, commits.theirs, path);
    const merged = joined.outcome === 'conflict' ? await sideOf(git, place, joined.tree, path, joined) : absent;
    const all = [base, ours, theirs, merged];
    const binary = all.some((side) => side.binary);
    sides.push({
      path,
      binary,
      base: binary ? null : base.text,
      ours: binary ? null : ours.text,
      theirs: binary ? null : theirs.text,
      merged: binary || !merged.text?.includes('<<<<<<< session branch') ? null : merged.text,
      truncated: all.some((side) => side.truncated),
    });
  }
  return sides;
}

interface Side {
  text: string | null;
  binary: boolean;
  truncated: boolean;
}

const absent: Side = { text: null, binary: false, truncated: false };

async function sideOf(
  git: Git,
  place: string,
  treeish: string,
  path: string,
  names?: { ours: string; theirs: string },
): Promise<Side> {
  const entry = await entryAt(git, place, treeish, path);
  if (entry === null) return absent;
  if (entry.mode === '160000') return { ...absent, binary: true };
  const content = await blobOf(git, place, entry.id, readBytes);
  if (content === null) return { text: '', binary: false, truncated: true };
  if (content.subarray(0, 8_000).includes(0)) return { ...absent, binary: true };
  const text = (names ? nameMarkers(content, names) : content).toString('utf8');
  return { text: text.slice(0, shownBytes), binary: false, truncated: text.length > shownBytes };
}
