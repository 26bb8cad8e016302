import type { BranchFence, RepositoryRef, SessionRef } from '../../application/git-port.ts';
import { DomainError, invalid } from '../../domain/errors.ts';
import { bringCheckoutsAlong, isDirty } from './checkouts.ts';
import { fenceOf } from './fence.ts';
import { GitFailure } from './git-command.ts';
import { type Mirrors, REMOTE } from './mirror.ts';
import { type GitContext, objectId, placeOf, safeName } from './places.ts';
import { branchHead, commitAt, firstLine, NONE, swapRef } from './refs.ts';

interface OpenedBranch {
  branch: string;
  baseCommit: string;
  warning: string | null;
}

const refsOf = (session: SessionRef) => `refs/orchestrator/${safeName(session.id)}/`;

/**
 * The session's branch. Who owns it is written beside it, in the same ref transaction, at
 * `refs/orchestrator/<session>/owner/<branch>`, which also keeps the base commit.
 */
export async function openBranch(
  context: GitContext,
  mirrors: Mirrors,
  repository: RepositoryRef,
  session: SessionRef,
): Promise<OpenedBranch> {
  const place = placeOf(context, repository);
  if (repository.kind === 'url') await mirrors.refresh(repository);
  const owned = await ownedBranch(context, place, session);
  if (owned) return { ...owned, warning: await restoreIfGone(context, place, session, owned) };

  const baseCommit = await startOf(context, place, repository, session);
  const branch = await createBranch(context, place, session, baseCommit);
  return { branch, baseCommit, warning: await dirtyWarning(context, repository) };
}

async function startOf(
  context: GitContext,
  place: string,
  repository: RepositoryRef,
  session: SessionRef,
): Promise<string> {
  const { startCommit = null } = session;
  const base = `${repository.kind === 'url' ? REMOTE : 'refs/heads/'}${repository.baseBranch}`;
  const commit = await commitAt(context.git, place, startCommit === null ? base : objectId(startCommit));
  if (commit !== null) return commit;
  const message =
    startCommit === null
      ? `The base branch ${repository.baseBranch} no longer exists in the repository.`
      : `The commit ${startCommit.slice(0, 10)} this session goes on from is no longer in the repository.`;
  throw invalid([{ path: 'baseBranch', message }], message);
}

async function ownedBranch(context: GitContext, place: string, session: SessionRef) {
  const owner = `${refsOf(session)}owner/`;
  const { text } = await context.git(['for-each-ref', '--count=1', '--format=%(objectname) %(refname)', owner], {
    repository: place,
  });
  const [baseCommit, ref] = text.split(' ');
  return baseCommit && ref ? { baseCommit, branch: ref.slice(owner.length) } : null;
}

/** The names of branches that other sessions own, whether the branches are there or not. */
async function othersNames(context: GitContext, place: string, session: SessionRef): Promise<ReadonlySet<string>> {
  const owned = 'refs/orchestrator/*/owner/orchestrator/*';
  const { text } = await context.git(['for-each-ref', '--format=%(refname)', owned], { repository: place });
  const others = text.split('\n').filter((ref) => !ref.startsWith(refsOf(session)));
  return new Set(others.map((ref) => ref.slice(ref.lastIndexOf('/') + 1)));
}

async function createBranch(context: GitContext, place: string, session: SessionRef, base: string): Promise<string> {
  const slug = safeName(session.slug);
  const long = `${safeName(session.teamSlug)}-${slug}`;
  const all = [slug, long, ...Array.from({ length: 8 }, (_, index) => `${long}-${index + 2}`)];
  // A session whose branch was taken away at a merge may want it again; nobody knows here which of them are no more.
  const kept = await othersNames(context, place, session);
  const names = [...all.filter((name) => !kept.has(name)), ...all.filter((name) => kept.has(name))];
  let reason = '';
  for (const name of names) {
    const branch = `orchestrator/${name}`;
    if ((await commitAt(context.git, place, `refs/heads/${branch}`)) !== null) {
      // Taken, perhaps by a call for this very session that was quicker.
      const owned = await ownedBranch(context, place, session);
      if (owned) return owned.branch;
      continue;
    }
    // The owner comes first: a crash between the two leaves a branch that is made again, not one that is nobody's.
    const input = `create ${refsOf(session)}owner/${branch}\0${base}\0create refs/heads/${branch}\0${base}\0`;
    try {
      await context.git(['update-ref', '--create-reflog', '-z', '--stdin'], { repository: place, input });
      return branch;
    } catch (error) {
      if (!(error instanceof GitFailure)) throw error;
      const owned = await ownedBranch(context, place, session);
      if (owned) return owned.branch;
      reason = firstLine(error.stderr);
    }
  }
  // Not CONFLICT, which would say that another try may do better: somebody must make room first.
  const message = `No branch could be made for ${session.slug}: ${reason || 'every name is taken'}.`;
  throw invalid([{ path: 'source', message }], message);
}

