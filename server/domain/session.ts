import { z } from 'zod';
import { type AgentType, agentTypes } from './agent.ts';
import { DomainError } from './errors.ts';
import { storable, text } from './text.ts';

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

const genericTitles = ['test session', 'new session', 'untitled', 'coding task', 'development session'];

const title = text('The title', 3, 200).refine((value) => !genericTitles.includes(value.toLowerCase()), {
  message: 'Say what the session is for; this title says nothing',
});
const prompt = text('The prompt', 1, 10_000);
const priority = z
  .union(
    [z.enum(priorities), z.literal([0, 1, 2, 3, 4])],
    `The priority is one of ${priorities.join(', ')}, or a number from 0 to 4`,
  )
  .transform(priorityOf);
const word = (label: string) => text(label, 1, 40);
const sessionRef = z
  .string()
  .trim()
  .regex(/^(IND-\d{1,9}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i, 'Must be the id or slug of a session');
const cap = (label: string) => z.int(`${label} must be a whole number`).min(1, `${label} must be at least 1`);

/** Optional caps; one that is left out does not limit (domain.md 1.2). */
export const budgetInput = z.strictObject({
  tokens: cap('The token budget').optional(),
  costUsd: z.number('The cost budget must be a number').positive('The cost budget must be above 0').optional(),
  attempts: cap('The attempt budget').optional(),
  wallSeconds: cap('The time budget').optional(),
});

const fields = {
  title,
  description: text('The description', 0, 1_000),
  priority,
  model: z
    .string()
    .trim()
    .max(200, 'The model name is too long')
    .regex(/^[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)+$/, 'Write the model as provider/model'),
  maxDurationSeconds: z
    .int('The time limit is a whole number of seconds')
    .min(60, 'The time limit is at least 60 seconds')
    .max(86_400, 'The time limit is at most 86,400 seconds'),
  parallelism: z.int('A whole number').min(1, 'At least 1 task at once').max(16, 'At most 16 tasks at once'),
  budget: budgetInput,
  autonomy: z.enum(autonomies),
  dependencyPolicy: z.enum(dependencyPolicies),
  technologies: z.array(word('A technology')).max(20, 'At most 20 technologies'),
  preferredAgent: text('The agent', 1, 50),
  preferredAgentType: z.enum(agentTypes),
  tags: z.array(word('A tag')).max(20, 'At most 20 tags'),
};

/** What creates a session (domain.md 1.2, api.md). Existence of what it names is the service's to check. */
export const createSessionInput = z.strictObject({
  title,
  prompt,
  repositoryId: z.guid('Must be the id of a repository'),
  description: fields.description.default(''),
  type: z.enum(sessionTypes).default('execution'),
  priority: priority.default(2),
  blueprint: text('The blueprint', 1, 100).optional(),
  parameters: z
    .record(z.string().min(1).max(100), z.union([storable('A parameter').max(1_000), z.number(), z.boolean()]))
    .default({}),
  parentId: sessionRef.optional(),
  model: fields.model.optional(),
  budget: fields.budget.optional(),
  parallelism: fields.parallelism.default(2),
  maxDurationSeconds: fields.maxDurationSeconds.default(3_600),
  autonomy: fields.autonomy.default('auto'),
  dependencyPolicy: fields.dependencyPolicy.default('skip'),
  technologies: fields.technologies.default([]),
  preferredAgent: fields.preferredAgent.optional(),
  preferredAgentType: fields.preferredAgentType.optional(),
  tags: fields.tags.default([]),
  start: z.boolean('start is true or false').default(false),
});
export type CreateSessionInput = z.infer<typeof createSessionInput>;

/** What a PATCH may change; a field left out stays as it is, null clears an optional one. */
export const updateSessionInput = z.strictObject({
  title: title.optional(),
  description: fields.description.optional(),
  priority: priority.optional(),
  tags: fields.tags.optional(),
  maxDurationSeconds: fields.maxDurationSeconds.optional(),
  parallelism: fields.parallelism.optional(),
  budget: fields.budget.nullable().optional(),
  dependencyPolicy: fields.dependencyPolicy.optional(),
  autonomy: fields.autonomy.optional(),
  model: fields.model.nullable().optional(),
  technologies: fields.technologies.optional(),
  preferredAgent: fields.preferredAgent.nullable().optional(),
  preferredAgentType: fields.preferredAgentType.nullable().optional(),
});
export type UpdateSessionInput = z.infer<typeof updateSessionInput>;

/** A prompt put into a run by a person. */
export const promptInput = z.strictObject({
  text: prompt,
  taskId: z.guid('Must be the id of a task').optional(),
});
export type PromptInput = z.infer<typeof promptInput>;
