import { sql } from 'drizzle-orm';
import {
  bigserial,
  boolean,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core';
import { type AttemptError, attemptRoles, type Evidence, type StoredVerdict } from '../../server/domain/attempt.ts';
import type { Usage } from '../../server/domain/metrics.ts';
import type { RouteRequest } from '../../server/domain/routing.ts';
import { agents, runtimes } from './agents.ts';
import { at, createdAt, id } from './columns.ts';
import { attemptStatus, failureClass } from './enums.ts';
import { sessions } from './sessions.ts';
import { tasks } from './tasks.ts';
import { teams } from './teams.ts';

export const attempts = pgTable(
  'attempts',
  {
    id: id(),
    teamId: uuid('team_id')
      .notNull()
      .references(() => teams.id),
    sessionId: uuid('session_id')
      .notNull()
      .references(() => sessions.id),
    taskId: uuid('task_id')
      .notNull()
      .references(() => tasks.id),
    number: integer('number').notNull(),
    epoch: integer('epoch').notNull(),
    role: text('role', { enum: attemptRoles }).notNull().default('work'),
    probe: boolean('probe').notNull().default(false),
    conflictId: uuid('conflict_id'),
    sourceAttemptId: uuid('source_attempt_id'),
    status: attemptStatus('status').notNull().default('starting'),
    agentId: uuid('agent_id')
      .notNull()
      .references(() => agents.id),
    runtimeId: uuid('runtime_id')
      .notNull()
      .references(() => runtimes.id),
    /** The data directory whose OpenCode and worktrees it lives in; null in rows of earlier versions. */
    instanceId: text('instance_id'),
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
    evidence: jsonb('evidence').$type<Evidence>(),
    usage: jsonb('usage').$type<Usage>().notNull(),
    calls: integer('calls').notNull().default(0),
    callErrors: integer('call_errors').notNull().default(0),
    cutOff: text('cut_off'),
    failure: failureClass('failure'),
    verdict: jsonb('verdict').$type<StoredVerdict>(),
    error: jsonb('error').$type<AttemptError>(),
    /** How often a step of the rehearsal script has failed on purpose so far, by step. */
    rehearsalFailures: jsonb('rehearsal_failures').$type<Record<string, number>>().notNull().default({}),
    startedAt: at('started_at').notNull().defaultNow(),
    endedAt: at('ended_at'),
    retiredAt: at('retired_at'),
    /** When what its runtime keeps of it was put down in `left_records`, to be forgotten there. */
    recordLeftAt: at('record_left_at'),
  },
  (t) => [
    unique().on(t.taskId, t.number),
    index().on(t.sessionId),
    index('attempts_with_record').on(t.endedAt).where(sql`record_left_at is null`),
    index('attempts_of_agent').on(t.agentId, t.endedAt),
    index('attempts_open').on(t.agentId).where(sql`status in ('starting','running','waiting','verifying')`),
  ],
);

export const routingDecisions = pgTable(
  'routing_decisions',
  {
    id: id(),
    teamId: uuid('team_id')
      .notNull()
      .references(() => teams.id),
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
    /** What was asked; null in rows of earlier versions. */
    request: jsonb('request').$type<RouteRequest>(),
    createdAt: createdAt(),
  },
  (t) => [index().on(t.taskId), index().on(t.sessionId), index().on(t.teamId, t.createdAt)],
);

/** One call at the model gateway. */
export const modelCalls = pgTable(
  'model_calls',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    teamId: uuid('team_id')
      .notNull()
      .references(() => teams.id),
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
    /** Set when the runtime told of it and the gateway never saw it: the same call is told again and again. */
    reportedKey: text('reported_key').unique(),
    at: at('at').notNull().defaultNow(),
  },
  (t) => [index().on(t.sessionId), index().on(t.attemptId), index().on(t.teamId, t.at)],
);

/** Sessions that an OpenCode still keeps though nobody reads them any more. It outlives the attempt: it holds no word of it. */
export const leftRecords = pgTable(
  'left_records',
  {
    remoteSessionId: text('remote_session_id').primaryKey(),
    teamId: uuid('team_id')
      .notNull()
      .references(() => teams.id),
    runtimeId: uuid('runtime_id')
      .notNull()
      .references(() => runtimes.id),
    /** The data directory whose OpenCode keeps it; null for a server elsewhere, and in rows of earlier versions. */
    instanceId: text('instance_id'),
    leftAt: at('left_at').notNull().default(sql`clock_timestamp()`),
    dueAt: at('due_at').notNull().default(sql`clock_timestamp()`),
    tries: integer('tries').notNull().default(0),
    /** Why the last try was in vain. */
    problem: text('problem'),
  },
  (t) => [index('left_records_due').on(t.dueAt), index('left_records_of_team').on(t.teamId)],
);
