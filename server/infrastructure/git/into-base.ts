import { setTimeout as sleep } from 'node:timers/promises';
import type { BaseMerge, BaseMergeWish, BranchFence, RepositoryRef } from '../../application/git-port.ts';
import { DomainError, invalid } from '../../domain/errors.ts';
import { bringCheckoutsAlong, checkoutInTheWay, checkoutsOf } from './checkouts.ts';
import { fenceOf } from './fence.ts';
import { type Git, GitFailure } from './git-command.ts';
import { type Mirrors, REMOTE } from './mirror.ts';
import { openNetwork } from './network.ts';
import { type GitContext, objectId, placeOf } from './places.ts';
import type { MayReach } from './reachability.ts';
import { commitAt, firstLine, swapRef } from './refs.ts';
import { parseSourceUrl } from './source-url.ts';
import { treeOf } from './task-commit.ts';
import { joinThreeWay } from './three-way.ts';

const ROUNDS = 5;

/** Git and the ways out of this machine, as a merge into a base needs them. */
export interface Outlets {
  readonly context: GitContext;
  readonly mirrors: Mirrors;
  readonly mayReach: MayReach;
}

type Judged = BaseMerge & { to: string | null };

/**
 * What a merge of the session's head into the base branch would be, touching no ref. Of a URL it is judged by what was
 * fetched last; nothing is called.
 */
export async function previewMerge(
  context: GitContext,
  repository: RepositoryRef,
  wish: BaseMergeWish,
): Promise<BaseMerge> {
  const { to: _, ...merge } = await judge(context, repository, wish);
  return merge;
}

/**
 * Moves the base branch on to the session's head, or to a merge of both, by compare-and-swap: what was not there when it was
 * judged is judged again. For a URL the result is pushed under the same condition. Only the commit that is named goes in,
 * wherever the branch stands now. An outcome that is no merge has touched nothing.
 */
export async function mergeIntoBase(
  { context, mirrors, mayReach }: Outlets,
  repository: RepositoryRef,
  wish: BaseMergeWish,
  fence: BranchFence | null,
): Promise<BaseMerge & { warning: string | null }> {
  const { git } = context;
  const place = placeOf(context, repository);
  for (let round = 0; round < ROUNDS; round += 1) {
    if (repository.kind === 'url') await mirrors.refresh(repository);
    const { to, ...merge } = await judge(context, repository, wish);
    if (to === null || merge.outcome === 'already_there') return { ...merge, warning: null };
    if (repository.kind === 'url') {
      if (await push({ context, mirrors, mayReach }, repository, merge.before, to))
        return { ...merge, after: to, warning: null };
    } else {
      const ref = `refs/heads/${merge.target}`;
      const verify = await fenceOf(git, place, fence);
      const swap = { ref, to, from: merge.before, reason: `orchestrator: merge ${wish.slug}`, verify };
      if (await swapRef(git, place, swap)) {
        const warning = await bringCheckoutsAlong(context, place, { branch: merge.target, from: merge.before, to });
        return { ...merge, after: to, warning };
      }
    }
    await sleep(Math.random() * 50 * (round + 1));
  }
  throw new DomainError(
    'CONFLICT',
    `${repository.baseBranch} kept moving: the merge was given up after ${ROUNDS} tries.`,
  );
}

async function judge(context: GitContext, repository: RepositoryRef, wish: BaseMergeWish): Promise<Judged> {
  const { git } = context;
  const place = placeOf(context, repository);
  const target = repository.baseBranch;
  const head = objectId(wish.head);
  const ref = `${repository.kind === 'url' ? REMOTE : 'refs/heads/'}${target}`;
  const before = await commitAt(git, place, ref);
  if (before === null) throw gone(`The base branch ${target} no longer exists in the repository.`);
  if ((await commitAt(git, place, head)) === null)
    throw gone('The commit of the session is no longer in the repository.');
  const plain = {
    target,
    before,
    after: null,
    files: [],
    sentence: null,
    commits: await ahead(git, place, before, head),
  };
  if (await isAncestor(git, place, head, before))
    return { ...plain, outcome: 'already_there', after: before, to: before };
  const fits = await join(git, place, before, head, wish);
  if ('files' in fits) return { ...plain, outcome: 'conflict', files: fits.files, sentence: fits.message, to: null };
  const inTheWay =
    repository.kind === 'url'
      ? null
      : await checkoutInTheWay(context, place, { branch: target, from: before, to: fits.to });
  if (inTheWay !== null) return { ...plain, outcome: 'checked_out', ...inTheWay, to: null };
  return { ...plain, outcome: fits.way, to: fits.to };
}

