/** What is kept. Enumerations are the domain's arrays, so a row and a domain value are one type. */
import { sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  bigint,
  bigserial,
  boolean,
  customType,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgEnum,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { roles } from '../server/domain/actor.ts';
import { agentTypes } from '../server/domain/agent.ts';
import { askKinds, askStatuses } from '../server/domain/ask.ts';
import { attemptStatuses, failureClasses } from '../server/domain/attempt.ts';
import { type CheckpointState, checkpointReasons } from '../server/domain/checkpoint.ts';
import { attentions, autonomies, dependencyPolicies, sessionStatuses, sessionTypes } from '../server/domain/session.ts';
import { dependencyTypes, proofs, taskPriorities, taskStatuses } from '../server/domain/task.ts';

export const role = pgEnum('role', roles);
export const sessionStatus = pgEnum('session_status', sessionStatuses);
export const sessionType = pgEnum('session_type', sessionTypes);
export const attention = pgEnum('attention', attentions);
export const autonomy = pgEnum('autonomy', autonomies);
export const dependencyPolicy = pgEnum('dependency_policy', dependencyPolicies);
export const taskStatus = pgEnum('task_status', taskStatuses);
export const taskPriority = pgEnum('task_priority', taskPriorities);
export const proof = pgEnum('proof', proofs);
export const dependencyType = pgEnum('dependency_type', dependencyTypes);
export const attemptStatus = pgEnum('attempt_status', attemptStatuses);
export const failureClass = pgEnum('failure_class', failureClasses);
export const checkpointReason = pgEnum('checkpoint_reason', checkpointReasons);
export const askKind = pgEnum('ask_kind', askKinds);
export const askStatus = pgEnum('ask_status', askStatuses);
export const agentType = pgEnum('agent_type', agentTypes);

const bytes = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => 'bytea' });
const xid8 = customType<{ data: string }>({ dataType: () => 'xid8' });
const at = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });
const id = () => uuid('id').primaryKey();
const createdAt = () => at('created_at').notNull().defaultNow();
const version = () => integer('version').notNull().default(1);
const teamId = () =>
  uuid('team_id')
    .notNull()
    .references(() => teams.id);
const texts = (name: string) =>
  text(name)
    .array()
    .notNull()
    .default(sql`'{}'`);

export const teams = pgTable('teams', {
  id: id(),
  name: text('name').notNull(),
  slug: text('slug').notNull().unique(),
  active: boolean('active').notNull().default(true),
  maxActiveSessions: integer('max_active_sessions').notNull().default(10),
  tokensPerMonth: bigint('tokens_per_month', { mode: 'number' }).notNull().default(1_000_000),
  maxParallelAttempts: integer('max_parallel_attempts').notNull().default(8),
  lastSessionNumber: integer('last_session_number').notNull().default(0),
  version: version(),
  createdAt: createdAt(),
});

export const users = pgTable('users', {
  id: id(),
  /** Stored lower-case. */
  email: text('email').notNull().unique(),
  name: text('name').notNull(),
  passwordHash: text('password_hash'),
  disabledAt: at('disabled_at'),
  createdAt: createdAt(),
});

export const memberships = pgTable(
  'memberships',
  {
    teamId: teamId(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id),
    role: role('role').notNull(),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.teamId, t.userId] }), index().on(t.userId)],
);

export const loginSessions = pgTable(
  'login_sessions',
  {
    id: id(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id),
    teamId: teamId(),
    tokenHash: text('token_hash').notNull().unique(),
    userAgent: text('user_agent'),
    address: text('address'),
    createdAt: createdAt(),
    lastSeenAt: at('last_seen_at').notNull().defaultNow(),
    expiresAt: at('expires_at').notNull(),
    revokedAt: at('revoked_at'),
  },
  (t) => [index().on(t.userId)],
);

