import type { AgentType, Capability } from './agent.ts';
import type { AttemptRole, Waiver } from './attempt.ts';
import { DomainError } from './errors.ts';
import type { Estimate } from './estimate.ts';

export const taskStatuses = [
  'pending',
  'ready',
  'assigned',
  'in_progress',
  'blocked',
  'paused',
  'completed',
  'failed',
  'cancelled',
  'skipped',
] as const;
export type TaskStatus = (typeof taskStatuses)[number];

/** The legal moves (domain.md 2.1). Those out of failed, skipped and cancelled are for a retry only. */
const taskTransitions: Record<TaskStatus, readonly TaskStatus[]> = {
  pending: ['ready', 'blocked', 'skipped', 'cancelled'],
  ready: ['assigned', 'paused', 'skipped', 'cancelled'],
  assigned: ['in_progress', 'ready', 'cancelled'],
  in_progress: ['completed', 'failed', 'blocked', 'paused', 'ready', 'cancelled'],
  blocked: ['ready', 'in_progress', 'skipped', 'cancelled'],
  paused: ['ready', 'in_progress', 'cancelled'],
  completed: [],
  failed: ['pending', 'ready'],
  cancelled: ['pending', 'ready'],
  skipped: ['pending', 'ready'],
};

/** Whether the table allows the move. */
export function canMoveTask(from: TaskStatus, to: TaskStatus): boolean {
  return taskTransitions[from].includes(to);
}

/** Throws INVALID_TRANSITION with from, to and the legal targets when the table forbids the move. */
export function assertTaskMove(from: TaskStatus, to: TaskStatus): void {
  if (canMoveTask(from, to)) return;
  throw new DomainError('INVALID_TRANSITION', `A task that is ${from} cannot become ${to}`, {
    details: { from, to, allowed: taskTransitions[from] },
  });
}

/**
 * The shortest legal way from one status to another, without the start, or null when there is none. Groups and skipped
 * tasks walk it so that no history holds an illegal edge.
 */
export function movesBetween(from: TaskStatus, to: TaskStatus): TaskStatus[] | null {
  const ways = new Map<TaskStatus, TaskStatus[]>([[from, []]]);
  for (const [status, way] of ways) {
    if (status === to) return way;
    // Blocked before it ever ran is a waiting room, not a way into work.
    if (status === 'blocked' && (way.at(-2) ?? from) === 'pending') continue;
    for (const next of taskTransitions[status]) if (!ways.has(next)) ways.set(next, [...way, next]);
  }
  return null;
}

const ended: ReadonlySet<TaskStatus> = new Set(['completed', 'failed', 'cancelled', 'skipped']);

/** Completed, failed, cancelled or skipped: nothing but a retry moves it. */
export function taskEnded(status: TaskStatus): boolean {
  return ended.has(status);
}

/**
 * Whether an interrupted task's own work is done and kept, so that it only waits for another's start or finish: a proof is
 * written with the work's landing and taken back when that is undone.
 */
export function workStands(task: { readonly status: TaskStatus; readonly proof: Proof }): boolean {
  const interrupted = task.status === 'blocked' || task.status === 'cancelled' || task.status === 'skipped';
  return interrupted && task.proof !== 'none' && task.proof !== 'failed';
}

/** Reasons of `blocked`. With `prerequisite_failed` the task waits for a retry; the others pass by themselves. */
export const blockReasons = [
  'waiting_to_complete',
  'waiting_for_path',
  'waiting_for_person',
  'prerequisite_failed',
] as const;
export type BlockReason = (typeof blockReasons)[number];

/** Whether only a retry of a prerequisite can free this blocked task. */
export function blockedForGood(task: { readonly status: TaskStatus; readonly reason: string | null }): boolean {
  return task.status === 'blocked' && (task.reason ?? '').startsWith('prerequisite_failed');
}

export const taskPriorities = ['blocker', 'critical', 'high', 'normal', 'low', 'background'] as const;
export type TaskPriority = (typeof taskPriorities)[number];

export const complexities = ['trivial', 'simple', 'moderate', 'complex', 'expert'] as const;
export type Complexity = (typeof complexities)[number];

/** trivial < 0.25 ≤ simple < 1 ≤ moderate < 4 ≤ complex < 8 ≤ expert, in expected hours. */
export function complexityOf(expectedHours: number): Complexity {
  if (expectedHours < 0.25) return 'trivial';
  if (expectedHours < 1) return 'simple';
  if (expectedHours < 4) return 'moderate';
  return expectedHours < 8 ? 'complex' : 'expert';
}

