import type { AgentType } from './agent.ts';
import { DomainError } from './errors.ts';

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
export type Attention = (typeof attentions)[number];

export interface AttentionState {
  readonly kind: Attention;
  readonly since: Date | null;
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

/** Where a plan came from (domain.md 4): named, matched by a rule, answered by a planner, or the best blueprint after it failed. */
export interface PlanSource {
  readonly kind: 'blueprint' | 'rule' | 'planner' | 'fallback';
  readonly blueprint: string | null;
  readonly blueprintVersion: string | null;
  /** The word of title or prompt that matched a rule. */
  readonly word: string | null;
  /** Blueprints that matched too. */
  readonly offered: readonly string[];
  /** How often the planner was asked, repairs included. */
  readonly rounds: number;
  readonly sentence: string;
}

export interface SessionError {
  readonly code: string;
  readonly message: string;
  readonly context: Readonly<Record<string, unknown>>;
}

/** A session as it is read; recoverable, health and progress are computed when it is (api.md, Shapes). */
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
  readonly attention: AttentionState;
  readonly cause: string | null;
  readonly repositoryId: string;
  readonly branch: string | null;
  readonly baseCommit: string | null;
  /** Where the session's branch stands after the last merge. */
  readonly headCommit: string | null;
  /** A restored checkpoint's commit the branch must still be moved back to. */
  readonly resetTo: string | null;
  /** Where its branch begins instead of the base branch's head: the work it goes on from. */
  readonly startCommit: string | null;
  readonly blueprint: string | null;
  readonly parameters: Readonly<Record<string, unknown>>;
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
  readonly proof: 'proven' | 'unverified' | null;
  readonly error: SessionError | null;
  readonly result: Readonly<Record<string, unknown>> | null;
  readonly pendingCommand: PendingCommand | null;
  readonly createdBy: string | null;
  readonly createdAt: Date;
  readonly queuedAt: Date | null;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  readonly pausedAt: Date | null;
  readonly pausedSeconds: number;
  readonly plannedAt: Date | null;
  readonly planApprovedAt: Date | null;
  /** Where the plan came from, once there is one. */
  readonly planSource: PlanSource | null;
  readonly recoveries: number;
  readonly owner: string | null;
  readonly epoch: number;
  readonly leaseExpiresAt: Date | null;
  readonly lastSeq: number;
  readonly lastCheckpointSequence: number;
  readonly deletedAt: Date | null;
  readonly recoverable: boolean;
  readonly health: number;
  readonly progress: { readonly completed: number; readonly total: number };
}

/** `IND-42` from 42. */
export function slugOf(number: number): string {
  return `IND-${number}`;
}