export const apiTokens = pgTable(
  'api_tokens',
  {
    id: id(),
    teamId: teamId(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id),
    name: text('name').notNull(),
    prefix: text('prefix').notNull(),
    tokenHash: text('token_hash').notNull().unique(),
    scopes: texts('scopes'),
    expiresAt: at('expires_at'),
    lastUsedAt: at('last_used_at'),
    revokedAt: at('revoked_at'),
    createdAt: createdAt(),
  },
  (t) => [index().on(t.teamId)],
);

export const repositories = pgTable(
  'repositories',
  {
    id: id(),
    teamId: teamId(),
    version: version(),
    name: text('name').notNull(),
    source: text('source').notNull(),
    kind: text('kind', { enum: ['path', 'url'] }).notNull(),
    baseBranch: text('base_branch').notNull(),
    setup: texts('setup'),
    verify: texts('verify'),
    createdBy: uuid('created_by').references(() => users.id),
    createdAt: createdAt(),
    deletedAt: at('deleted_at'),
  },
  (t) => [index().on(t.teamId)],
);

export const runtimes = pgTable('runtimes', {
  id: id(),
  /** null: shared by all teams of this installation. */
  teamId: uuid('team_id').references(() => teams.id),
  kind: text('kind', { enum: ['opencode_embedded'] }).notNull(),
  name: text('name').notNull().unique(),
  state: text('state', { enum: ['starting', 'online', 'degraded', 'parked', 'offline'] }).notNull(),
  detail: text('detail').notNull().default(''),
  softwareVersion: text('software_version'),
  circuit: text('circuit', { enum: ['closed', 'open', 'half_open'] })
    .notNull()
    .default('closed'),
  parkedUntil: at('parked_until'),
  lastSeenAt: at('last_seen_at'),
  createdAt: createdAt(),
});

export const agents = pgTable(
  'agents',
  {
    id: id(),
    teamId: teamId(),
    version: version(),
    name: text('name').notNull(),
    type: agentType('type').notNull(),
    primaryCapabilities: texts('primary_capabilities'),
    secondaryCapabilities: texts('secondary_capabilities'),
    runtimeId: uuid('runtime_id')
      .notNull()
      .references(() => runtimes.id),
    model: text('model'),
    temperature: doublePrecision('temperature').notNull().default(0.3),
    systemPrompt: text('system_prompt').notNull(),
    permissionPreset: text('permission_preset').notNull().default('standard'),
    preferredTechnologies: texts('preferred_technologies'),
    avoidedTechnologies: texts('avoided_technologies'),
    preferredSessionTypes: texts('preferred_session_types'),
    preferredComplexity: text('preferred_complexity').notNull().default('moderate'),
    minimumQuality: doublePrecision('minimum_quality').notNull().default(0.7),
    maxConcurrentTasks: integer('max_concurrent_tasks').notNull().default(5),
    enabled: boolean('enabled').notNull().default(true),
    draining: boolean('draining').notNull().default(false),
    lastHeartbeatAt: at('last_heartbeat_at'),
    createdAt: createdAt(),
  },
  (t) => [unique().on(t.teamId, t.name)],
);

