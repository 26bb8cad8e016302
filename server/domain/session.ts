import type { AgentType } from './agent.ts';
import { DomainError } from './errors.ts';
import { blockedForGood, type Proof, type TaskStatus, taskEnded } from './task.ts';

export const sessionStatuses = [
  'pending',
  'queued',
  'running',
  'paused',
  'degraded',
  'completed',
  'partially_completed',
  'failed',
  'timeout',
  'stopped',
  'cancelled',
  'orphaned',
] as const;
export type SessionStatus = (typeof sessionStatuses)[number];

/** The legal moves (domain.md 1.1). Force-complete and restore are operations of their own beside this table. */
export const sessionTransitions: Record<SessionStatus, readonly SessionStatus[]> = {
  pending: ['queued', 'running', 'cancelled', 'failed'],
  queued: ['running', 'paused', 'cancelled', 'failed'],
  running: ['completed', 'partially_completed', 'failed', 'timeout', 'paused', 'stopped', 'degraded', 'orphaned'],
  degraded: ['running', 'completed', 'partially_completed', 'failed', 'timeout', 'paused', 'stopped', 'orphaned'],
  paused: ['running', 'queued', 'stopped', 'cancelled', 'orphaned'],
  completed: [],
  partially_completed: ['pending'],
  failed: ['pending'],
  timeout: ['pending'],
  stopped: ['pending'],
  cancelled: [],
  orphaned: ['pending'],
};

/** Where a force-complete may start (domain.md 1.1). */
export const forceCompletable: readonly SessionStatus[] = [
  'running',
  'degraded',
  'paused',
  'partially_completed',
  'failed',
  'timeout',
  'stopped',
  'orphaned',
];

/** Whether the table allows the move. */
export function canMove(from: SessionStatus, to: SessionStatus): boolean {
  return sessionTransitions[from].includes(to);
}

/** Throws INVALID_TRANSITION with from, to and the legal targets when the table forbids the move. */
export function assertMove(from: SessionStatus, to: SessionStatus): void {
  if (canMove(from, to)) return;
  throw new DomainError('INVALID_TRANSITION', `A session that is ${from} cannot become ${to}`, {
    details: { from, to, allowed: sessionTransitions[from] },
  });
}

/** The run is over. A retry may still lead out of some of these. */
export function isTerminal(status: SessionStatus): boolean {
  return !isActive(status);
}

const active: readonly SessionStatus[] = ['pending', 'queued', 'running', 'paused', 'degraded'];

/** Holds a slot of the team's quota. */
export function isActive(status: SessionStatus): boolean {
  return active.includes(status);
}

/** Tasks may run: running or degraded. */
export function isExecuting(status: SessionStatus): boolean {
  return status === 'running' || status === 'degraded';
}

export const attentions = ['none', 'permission', 'question', 'approval', 'conflict'] as const;
export type AttentionKind = (typeof attentions)[number];

export interface Attention {
  readonly kind: AttentionKind;
  readonly since: Date | null;
}

/**
 * What a session waits for a person for. Asks come first, since they hold an agent up and expire; within a kind the
 * oldest counts.
 */
export function attentionOf(waiting: {
  readonly asks: readonly { readonly kind: 'permission' | 'question'; readonly openedAt: Date }[];
  readonly approvals?: readonly Date[];
  readonly conflicts?: readonly Date[];
}): Attention {
  const of = (kind: 'permission' | 'question') =>
    waiting.asks.filter((ask) => ask.kind === kind).map((ask) => ask.openedAt);
  const queues = {
    permission: of('permission'),
    question: of('question'),
    approval: waiting.approvals ?? [],
    conflict: waiting.conflicts ?? [],
  };
  for (const kind of attentions) {
    if (kind === 'none' || queues[kind].length === 0) continue;
    return { kind, since: new Date(Math.min(...queues[kind].map((date) => date.getTime()))) };
  }
  return { kind: 'none', since: null };
}

