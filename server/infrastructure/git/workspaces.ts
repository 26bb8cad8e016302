import { mkdirSync, realpathSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { RepositoryRef, Workspaces } from '../../application/git-port.ts';
import type { Log } from '../../application/ports.ts';
import { invalid } from '../../domain/errors.ts';
import { freeBytes } from '../free-space.ts';
import { applyArtifacts } from './artifacts.ts';
import { conflictSides, pinConflict } from './conflict-sides.ts';
import { applyResolution, markersLeft, openConflict } from './conflict-worktree.ts';
import { changedPaths, diffCommits, rawPatch } from './diff.ts';
import { raiseFence } from './fence.ts';
import { createGit } from './git-command.ts';
import { inspectSource } from './inspect.ts';
import { dropBranch, mergeIntoBase, previewMerge } from './into-base.ts';
import { findMerged, mergeTask } from './merge.ts';
import { createMirrors } from './mirror.ts';
import { openPack, packWorktree } from './pack.ts';
import { bundledSamples, type GitContext, objectId, placeOf } from './places.ts';
import { forgetSession, pruneBundles, sessionsKept, unpinCheckpoints } from './prune.ts';
import { createReachability, type MayReach } from './reachability.ts';
import { branchHead } from './refs.ts';
import { replay } from './replay.ts';
import { retireWorktree } from './retire.ts';
import { openBranch, pinCheckpoint, resetBranch, restoreBranch } from './session-branch.ts';
import { snapshotTree } from './snapshot.ts';
import { lockfiles, outline } from './surroundings.ts';
import { commitWorktree } from './task-commit.ts';
import { adoptBranch, missingCommits, packCommit, unpackBundle } from './transfer.ts';
import { openWorktree, requireRecord } from './worktrees.ts';

export interface WorkspacesOptions {
  dataDir: string;
  log: Log;
  /** Hosts and networks that may be called although they are private. */
  outboundAllow: readonly string[];
  mayReach?: MayReach;
  samplesDir?: string;
  environment?: NodeJS.ProcessEnv;
  /** Bound on the network calls of one verb. */
  networkSeconds?: number;
}

/** Git as the orchestrator uses it, on the machine's own git. */
export function createWorkspaces(options: WorkspacesOptions): Workspaces {
  mkdirSync(options.dataDir, { recursive: true, mode: 0o700 });
  const context: GitContext = {
    git: createGit(options.environment ?? process.env),
    // Git writes real paths; ours must compare equal to them.
    dataDir: realpathSync(options.dataDir),
    samplesDir: options.samplesDir ?? bundledSamples,
    log: options.log,
    networkMs: (options.networkSeconds ?? 60) * 1000,
  };
  const mayReach = options.mayReach ?? createReachability(options.outboundAllow);
  const mirrors = createMirrors(context, mayReach);
  const { git } = context;

  async function place(repository: RepositoryRef): Promise<string> {
    const path = placeOf(context, repository);
    if (repository.kind === 'url') await mirrors.prepare(repository);
    else await requireRepository(path);
    return path;
  }

  return {
    inspect: (source, baseBranch) => inspectSource(context, mayReach, source, baseBranch),
    prepare: async (repository) => {
      await git(['rev-parse', '--git-dir'], { repository: await place(repository) });
    },
    openBranch: async (repository, session) => {
      await place(repository);
      return openBranch(context, mirrors, repository, session);
    },
    head: async (repository, branch) => branchHead(git, await place(repository), branch),
    openWorktree: async (repository, attempt) => {
      await place(repository);
      return openWorktree(context, repository, attempt);
    },
    retireWorktree: (repository, worktree, label) => retireWorktree(context, repository, worktree, label),
    commit: (repository, worktree, commit) => commitWorktree(context, repository, worktree, commit),
    raiseFence: async (repository, fence) => raiseFence(git, await place(repository), fence),
    merge: (repository, branch, taskCommit, commit, fence) =>
      mergeTask(context, repository, branch, taskCommit, commit, fence),
    findMerged: (repository, branch, baseCommit, attemptId) =>
      findMerged(context, repository, branch, baseCommit, attemptId),
    resetBranch: (repository, branch, commit, session, fence) =>
      resetBranch(context, repository, branch, commit, session, fence),
    restoreBranch: async (repository, branch, head) => {
      await place(repository);
      return restoreBranch(context, repository, branch, head);
    },
    previewMerge: async (repository, wish) => {
      await place(repository);
      return previewMerge(context, repository, wish);
    },
    mergeIntoBase: async (repository, wish, fence) => {
      await place(repository);
      return mergeIntoBase({ context, mirrors, mayReach }, repository, wish, fence);
    },
    dropBranch: (repository, branch, head) => dropBranch(context, repository, branch, head),
    pinCheckpoint: (repository, session, sequence, commit) =>
      pinCheckpoint(context, repository, session, sequence, commit),
    unpinCheckpoints: async (repository, session, upTo) => {
      await place(repository);
      return unpinCheckpoints(context, repository, session, upTo);
    },
    sessionsKept: (repository) => sessionsKept(context, repository),
    forgetSession: (repository, sessionId) => forgetSession(context, repository, sessionId),
    pruneBundles: (days) => pruneBundles(context, days),
    diff: async (repository, base, head) => diffCommits(git, await place(repository), base, head),
    parent: async (repository, commit) =>
      (
        await git(['rev-parse', '--verify', '--end-of-options', `${objectId(commit)}^`], {
          repository: await place(repository),
        })
      ).text.trim(),
    rawPatch: async (repository, base, head) => rawPatch(git, await place(repository), base, head),
    replay: (repository, worktree, taskCommit, onto, commit) =>
      replay(context, repository, worktree, taskCommit, onto, commit),
    openConflict: (repository, worktree, baseCommit, theirs) =>
      openConflict(context, repository, worktree, baseCommit, theirs),
    applyResolution: (repository, worktree, sides, resolution) =>
      applyResolution(context, repository, worktree, sides, resolution),
    markersLeft,
    pinConflict: (repository, conflictId, commits) => pinConflict(context, repository, conflictId, commits),
    conflictSides: async (repository, commits, files) => {
      await place(repository);
      return conflictSides(context, repository, commits, files);
    },
    outline: async (repository, commit, limit) => outline(git, await place(repository), commit, limit),
    lockfiles,
    changedFiles: async (worktree, base) => {
      const record = await requireRecord(worktree);
      const tree = await snapshotTree(git, worktree, record);
      return changedPaths(git, record.gitDir, objectId(base), tree);
    },
    treeHash: async (worktree) => snapshotTree(git, worktree, await requireRecord(worktree)),
    pack: (repository, worktree, attemptId) => packWorktree(context, repository, worktree, attemptId),
    openPack: (attemptId) => openPack(context, attemptId),
    applyArtifacts: (repository, worktree, commit, artifacts, given) =>
      applyArtifacts(context, repository, worktree, commit, artifacts, given),
    missing: (repository, commits) => missingCommits(context, repository, commits),
    packCommit: (repository, commit, known, limitBytes) => packCommit(context, repository, commit, known, limitBytes),
    unpack: (repository, bundle) => unpackBundle(context, repository, bundle),
    adoptBranch: (repository, session, work) => adoptBranch(context, repository, session, work),
    freeBytes: () => freeBytes(context.dataDir),
  };
}

async function requireRepository(path: string): Promise<void> {
  try {
    if ((await stat(path)).isDirectory()) return;
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
  }
  const message = `There is no repository at ${path} any more.`;
  throw invalid([{ path: 'source', message }], message);
}
