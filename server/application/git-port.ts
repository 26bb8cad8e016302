/** Git as the application asks for it; `ports.ts` holds the other ports. */
import type { ConflictResolution } from '../domain/conflict.ts';
import type { FieldIssue } from '../domain/errors.ts';
import type { Artifact } from '../domain/external-agent.ts';
import type { ExternalSource } from '../domain/external-run.ts';
import type { MergeWay } from '../domain/review.ts';

/** Git, as the orchestrator uses it. Every path is absolute; every verb may be repeated after a crash. */
export interface Workspaces {
  /** Opens a path, URL or `sample` for registration; throws INVALID with the field when it cannot be used. */
  inspect(source: string, baseBranch: string | null): Promise<RepositoryFacts>;
  /** The git directory work happens in: the repository itself for a local path, a mirror under DATA_DIR for a URL. */
  prepare(repository: RepositoryRef): Promise<void>;
  /** Creates the session's branch at the base commit, or returns it when this session already owns it. */
  openBranch(
    repository: RepositoryRef,
    session: SessionRef,
  ): Promise<{ branch: string; baseCommit: string; warning: string | null }>;
  head(repository: RepositoryRef, branch: string): Promise<string>;
  /** A fresh detached worktree at `commit` for one attempt; the same attempt gets the same one back. */
  openWorktree(
    repository: RepositoryRef,
    attempt: { id: string; sessionSlug: string; commit: string },
  ): Promise<string>;
  /** Bundles what is dirty (never thrown away), then resets the worktree away. Returns the bundle's path if one was made. */
  retireWorktree(repository: RepositoryRef, worktree: string, label: string): Promise<{ bundle: string | null }>;
  /** One commit of everything in the worktree on top of `baseCommit`, with trailers; null when nothing changed. Idempotent. */
  commit(repository: RepositoryRef, worktree: string, commit: TaskCommit): Promise<string | null>;
  /**
   * From now on a branch of this session is moved only under this number or a later one; whoever had an earlier one and
   * was frozen before its git command is refused by git itself. CONFLICT when a later one stands already.
   */
  raiseFence(repository: RepositoryRef, fence: BranchFence): Promise<void>;
  /**
   * Moves the session branch on to a task's commit, by compare-and-swap of the ref and only while the branch stands on
   * the commit's base: `moved` otherwise, and `replay` is next. Finds it by its attempt trailer when it is already there.
   */
  merge(
    repository: RepositoryRef,
    branch: string,
    taskCommit: string,
    commit: TaskCommit,
    fence?: BranchFence | null,
  ): Promise<MergeResult>;
  /** The commit on the branch that carries this attempt's trailer, or null. */
  findMerged(repository: RepositoryRef, branch: string, baseCommit: string, attemptId: string): Promise<string | null>;
  /** Moves the session branch back for a restored checkpoint; the former head stays reachable at a kept ref. */
  resetBranch(
    repository: RepositoryRef,
    branch: string,
    commit: string,
    session: SessionRef,
    fence?: BranchFence | null,
  ): Promise<void>;
  /** Makes the session's branch anew at `head` where it is gone; false when it is there. INVALID when the commit is gone too. */
  restoreBranch(repository: RepositoryRef, branch: string, head: string): Promise<boolean>;
  /** What a merge of a session's head into the base branch would be; nothing moves and nothing is called. */
  previewMerge(repository: RepositoryRef, wish: BaseMergeWish): Promise<BaseMerge>;
  /**
   * Puts the session's head into the base branch by compare-and-swap, for a URL by a push under the same condition. An
   * outcome that is no merge has touched nothing; INVALID when git or the remote takes it not at all.
   */
  mergeIntoBase(
    repository: RepositoryRef,
    wish: BaseMergeWish,
    fence: BranchFence | null,
  ): Promise<BaseMerge & { warning: string | null }>;
  /** Takes a session's branch away while it stands on `head`; answers why it stays, or null. */
  dropBranch(repository: RepositoryRef, branch: string, head: string): Promise<string | null>;
  /** Pins a checkpoint's commit at `refs/orchestrator/<session>/<sequence>`. */
  pinCheckpoint(repository: RepositoryRef, session: SessionRef, sequence: number, commit: string): Promise<void>;
  /** Takes the refs of checkpoints up to a number away; answers how many there were. */
  unpinCheckpoints(repository: RepositoryRef, session: Pick<SessionRef, 'id'>, upTo: number): Promise<number>;
  /** Ids of sessions that have refs in the repository; none where it is not on this machine. */
  sessionsKept(repository: RepositoryRef): Promise<string[]>;
  /** Takes a session's refs away, and in a mirror its branch; a person's own repository keeps the branch. */
  forgetSession(repository: RepositoryRef, sessionId: string): Promise<number>;
  /** Removes bundles of this machine that were written more than `days` ago; answers how many. */
  pruneBundles(days: number): Promise<number>;
  /** Difference of two commits (renames, binaries); the patch text is cut per file past a bound, and says so. */
  diff(repository: RepositoryRef, base: string, head: string): Promise<Diff>;
  rawPatch(repository: RepositoryRef, base: string, head: string): Promise<string>;
  /** The first parent of a commit. */
  parent(repository: RepositoryRef, commit: string): Promise<string>;
  /**
   * Puts the task's change on `onto` as one commit and checks the worktree out there, ignored files kept. May be repeated:
   * a worktree that already stands on the answer stays as it is. A conflict changes nothing.
   */
  replay(
    repository: RepositoryRef,
    worktree: string,
    taskCommit: string,
    onto: string,
    commit: TaskCommit,
  ): Promise<{ outcome: 'replayed'; commit: string } | ReplayConflict>;
  /**
   * Brings another attempt's change into a fresh worktree at its base, uncommitted, with conflict markers where both
   * sides changed. Throws away whatever stood there. Answers the files that hold markers or need a decision.
   */
  openConflict(
    repository: RepositoryRef,
    worktree: string,
    baseCommit: string,
    theirs: { commit: string; base: string },
  ): Promise<{ files: string[] }>;
  /** Writes a person's choices over the conflicting files of such a worktree. */
  applyResolution(
    repository: RepositoryRef,
    worktree: string,
    sides: { ours: string; theirs: string },
    resolution: readonly ConflictResolution[],
  ): Promise<void>;
  /** Files of the worktree that still hold conflict markers, among these. */
  markersLeft(worktree: string, files: readonly string[]): Promise<string[]>;
  /** Keeps both sides reachable at `refs/orchestrator/conflicts/<id>/…`. */
  pinConflict(repository: RepositoryRef, conflictId: string, commits: { ours: string; theirs: string }): Promise<void>;
  /** Each conflicting file as base, ours, theirs and merged with markers; texts are bounded. */
  conflictSides(
    repository: RepositoryRef,
    commits: { base: string; ours: string; theirs: string },
    files: readonly string[],
  ): Promise<ConflictSide[]>;
  /** The file list of a commit, at most `limit`: what a planner is shown. */
  outline(repository: RepositoryRef, commit: string, limit: number): Promise<{ files: string[]; total: number }>;
  /** SHA-256 over the lockfiles of a worktree, or null without any. */
  lockfiles(worktree: string): Promise<string | null>;
  /** Paths changed in a worktree against a commit, untracked files included. */
  changedFiles(worktree: string, base: string): Promise<string[]>;
  treeHash(worktree: string): Promise<string>;
  /**
   * What an agent outside starts from: all that is in the worktree as one commit, and how to get it. Kept until the
   * worktree is retired. INVALID when it is larger than anybody is sent.
   */
  pack(repository: RepositoryRef, worktree: string, attemptId: string): Promise<ExternalSource>;
  /** The bundle packed for an attempt; null when this machine has none. */
  openPack(attemptId: string): Promise<{ bytes: number; read: () => AsyncIterable<Uint8Array> } | null>;
  /**
   * Puts an agent's files onto the commit it was given, and the worktree on what comes of it. Answers what is wrong with
   * them, and then changes nothing; with `check` it only judges. May be repeated after a crash.
   */
  applyArtifacts(
    repository: RepositoryRef,
    worktree: string,
    commit: string,
    artifacts: readonly Artifact[],
    options: { check: boolean },
  ): Promise<FieldIssue[]>;
  /** Which of these commits the repository does not have. */
  missing(repository: RepositoryRef, commits: readonly string[]): Promise<string[]>;
  /** A commit with all it needs beyond the known ones, as a git bundle; null when that is more than `limitBytes`. */
  packCommit(
    repository: RepositoryRef,
    commit: string,
    known: readonly string[],
    limitBytes: number,
  ): Promise<Uint8Array | null>;
  /** Takes the commits of a bundle in; no ref is touched. */
  unpack(repository: RepositoryRef, bundle: Uint8Array): Promise<void>;
  /** Makes the session's branch stand at `head`, as its own; what stood there stays reachable at a kept ref. */
  adoptBranch(
    repository: RepositoryRef,
    session: SessionRef,
    work: { branch: string; baseCommit: string; head: string },
  ): Promise<void>;
  /** Free space, in bytes, where worktrees and the database live. */
  freeBytes(): Promise<number>;
}