export const actionVerbs = [
  'implement',
  'create',
  'add',
  'update',
  'fix',
  'refactor',
  'optimize',
  'test',
  'review',
  'deploy',
  'configure',
  'document',
  'design',
  'analyze',
  'audit',
  'investigate',
  'plan',
  'verify',
  'integrate',
  'migrate',
  'remove',
  'merge',
] as const;

/** Whether the first word is one of the action verbs, ignoring case. */
export function startsWithVerb(title: string): boolean {
  const first = /^[\p{L}\p{N}_-]+/u.exec(title.trim())?.[0].toLowerCase();
  return actionVerbs.some((verb) => verb === first);
}

export const dependencyTypes = ['finish_to_start', 'start_to_start', 'finish_to_finish', 'start_to_finish'] as const;
export type DependencyType = (typeof dependencyTypes)[number];

export const proofs = ['none', 'claimed', 'proven', 'waived', 'failed'] as const;
export type Proof = (typeof proofs)[number];

/** `dependentId` waits for `taskId`, the prerequisite. */
export interface Dependency {
  readonly id: string;
  readonly taskId: string;
  readonly dependentId: string;
  readonly type: DependencyType;
  readonly required: boolean;
  readonly lagSeconds: number;
}

/** An incoming dependency as a task shows it: `taskId` is the prerequisite. */
export interface TaskDependency extends Omit<Dependency, 'dependentId'> {
  readonly satisfied: boolean;
}

export interface TaskError {
  readonly code: string;
  readonly message: string;
  readonly context: Record<string, unknown>;
}

/** `plan` is the planner's own run of a session; it is no node of the graph. */
export const taskKinds = ['work', 'plan'] as const;
export type TaskKind = (typeof taskKinds)[number];

/** What the next attempt of a task is to be, decided by a verdict or a person; null is an ordinary one. */
export interface NextAttempt {
  readonly role: AttemptRole;
  /** Why, as a sentence for the routing decision. */
  readonly reason: string;
  /** The attempt whose commit the next one takes on. */
  readonly sourceAttemptId: string | null;
  readonly conflictId: string | null;
  /** Agents that have just failed at it. */
  readonly excludedAgents: readonly string[];
  readonly preferredAgentType: AgentType | null;
  /** A person's choice of an agent, by id. */
  readonly preferredAgent: string | null;
  /** In place of the task's own; null keeps those. */
  readonly requiredCapabilities: readonly Capability[] | null;
}

/** What the next attempt of a task is for: a planner's own task is planned, any other is worked on unless something else stands. */
export function nextRole(task: Pick<Task, 'kind' | 'next'>): AttemptRole {
  return task.kind === 'plan' ? 'plan' : (task.next?.role ?? 'work');
}

/** A node of a session's graph. A task with children is a group: it is never run itself. */
export interface Task {
  readonly id: string;
  readonly teamId: string;
  readonly sessionId: string;
  readonly kind: TaskKind;
  readonly key: string;
  readonly position: number;
  readonly parentTaskId: string | null;
  readonly version: number;
  readonly title: string;
  readonly description: string;
  readonly status: TaskStatus;
  readonly reason: string | null;
  readonly priority: TaskPriority;
  readonly complexity: Complexity;
  readonly capabilities: readonly Capability[];
  readonly technologies: readonly string[];
  readonly optional: boolean;
  readonly writes: readonly string[];
  /** What earlier tasks of the same plan key wrote in this repository, as globs. */
  readonly predictedWrites: readonly string[];
  /** Its own proving commands; empty: the repository's. */
  readonly verification: readonly string[];
  readonly estimate: Estimate;
  /** `<blueprint>/<key>`: under what its history is kept; null for tasks of a planner or person. */
  readonly planKey: string | null;
  readonly dependencies: readonly TaskDependency[];
  readonly agentId: string | null;
  readonly attemptCount: number;
  readonly notBefore: Date | null;
  readonly next: NextAttempt | null;
  readonly waiver: Waiver | null;
  readonly proof: Proof;
  readonly mergedCommit: string | null;
  readonly result: string | null;
  readonly error: TaskError | null;
  readonly createdAt: Date;
  readonly readyAt: Date | null;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
}