export const sessions = pgTable(
  'sessions',
  {
    id: id(),
    teamId: teamId(),
    slug: text('slug').notNull(),
    version: version(),
    title: text('title').notNull(),
    description: text('description').notNull().default(''),
    prompt: text('prompt').notNull(),
    type: sessionType('type').notNull().default('execution'),
    priority: integer('priority').notNull().default(2),
    status: sessionStatus('status').notNull().default('pending'),
    statusSince: at('status_since').notNull().defaultNow(),
    attention: attention('attention').notNull().default('none'),
    attentionSince: at('attention_since'),
    cause: text('cause'),
    repositoryId: uuid('repository_id')
      .notNull()
      .references(() => repositories.id),
    branch: text('branch'),
    baseCommit: text('base_commit'),
    headCommit: text('head_commit'),
    resetTo: text('reset_to'),
    blueprint: text('blueprint'),
    parameters: jsonb('parameters').$type<Record<string, unknown>>().notNull().default({}),
    parentId: uuid('parent_id').references((): AnyPgColumn => sessions.id),
    model: text('model'),
    parallelism: integer('parallelism').notNull().default(2),
    autonomy: autonomy('autonomy').notNull().default('auto'),
    dependencyPolicy: dependencyPolicy('dependency_policy').notNull().default('skip'),
    maxDurationSeconds: integer('max_duration_seconds').notNull().default(3600),
    deadlineAt: at('deadline_at'),
    budget: jsonb('budget').$type<{ tokens?: number; costUsd?: number; attempts?: number; wallSeconds?: number }>(),
    tags: texts('tags'),
    technologies: texts('technologies'),
    preferredAgent: text('preferred_agent'),
    preferredAgentType: agentType('preferred_agent_type'),
    retryCount: integer('retry_count').notNull().default(0),
    forced: boolean('forced').notNull().default(false),
    proof: text('proof', { enum: ['proven', 'unverified'] }),
    error: jsonb('error').$type<{ code: string; message: string; context: Record<string, unknown> }>(),
    result: jsonb('result').$type<Record<string, unknown>>(),
    pendingCommand: text('pending_command', { enum: ['pause', 'stop', 'timeout'] }),
    planApprovedAt: at('plan_approved_at'),
    plannedAt: at('planned_at'),
    /** The engine's own: who runs it, under which fence, until when (database time). */
    owner: text('owner'),
    epoch: integer('epoch').notNull().default(0),
    leaseExpiresAt: at('lease_expires_at'),
    recoveries: integer('recoveries').notNull().default(0),
    lastSeq: integer('last_seq').notNull().default(0),
    lastCheckpointSequence: integer('last_checkpoint_sequence').notNull().default(0),
    pausedAt: at('paused_at'),
    pausedSeconds: integer('paused_seconds').notNull().default(0),
    createdBy: uuid('created_by').references(() => users.id),
    createdAt: createdAt(),
    queuedAt: at('queued_at'),
    startedAt: at('started_at'),
    endedAt: at('ended_at'),
    deletedAt: at('deleted_at'),
  },
  (t) => [
    unique().on(t.teamId, t.slug),
    index().on(t.teamId, t.status),
    index().on(t.parentId),
    index('sessions_work').on(t.status, t.priority, t.queuedAt).where(sql`status in ('queued','running','degraded','paused')`),
  ],
);

export const tasks = pgTable(
  'tasks',
  {
    id: id(),
    teamId: teamId(),
    sessionId: uuid('session_id')
      .notNull()
      .references(() => sessions.id),
    /** Blueprint key, or 1, 2, 3 … in topological order. */
    key: text('key').notNull(),
    position: integer('position').notNull(),
    parentTaskId: uuid('parent_task_id').references((): AnyPgColumn => tasks.id),
    version: version(),
    title: text('title').notNull(),
    description: text('description').notNull().default(''),
    status: taskStatus('status').notNull().default('pending'),
    reason: text('reason'),
    priority: taskPriority('priority').notNull().default('normal'),
    capabilities: texts('capabilities'),
    technologies: texts('technologies'),
    optional: boolean('optional').notNull().default(false),
    writes: texts('writes'),
    verification: texts('verification'),
    estimate: jsonb('estimate')
      .$type<{ optimistic: number; likely: number; pessimistic: number; expected: number; sd: number; confidence: number; source: string }>()
      .notNull(),
    agentId: uuid('agent_id').references(() => agents.id),
    attemptCount: integer('attempt_count').notNull().default(0),
    /** Not before this moment (back-off after a transient failure, or a lag). */
    notBefore: at('not_before'),
    proof: proof('proof').notNull().default('none'),
    mergedCommit: text('merged_commit'),
    result: text('result'),
    error: jsonb('error').$type<{ code: string; message: string; context: Record<string, unknown> }>(),
    createdAt: createdAt(),
    readyAt: at('ready_at'),
    startedAt: at('started_at'),
    endedAt: at('ended_at'),
  },
  (t) => [unique().on(t.sessionId, t.key)],
);

