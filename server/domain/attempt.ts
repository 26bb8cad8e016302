import { DomainError } from './errors.ts';
import type { Usage } from './metrics.ts';

export const attemptStatuses = [
  'starting',
  'running',
  'waiting',
  'verifying',
  'succeeded',
  'failed',
  'aborted',
  'lost',
  'superseded',
] as const;
export type AttemptStatus = (typeof attemptStatuses)[number];

/** The legal moves. `waiting` is held up by a person; `superseded` lost its epoch to another owner or an override. */
export const attemptTransitions: Record<AttemptStatus, readonly AttemptStatus[]> = {
  starting: ['running', 'failed', 'aborted', 'lost', 'superseded'],
  running: ['waiting', 'verifying', 'failed', 'aborted', 'lost', 'superseded'],
  waiting: ['running', 'verifying', 'failed', 'aborted', 'lost', 'superseded'],
  verifying: ['succeeded', 'failed', 'aborted', 'lost', 'superseded'],
  succeeded: [],
  failed: [],
  aborted: [],
  lost: [],
  superseded: [],
};

/** Whether the table allows the move. */
export function canMoveAttempt(from: AttemptStatus, to: AttemptStatus): boolean {
  return attemptTransitions[from].includes(to);
}

/** Throws INVALID_TRANSITION with from, to and the legal targets when the table forbids the move. */
export function assertAttemptMove(from: AttemptStatus, to: AttemptStatus): void {
  if (canMoveAttempt(from, to)) return;
  throw new DomainError('INVALID_TRANSITION', `An attempt that is ${from} cannot become ${to}`, {
    details: { from, to, allowed: attemptTransitions[from] },
  });
}

/** Whether the attempt is over, for good or bad. */
export function attemptEnded(status: AttemptStatus): boolean {
  return attemptTransitions[status].length === 0;
}

/**
 * What an attempt is for: the task's work, a plan of it, putting work that collides onto the branch, or putting work onto
 * it whose proof a lead waived.
 */
export const attemptRoles = ['work', 'plan', 'conflict', 'waiver'] as const;
export type AttemptRole = (typeof attemptRoles)[number];

/** What went wrong, by structured code. `crash` covers a lost runtime; `no_progress` is a run that goes in circles. */
export const failureClasses = [
  'transient',
  'quota_exhausted',
  'refused',
  'verification_failed',
  'conflict',
  'timeout',
  'crash',
  'invalid',
  'context_too_long',
  'auth',
  'no_progress',
] as const;
export type FailureClass = (typeof failureClasses)[number];

export interface CommandEvidence {
  readonly command: string;
  /** null when it was ended by the time limit or a signal. */
  readonly exitCode: number | null;
  readonly durationMs: number;
  readonly output: string;
  readonly timedOut: boolean;
}

/** Where the proof ran: enough to say later whether two proofs are comparable. */
export interface EnvironmentDigest {
  readonly node: string;
  readonly platform: string;
  /** SHA-256 of the lockfiles in the tree, or null without any. */
  readonly lockfiles: string | null;
  /** SHA-256 over all of the above and the names of the variables the commands saw. */
  readonly digest: string;
}

/** Predicted against real write sets (domain.md 5). */
export interface WriteSet {
  readonly declared: readonly string[];
  readonly predicted: readonly string[];
  /** Written, though no glob announced it. */
  readonly unannounced: readonly string[];
  /** Globs nothing was written under. */
  readonly untouched: readonly string[];
}

/** A lead's word in place of a proof (api.md, waive). */
export interface Waiver {
  readonly by: string;
  readonly byName: string;
  readonly reason: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** The attempt whose work is accepted; null when the task was completed already. */
  readonly attemptId: string | null;
}

/** What shows that the work is done. `claimed`: the repository has no command that could prove it. */
export interface Evidence {
  readonly commands: readonly CommandEvidence[];
  /** What git saw change, not what the agent said. */
  readonly files: readonly string[];
  /** How many there were; `files` holds the first 500. */
  readonly filesTotal: number;
  readonly treeHash: string | null;
  readonly claimed: boolean;
  /** ISO 8601, UTC. */
  readonly verifiedAt: string;
  /** The commit the verified tree stands on; what was verified is what lands. Absent in rows of earlier versions. */
  readonly baseCommit?: string | null | undefined;
  readonly environment?: EnvironmentDigest | undefined;
  /** Declared or predicted path globs against what git saw. */
  readonly writes?: WriteSet | undefined;
  /** Set when a lead waived the proof: the commands were not asked. */
  readonly waived?: Waiver | undefined;
}

export interface AttemptError {
  readonly code: string;
  readonly message: string;
  readonly context: Readonly<Record<string, unknown>>;
}

/** One try of a task by an agent, in a worktree of its own. The remote ids are chosen before anything is sent. */
export interface Attempt {
  readonly id: string;
  readonly teamId: string;
  readonly sessionId: string;
  readonly taskId: string;
  readonly number: number;
  readonly epoch: number;
  readonly role: AttemptRole;
  /** The one try of an agent whose record is degraded (domain.md 3.3). */
  readonly probe: boolean;
  /** The conflict this attempt resolves. */
  readonly conflictId: string | null;
  /** The attempt whose commit this one takes onto the branch. */
  readonly sourceAttemptId: string | null;
  readonly status: AttemptStatus;
  readonly agentId: string;
  readonly runtimeId: string;
  /** The data directory whose OpenCode and worktrees it lives in; null in rows of earlier versions. */
  readonly instanceId: string | null;
  readonly remoteSessionId: string;
  readonly remoteMessageId: string;
  readonly remotePartId: string;
  /** Exactly what was sent, so that sending it again after a crash is the same to the letter. */
  readonly prompt: string;
  readonly system: string;
  readonly model: string | null;
  readonly worktree: string | null;
  readonly baseCommit: string | null;
  readonly setupDone: boolean;
  readonly summary: string | null;
  readonly taskCommit: string | null;
  readonly mergedCommit: string | null;
  readonly bundle: string | null;
  readonly evidence: Evidence | null;
  readonly usage: Usage;
  readonly calls: number;
  readonly callErrors: number;
  readonly cutOff: string | null;
  readonly failure: FailureClass | null;
  /** What its failure led to. */
  readonly verdict: StoredVerdict | null;
  readonly error: AttemptError | null;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  /** When its worktree was taken away, after bundling what was dirty. */
  readonly retiredAt: Date | null;
}

/** The decision after a failure as it is kept and shown. */
export interface StoredVerdict {
  readonly action: string;
  readonly reason: string;
  readonly delaySeconds: number;
  /** Which type of agent was asked for; absent in rows of earlier versions. */
  readonly preferredAgentType?: string | null;
}