export const sessionTypes = ['planning', 'execution', 'review', 'debug', 'integration'] as const;
export type SessionType = (typeof sessionTypes)[number];

/** Index = stored number; 0 is the most urgent. */
export const priorities = ['critical', 'high', 'medium', 'low', 'deferred'] as const;
export type PriorityWord = (typeof priorities)[number];
export type Priority = 0 | 1 | 2 | 3 | 4;

const priorityNumbers: Record<PriorityWord, Priority> = { critical: 0, high: 1, medium: 2, low: 3, deferred: 4 };

/** The number of a priority word; numbers pass through. */
export function priorityOf(priority: PriorityWord | Priority): Priority {
  return typeof priority === 'number' ? priority : priorityNumbers[priority];
}

export const autonomies = ['auto', 'plan_approval'] as const;
export type Autonomy = (typeof autonomies)[number];

export const dependencyPolicies = ['skip', 'block'] as const;
export type DependencyPolicy = (typeof dependencyPolicies)[number];

/** What a person or the sweeper asked the owner to do; `timeout` is the deadline's. */
export const sessionCommands = ['pause', 'stop', 'timeout'] as const;
export type PendingCommand = (typeof sessionCommands)[number];

export interface Budget {
  readonly tokens?: number | undefined;
  readonly costUsd?: number | undefined;
  readonly attempts?: number | undefined;
  readonly wallSeconds?: number | undefined;
}

export interface SessionError {
  readonly code: string;
  readonly message: string;
  readonly context: unknown;
}

/** A session as stored. What the clock or other rows decide is in `SessionView`. */
export interface Session {
  readonly id: string;
  readonly teamId: string;
  readonly slug: string;
  readonly version: number;
  readonly title: string;
  readonly description: string;
  readonly prompt: string;
  readonly type: SessionType;
  readonly priority: Priority;
  readonly status: SessionStatus;
  readonly statusSince: Date;
  readonly attention: Attention;
  readonly cause: string | null;
  readonly repositoryId: string;
  readonly branch: string | null;
  readonly baseCommit: string | null;
  readonly headCommit: string | null;
  /** Where the session's branch stands after the last merge. */
  readonly headCommit: string | null;
  /** A restored checkpoint's commit the branch must still be moved back to. */
  readonly resetTo: string | null;
  readonly blueprint: string | null;
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
  readonly parentId: string | null;
  readonly model: string | null;
  readonly parallelism: number;
  readonly autonomy: Autonomy;
  readonly dependencyPolicy: DependencyPolicy;
  readonly maxDurationSeconds: number;
  readonly deadlineAt: Date | null;
  readonly budget: Budget | null;
  readonly tags: readonly string[];
  readonly technologies: readonly string[];
  readonly preferredAgent: string | null;
  readonly preferredAgentType: AgentType | null;
  readonly retryCount: number;
  readonly forced: boolean;
  readonly proof: SessionProof | null;
  readonly error: SessionError | null;
  readonly result: unknown;
  readonly pendingCommand: PendingCommand | null;
  readonly createdBy: string | null;
  readonly createdAt: Date;
  readonly queuedAt: Date | null;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  readonly pausedAt: Date | null;
  readonly pausedSeconds: number;
  readonly plannedAt: Date | null;
  readonly plannedAt: Date | null;
  readonly planApprovedAt: Date | null;
  readonly recoveries: number;
  readonly owner: string | null;
  readonly epoch: number;
  readonly leaseExpiresAt: Date | null;
  readonly lastSeq: number;
  readonly deletedAt: Date | null;
}

/** A session as people and programs see it (api.md, Shapes). */
export interface SessionView extends Session {
  readonly recoverable: boolean;
  readonly health: number;
  readonly progress: { readonly completed: number; readonly total: number };
}

/** `IND-42` from 42. */
export function slugOf(number: number): string {
  return `IND-${number}`;
}

const fixedHealth: Record<Exclude<SessionStatus, 'running' | 'degraded'>, number> = {
  pending: 0.8,
  queued: 0.8,
  paused: 0.7,
  completed: 1,
  partially_completed: 0.6,
  failed: 0,
  timeout: 0.1,
  orphaned: 0.1,
  stopped: 0.5,
  cancelled: 0.5,
};