export const dependencies = pgTable(
  'dependencies',
  {
    id: id(),
    sessionId: uuid('session_id')
      .notNull()
      .references(() => sessions.id),
    /** The prerequisite. */
    fromTaskId: uuid('from_task_id')
      .notNull()
      .references(() => tasks.id),
    toTaskId: uuid('to_task_id')
      .notNull()
      .references(() => tasks.id),
    type: dependencyType('type').notNull().default('finish_to_start'),
    required: boolean('required').notNull().default(true),
    lagSeconds: integer('lag_seconds').notNull().default(0),
  },
  (t) => [unique().on(t.fromTaskId, t.toTaskId), index().on(t.sessionId)],
);

export interface UsageColumns {
  inputTokens: number;
  outputTokens: number;
  reasoningTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
  costUsd: number | null;
}

export const attempts = pgTable(
  'attempts',
  {
    id: id(),
    teamId: teamId(),
    sessionId: uuid('session_id')
      .notNull()
      .references(() => sessions.id),
    taskId: uuid('task_id')
      .notNull()
      .references(() => tasks.id),
    number: integer('number').notNull(),
    epoch: integer('epoch').notNull(),
    status: attemptStatus('status').notNull().default('starting'),
    agentId: uuid('agent_id')
      .notNull()
      .references(() => agents.id),
    runtimeId: uuid('runtime_id')
      .notNull()
      .references(() => runtimes.id),
    remoteSessionId: text('remote_session_id').notNull().unique(),
    remoteMessageId: text('remote_message_id').notNull(),
    remotePartId: text('remote_part_id').notNull(),
    /** Exactly what was sent, so that a re-post after a crash is the same to the letter. */
    prompt: text('prompt').notNull(),
    system: text('system').notNull(),
    model: text('model'),
    worktree: text('worktree'),
    baseCommit: text('base_commit'),
    setupDone: boolean('setup_done').notNull().default(false),
    summary: text('summary'),
    taskCommit: text('task_commit'),
    mergedCommit: text('merged_commit'),
    bundle: text('bundle'),
    evidence: jsonb('evidence').$type<{
      commands: { command: string; exitCode: number | null; durationMs: number; output: string; timedOut: boolean }[];
      files: string[];
      treeHash: string | null;
      claimed: boolean;
      verifiedAt: string;
    }>(),
    usage: jsonb('usage').$type<UsageColumns>().notNull(),
    calls: integer('calls').notNull().default(0),
    callErrors: integer('call_errors').notNull().default(0),
    cutOff: text('cut_off'),
    failure: failureClass('failure'),
    error: jsonb('error').$type<{ code: string; message: string; context: Record<string, unknown> }>(),
    /** How often a step of the rehearsal script has failed on purpose so far, by step. */
    rehearsalFailures: jsonb('rehearsal_failures').$type<Record<string, number>>().notNull().default({}),
    startedAt: at('started_at').notNull().defaultNow(),
    endedAt: at('ended_at'),
    retiredAt: at('retired_at'),
  },
  (t) => [
    unique().on(t.taskId, t.number),
    index().on(t.sessionId),
    index('attempts_open').on(t.agentId).where(sql`status in ('starting','running','waiting','verifying')`),
  ],
);

export const routingDecisions = pgTable(
  'routing_decisions',
  {
    id: id(),
    teamId: teamId(),
    sessionId: uuid('session_id')
      .notNull()
      .references(() => sessions.id),
    taskId: uuid('task_id')
      .notNull()
      .references(() => tasks.id),
    attemptId: uuid('attempt_id').references(() => attempts.id),
    selectedAgentId: uuid('selected_agent_id').references(() => agents.id),
    sentence: text('sentence').notNull(),
    candidates: jsonb('candidates').$type<unknown[]>().notNull(),
    createdAt: createdAt(),
  },
  (t) => [index().on(t.taskId)],
);