// Someone deleted the branch: its last checkpoint is still pinned.
async function restoreIfGone(
  context: GitContext,
  place: string,
  session: SessionRef,
  owned: { branch: string; baseCommit: string },
): Promise<string | null> {
  const ref = `refs/heads/${owned.branch}`;
  if ((await commitAt(context.git, place, ref)) !== null) return null;
  const { text } = await context.git(['for-each-ref', '--format=%(objectname) %(refname)', refsOf(session)], {
    repository: place,
  });
  const pinned = text
    .split('\n')
    .map((line) => /^(\w+) refs\/orchestrator\/[^/]+\/(\d+)$/.exec(line))
    .filter((match) => match !== null)
    .map((match) => ({ commit: match[1] ?? '', sequence: Number(match[2]) }))
    .sort((a, b) => b.sequence - a.sequence)[0];
  const to = pinned?.commit ?? owned.baseCommit;
  await swapRef(context.git, place, { ref, to, from: NONE, reason: 'orchestrator: restore a deleted branch' });
  return pinned
    ? `The branch ${owned.branch} had been deleted; it was restored from checkpoint ${pinned.sequence}.`
    : `The branch ${owned.branch} had been deleted; it was made anew at its base commit.`;
}

async function dirtyWarning(context: GitContext, repository: RepositoryRef): Promise<string | null> {
  if (repository.kind === 'url') return null;
  const place = placeOf(context, repository);
  const { text } = await context.git(['rev-parse', '--is-bare-repository'], { repository: place });
  if (text === 'true' || !(await isDirty(context, place))) return null;
  return `The repository has uncommitted changes; the session starts from the last commit of ${repository.baseBranch} and does not see them.`;
}

/** Makes a branch that was taken away (at a merge, by a person) anew at the head it had; one that is there stays as it is. */
export async function restoreBranch(
  context: GitContext,
  repository: RepositoryRef,
  branch: string,
  head: string,
): Promise<boolean> {
  const place = placeOf(context, repository);
  const ref = `refs/heads/${branch}`;
  if ((await commitAt(context.git, place, ref)) !== null) return false;
  const to = objectId(head);
  if ((await commitAt(context.git, place, to)) === null) {
    const message = `The branch ${branch} no longer exists in the repository, and neither does the commit it stood on.`;
    throw invalid([{ path: 'branch', message }], message);
  }
  return swapRef(context.git, place, { ref, to, from: NONE, reason: 'orchestrator: restore a deleted branch' });
}

/**
 * Moves the branch to a checkpoint's commit; the head it had stays reachable at `…/undone-<n>`. One that was taken away is
 * made anew there.
 */
export async function resetBranch(
  context: GitContext,
  repository: RepositoryRef,
  branch: string,
  commit: string,
  session: SessionRef,
  fence: BranchFence | null = null,
): Promise<void> {
  const place = placeOf(context, repository);
  const to = objectId(commit);
  await restoreBranch(context, repository, branch, commit);
  for (let round = 0; round < 10; round += 1) {
    const from = await branchHead(context.git, place, branch);
    if (from === to) return;
    await keepUndone(context, place, session, from);
    const ref = `refs/heads/${branch}`;
    const verify = await fenceOf(context.git, place, fence);
    const swap = { ref, to, from, reason: 'orchestrator: restore a checkpoint', verify };
    if (await swapRef(context.git, place, swap)) {
      await bringCheckoutsAlong(context, place, { branch, from, to });
      return;
    }
  }
  throw new DomainError('CONFLICT', `The branch ${branch} kept moving while a checkpoint was restored.`);
}

async function keepUndone(context: GitContext, place: string, session: SessionRef, head: string): Promise<void> {
  const { git } = context;
  for (let number = 1; ; number += 1) {
    const ref = `${refsOf(session)}undone-${number}`;
    const there = await commitAt(git, place, ref);
    if (there === head) return;
    const swap = { ref, to: head, from: NONE, reason: 'orchestrator: keep what was undone' };
    if (there === null && (await swapRef(git, place, swap))) return;
  }
}

/** Keeps a checkpoint's commit reachable at `refs/orchestrator/<session>/<sequence>`. */
export async function pinCheckpoint(
  context: GitContext,
  repository: RepositoryRef,
  session: SessionRef,
  sequence: number,
  commit: string,
): Promise<void> {
  if (!Number.isSafeInteger(sequence) || sequence < 1) throw new TypeError(`Not a checkpoint's number: ${sequence}`);
  await context.git(['update-ref', `${refsOf(session)}${sequence}`, objectId(commit)], {
    repository: placeOf(context, repository),
  });
}