/** 0–1 (domain.md 1.5). While running it falls with the share of the time limit used, time paused not counted. */
export function health(
  session: Pick<Session, 'status' | 'startedAt' | 'pausedSeconds' | 'maxDurationSeconds'>,
  now: Date,
): number {
  if (session.status !== 'running' && session.status !== 'degraded') return fixedHealth[session.status];
  const elapsed = session.startedAt === null ? 0 : (now.getTime() - session.startedAt.getTime()) / 1000;
  const used = (elapsed - session.pausedSeconds) / session.maxDurationSeconds;
  if (session.status === 'degraded') return used > 0.9 ? 0.1 : used > 0.7 ? 0.5 : 0.7;
  return used > 0.9 ? 0.3 : used > 0.7 ? 0.7 : 0.9;
}

/** The deadline after a pause that ends now: it moves by the time paused. */
export function deadlineAfterPause(deadlineAt: Date, pausedAt: Date, now: Date): Date {
  return new Date(deadlineAt.getTime() + Math.max(0, now.getTime() - pausedAt.getTime()));
}

export const maxRetries = 3;
export const maxRecoveries = 3;

export interface RetryFacts {
  readonly status: SessionStatus;
  readonly checkpoints: number;
  readonly everStarted: boolean;
  readonly retryCount: number;
}

/** Why a retry is refused, as a sentence, or null when the session is recoverable (domain.md 1.4). */
export function retryRefusal(facts: RetryFacts): string | null {
  if (!sessionTransitions[facts.status].includes('pending')) {
    return isActive(facts.status)
      ? `It is ${facts.status}; only an ended run can be retried.`
      : `A ${facts.status} session cannot be retried.`;
  }
  if (facts.retryCount >= maxRetries)
    return `It was already retried ${facts.retryCount} times; the limit is ${maxRetries}.`;
  if (facts.checkpoints === 0 && facts.everStarted)
    return 'Tasks were started, but there is no checkpoint to resume from.';
  return null;
}

/** Whether a retry is possible now. */
export function recoverable(facts: RetryFacts): boolean {
  return retryRefusal(facts) === null;
}

export interface OutcomeTask {
  readonly id: string;
  readonly parentTaskId: string | null;
  readonly status: TaskStatus;
  readonly reason: string | null;
  readonly optional: boolean;
  readonly proof: Proof;
}

function leavesOf(tasks: readonly OutcomeTask[]): OutcomeTask[] {
  const groups = new Set(tasks.map((task) => task.parentTaskId));
  return tasks.filter((task) => !groups.has(task.id));
}

/** Whether nothing of the graph can go on by itself: each leaf ended, or is blocked until a retry. */
export function graphIsOver(tasks: readonly OutcomeTask[]): boolean {
  return leavesOf(tasks).every((task) => taskEnded(task.status) || blockedForGood(task));
}

/**
 * How a session whose graph is over ends (domain.md 1.1): completed when every required leaf is, partially when some leaf is, failed when none
 * is. A failed optional leaf is a warning; a plan of optional leaves only, all failed, is still a failure.
 */
export function sessionOutcome(tasks: readonly OutcomeTask[]): 'completed' | 'partially_completed' | 'failed' {
  const leaves = leavesOf(tasks);
  if (!leaves.some((task) => task.status === 'completed')) return 'failed';
  return leaves.every((task) => task.optional || task.status === 'completed') ? 'completed' : 'partially_completed';
}

export type SessionProof = 'proven' | 'unverified';

/** Proven when every completed leaf passed its verification; a waived one was accepted, not proven. */
export function proofOf(tasks: readonly OutcomeTask[]): SessionProof {
  const done = leavesOf(tasks).filter((task) => task.status === 'completed');
  return done.length > 0 && done.every((task) => task.proof === 'proven') ? 'proven' : 'unverified';
}
