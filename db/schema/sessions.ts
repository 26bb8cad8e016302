import { sql } from 'drizzle-orm';
import { type AnyPgColumn, boolean, index, integer, jsonb, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core';
import type { Budget, PlanSource, Priority, SessionError } from '../../server/domain/session.ts';
import { at, createdAt, id, texts, version } from './columns.ts';
import { agentType, attention, autonomy, dependencyPolicy, sessionStatus, sessionType } from './enums.ts';
import { users } from './people.ts';
import { repositories } from './repositories.ts';
import { teams } from './teams.ts';

export const sessions = pgTable(
  'sessions',
  {
    id: id(),
    teamId: uuid('team_id')
      .notNull()
      .references(() => teams.id),
    slug: text('slug').notNull(),
    version: version(),
    title: text('title').notNull(),
    description: text('description').notNull().default(''),
    prompt: text('prompt').notNull(),
    type: sessionType('type').notNull().default('execution'),
    priority: integer('priority').$type<Priority>().notNull().default(2),
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
    startCommit: text('start_commit'),
    blueprint: text('blueprint'),
    parameters: jsonb('parameters').$type<Record<string, unknown>>().notNull().default({}),
    parentId: uuid('parent_id').references((): AnyPgColumn => sessions.id),
    model: text('model'),
    parallelism: integer('parallelism').notNull().default(2),
    autonomy: autonomy('autonomy').notNull().default('auto'),
    dependencyPolicy: dependencyPolicy('dependency_policy').notNull().default('skip'),
    maxDurationSeconds: integer('max_duration_seconds').notNull().default(3600),
    deadlineAt: at('deadline_at'),
    budget: jsonb('budget').$type<Budget>(),
    tags: texts('tags'),
    technologies: texts('technologies'),
    preferredAgent: text('preferred_agent'),
    preferredAgentType: agentType('preferred_agent_type'),
    retryCount: integer('retry_count').notNull().default(0),
    forced: boolean('forced').notNull().default(false),
    proof: text('proof', { enum: ['proven', 'unverified'] }),
    error: jsonb('error').$type<SessionError>(),
    result: jsonb('result').$type<Record<string, unknown>>(),
    pendingCommand: text('pending_command', { enum: ['pause', 'stop', 'timeout'] }),
    planApprovedAt: at('plan_approved_at'),
    plannedAt: at('planned_at'),
    planSource: jsonb('plan_source').$type<PlanSource>(),
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
    index('sessions_created').on(t.teamId, t.createdAt),
    index('sessions_words').using(
      'gin',
      sql`to_tsvector('simple', ${t.title} || ' ' || ${t.description} || ' ' || ${t.prompt})`,
    ),
    index().on(t.parentId),
    index('sessions_work')
      .on(t.status, t.priority, t.queuedAt)
      .where(sql`status in ('queued','running','degraded','paused')`),
  ],
);