async function join(git: Git, place: string, before: string, head: string, wish: BaseMergeWish) {
  const straight = await isAncestor(git, place, before, head);
  if (straight && !wish.mergeCommit) return { way: 'fast_forward' as const, to: head };
  const tree = straight ? await treeOf(git, place, head) : await mergedTree(git, place, before, head);
  if (typeof tree !== 'string') return tree;
  // No trailers: those say whose commit of which task it is.
  const input = `Merge ${wish.slug}: ${wish.title.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim()}\n`;
  const { text } = await git(['commit-tree', tree, '-p', before, '-p', head], { repository: place, input });
  return { way: 'merge_commit' as const, to: text };
}

async function mergedTree(git: Git, place: string, before: string, head: string) {
  const { text: base } = await git(['merge-base', before, head], { repository: place, accept: [1] });
  if (base === '') throw gone('The base branch and the session have no commit in common any more.');
  const joined = await joinThreeWay(git, place, before, base, head);
  return joined.outcome === 'clean' ? joined.tree : { files: joined.files, message: joined.message };
}

async function isAncestor(git: Git, place: string, ancestor: string, of: string): Promise<boolean> {
  const { code } = await git(['merge-base', '--is-ancestor', ancestor, of], { repository: place, accept: [1] });
  return code === 0;
}

async function ahead(git: Git, place: string, before: string, head: string): Promise<number> {
  return Number((await git(['rev-list', '--count', `${before}..${head}`], { repository: place })).text);
}

/** False when the remote's branch moved since it was fetched; INVALID with the remote's reason when it takes nothing. */
async function push(
  { context, mayReach }: Outlets,
  repository: RepositoryRef,
  before: string,
  to: string,
): Promise<boolean> {
  const url = parseSourceUrl(repository.source);
  const git = await openNetwork(context, mayReach, url);
  const place = placeOf(context, repository);
  const ref = `refs/heads/${repository.baseBranch}`;
  const options = ['--quiet', '--no-follow-tags', '--recurse-submodules=no', `--force-with-lease=${ref}:${before}`];
  try {
    await git(['push', ...options, '--end-of-options', url.href, `${to}:${ref}`], { repository: place });
  } catch (error) {
    const stderr = error instanceof Error && error.cause instanceof GitFailure ? error.cause.stderr : null;
    if (stderr !== null && /stale info|fetch first|non-fast-forward/.test(stderr)) return false;
    const told =
      stderr !== null && /rejected|declined|denied|protected/i.test(stderr)
        ? `${url.host} did not take it: ${rejection(stderr)}`
        : null;
    const reason = told ?? (error instanceof Error ? error.message : String(error));
    const message = `The merge could not be pushed, so nothing was merged. ${reason} Export the patch, or push the branch by hand.`;
    throw invalid([{ path: 'source', message }], message);
  }
  await context.git(['update-ref', `${REMOTE}${repository.baseBranch}`, to], { repository: place });
  return true;
}

function rejection(stderr: string): string {
  const said = stderr.split('\n').find((line) => /^remote: .*\w/.test(line));
  return said === undefined ? firstLine(stderr) : said.slice('remote: '.length).trim();
}

function gone(message: string): DomainError {
  return invalid([{ path: 'baseBranch', message }], message);
}

/** Takes a merged branch away while it still stands on `head`; a sentence when it stays. */
export async function dropBranch(
  context: GitContext,
  repository: RepositoryRef,
  branch: string,
  head: string,
): Promise<string | null> {
  const place = placeOf(context, repository);
  const ref = `refs/heads/${branch}`;
  const there = await commitAt(context.git, place, ref);
  if (there === null) return null;
  if (there !== objectId(head)) return `${branch} stands on another commit than what was merged, so it stays.`;
  const [checkout] = await checkoutsOf(context, place, branch);
  if (checkout !== undefined) return `${branch} is checked out in ${checkout}, so it stays.`;
  const { code, stderr } = await context.git(['update-ref', '-d', ref, head], { repository: place, accept: [1, 128] });
  return code === 0 ? null : `${branch} stays: ${firstLine(stderr)}`;
}