export const checkpoints = pgTable(
  'checkpoints',
  {
    id: id(),
    teamId: teamId(),
    sessionId: uuid('session_id')
      .notNull()
      .references(() => sessions.id),
    sequence: integer('sequence').notNull(),
    reason: checkpointReason('reason').notNull(),
    commit: text('commit'),
    state: jsonb('state').$type<CheckpointState>().notNull(),
    undone: boolean('undone').notNull().default(false),
    createdAt: createdAt(),
  },
  (t) => [unique().on(t.sessionId, t.sequence)],
);

export const contexts = pgTable('contexts', {
  id: id(),
  teamId: teamId(),
  version: version(),
  scope: text('scope', { enum: ['temporary', 'session', 'agent', 'global'] }).notNull(),
  sessionId: uuid('session_id').references(() => sessions.id),
  agentId: uuid('agent_id').references(() => agents.id),
  data: jsonb('data').$type<Record<string, unknown>>().notNull().default({}),
  metadata: jsonb('metadata').$type<Record<string, unknown>>().notNull().default({}),
  createdBy: uuid('created_by'),
  createdAt: createdAt(),
  updatedAt: at('updated_at').notNull().defaultNow(),
  expiresAt: at('expires_at'),
});

export const asks = pgTable(
  'asks',
  {
    id: id(),
    teamId: teamId(),
    sessionId: uuid('session_id')
      .notNull()
      .references(() => sessions.id),
    taskId: uuid('task_id')
      .notNull()
      .references(() => tasks.id),
    attemptId: uuid('attempt_id')
      .notNull()
      .references(() => attempts.id),
    remoteAskId: text('remote_ask_id').notNull(),
    remoteSessionId: text('remote_session_id').notNull(),
    kind: askKind('kind').notNull(),
    status: askStatus('status').notNull().default('open'),
    title: text('title').notNull(),
    command: text('command'),
    paths: texts('paths'),
    patterns: texts('patterns'),
    permission: text('permission'),
    question: text('question'),
    options: texts('options'),
    answer: jsonb('answer').$type<Record<string, unknown>>(),
    answeredBy: uuid('answered_by').references(() => users.id),
    answeredAt: at('answered_at'),
    deliveredAt: at('delivered_at'),
    openedAt: at('opened_at').notNull().defaultNow(),
    escalatesAt: at('escalates_at').notNull(),
    expiresAt: at('expires_at').notNull(),
  },
  (t) => [unique().on(t.attemptId, t.remoteAskId), index().on(t.teamId, t.status), index().on(t.sessionId)],
);

export const approvals = pgTable('approvals', {
  id: id(),
  teamId: teamId(),
  sessionId: uuid('session_id').references(() => sessions.id),
  action: text('action').notNull(),
  status: text('status', { enum: ['pending', 'approved', 'rejected', 'expired'] })
    .notNull()
    .default('pending'),
  requestedBy: uuid('requested_by').references(() => users.id),
  reason: text('reason').notNull(),
  decidedBy: uuid('decided_by').references(() => users.id),
  note: text('note'),
  createdAt: createdAt(),
  expiresAt: at('expires_at').notNull(),
  decidedAt: at('decided_at'),
});

/** Prompts injected by people, kept until the run they are meant for has taken them. */
export const prompts = pgTable(
  'prompts',
  {
    id: id(),
    teamId: teamId(),
    sessionId: uuid('session_id')
      .notNull()
      .references(() => sessions.id),
    taskId: uuid('task_id').references(() => tasks.id),
    attemptId: uuid('attempt_id').references(() => attempts.id),
    text: text('text').notNull(),
    remoteMessageId: text('remote_message_id').notNull(),
    remotePartId: text('remote_part_id').notNull(),
    createdBy: uuid('created_by').references(() => users.id),
    createdAt: createdAt(),
    deliveredAt: at('delivered_at'),
  },
  (t) => [index().on(t.sessionId)],
);