export interface RepositoryRef {
  id: string;
  source: string;
  kind: 'path' | 'url';
  baseBranch: string;
}

export interface SessionRef {
  id: string;
  slug: string;
  teamSlug: string;
  /** The branch begins at this commit instead of the base branch's head. */
  startCommit?: string | null;
}

/** The number a branch is moved under, where several processes may move it; without one nobody else can. */
export interface BranchFence {
  sessionId: string;
  fencing: number;
}

export interface RepositoryFacts {
  kind: 'path' | 'url';
  /** Canonical source (real path, or the URL without credentials). */
  source: string;
  name: string;
  baseBranch: string;
  headCommit: string;
  bare: boolean;
  dirty: boolean;
  /** From package.json: `npm test` when it has a test script. */
  suggestedVerify: string[];
}

export interface TaskCommit {
  subject: string;
  sessionSlug: string;
  taskKey: string;
  attemptId: string;
  epoch: number;
  baseCommit: string;
}

/** The commit that goes into the base branch, and how it is told there. */
export interface BaseMergeWish {
  head: string;
  slug: string;
  title: string;
  /** A commit of two parents even where the base could move straight on. */
  mergeCommit: boolean;
}

export interface BaseMerge {
  /** `conflict`: both changed `files`. `checked_out`: a folder has the base checked out and cannot follow. */
  outcome: MergeWay | 'conflict' | 'checked_out';
  target: string;
  before: string;
  /** Where the base stands then; null while nothing was merged. */
  after: string | null;
  /** How many commits the base does not have yet. */
  commits: number;
  files: string[];
  /** What git or the folder has against it. */
  sentence: string | null;
}

export type MergeResult =
  /** `warning`: a folder has the branch checked out and could not follow it. */
  | { outcome: 'merged' | 'already_merged'; commit: string; warning: string | null }
  /** The branch stands elsewhere: nothing was touched. */
  | { outcome: 'moved'; head: string };

export type ReplayConflict = {
  outcome: 'conflict';
  files: string[];
  message: string;
};

/** One conflicting file; a side is null where the file is not there. */
export interface ConflictSide {
  path: string;
  binary: boolean;
  base: string | null;
  ours: string | null;
  theirs: string | null;
  /** The merge with markers; null for a binary file or where one side deleted it. */
  merged: string | null;
  truncated: boolean;
}

export interface DiffFile {
  path: string;
  oldPath: string | null;
  status: 'added' | 'modified' | 'deleted' | 'renamed';
  additions: number;
  deletions: number;
  binary: boolean;
  /** Unified diff with its header; null for a binary file and past the total bound. */
  patch: string | null;
  /** The patch is cut or left out because of a bound. */
  truncated: boolean;
}

export interface Diff {
  base: string;
  head: string;
  files: DiffFile[];
  additions: number;
  deletions: number;
  truncated: boolean;
}