export const events = pgTable(
  'events',
  {
    id: id(),
    cursor: bigserial('cursor', { mode: 'number' }).notNull().unique(),
    /** Orders readers behind transactions that are still open: see the team feed. */
    xid: xid8('xid').notNull().default(sql`pg_current_xact_id()`),
    teamId: teamId(),
    sessionId: uuid('session_id').references(() => sessions.id),
    seq: integer('seq'),
    type: text('type').notNull(),
    at: at('at').notNull().default(sql`clock_timestamp()`),
    actor: jsonb('actor').$type<{ kind: string; id: string | null; name: string }>().notNull(),
    payload: jsonb('payload').$type<Record<string, unknown>>().notNull(),
    v: integer('v').notNull().default(1),
    /** A fact that a restarted runner may tell twice carries one; it is stored once per session. */
    dedupe: text('dedupe'),
  },
  (t) => [
    uniqueIndex('events_session_seq').on(t.sessionId, t.seq),
    uniqueIndex('events_dedupe').on(t.sessionId, t.dedupe).where(sql`dedupe is not null`),
    index('events_team_cursor').on(t.teamId, t.cursor),
  ],
);

/** Events committed and not yet handed to the watchers. */
export const outbox = pgTable('outbox', {
  id: bigserial('id', { mode: 'number' }).primaryKey(),
  eventId: uuid('event_id')
    .notNull()
    .references(() => events.id),
});

export const audit = pgTable(
  'audit',
  {
    teamId: teamId(),
    number: integer('number').notNull(),
    at: at('at').notNull(),
    actor: jsonb('actor').$type<{ kind: string; id: string | null }>().notNull(),
    action: text('action').notNull(),
    subject: jsonb('subject').$type<{ kind: string; id: string }>().notNull(),
    before: jsonb('before'),
    after: jsonb('after'),
    reason: text('reason'),
    requestId: text('request_id'),
    previousHash: text('previous_hash').notNull(),
    hash: text('hash').notNull(),
  },
  (t) => [primaryKey({ columns: [t.teamId, t.number] })],
);

/** One call at the model gateway. */
export const modelCalls = pgTable(
  'model_calls',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    teamId: teamId(),
    sessionId: uuid('session_id')
      .notNull()
      .references(() => sessions.id),
    attemptId: uuid('attempt_id')
      .notNull()
      .references(() => attempts.id),
    provider: text('provider').notNull(),
    model: text('model').notNull(),
    inputTokens: integer('input_tokens').notNull().default(0),
    outputTokens: integer('output_tokens').notNull().default(0),
    reasoningTokens: integer('reasoning_tokens').notNull().default(0),
    cacheReadTokens: integer('cache_read_tokens').notNull().default(0),
    cacheWriteTokens: integer('cache_write_tokens').notNull().default(0),
    costUsd: doublePrecision('cost_usd'),
    latencyMs: integer('latency_ms').notNull(),
    status: integer('status').notNull(),
    errorClass: failureClass('error_class'),
    at: at('at').notNull().defaultNow(),
  },
  (t) => [index().on(t.sessionId), index().on(t.attemptId)],
);

export const blobs = pgTable('blobs', {
  /** SHA-256 of the content: the same text is kept once. */
  hash: text('hash').primaryKey(),
  teamId: teamId(),
  content: bytes('content').notNull(),
  createdAt: createdAt(),
});

export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    teamId: teamId(),
    actorId: text('actor_id').notNull(),
    key: text('key').notNull(),
    bodyHash: text('body_hash').notNull(),
    status: integer('status'),
    response: jsonb('response'),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.teamId, t.actorId, t.key] })],
);
