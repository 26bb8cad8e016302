import { type AnyPgColumn, boolean, index, integer, jsonb, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core';
import type { Capability } from '../../server/domain/agent.ts';
import type { Waiver } from '../../server/domain/attempt.ts';
import type { Estimate } from '../../server/domain/estimate.ts';
import { type NextAttempt, type TaskError, taskKinds } from '../../server/domain/task.ts';
import { agents } from './agents.ts';
import { at, createdAt, id, texts, version } from './columns.ts';
import { dependencyType, proof, taskPriority, taskStatus } from './enums.ts';
import { sessions } from './sessions.ts';
import { teams } from './teams.ts';

export const tasks = pgTable(
  'tasks',
  {
    id: id(),
    teamId: uuid('team_id')
      .notNull()
      .references(() => teams.id),
    sessionId: uuid('session_id')
      .notNull()
      .references(() => sessions.id),
    kind: text('kind', { enum: taskKinds }).notNull().default('work'),
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
    capabilities: texts('capabilities').$type<Capability[]>(),
    technologies: texts('technologies'),
    optional: boolean('optional').notNull().default(false),
    writes: texts('writes'),
    predictedWrites: texts('predicted_writes'),
    verification: texts('verification'),
    estimate: jsonb('estimate').$type<Estimate>().notNull(),
    planKey: text('plan_key'),
    agentId: uuid('agent_id').references(() => agents.id),
    attemptCount: integer('attempt_count').notNull().default(0),
    /** Not before this moment (back-off after a transient failure, or a lag). */
    notBefore: at('not_before'),
    next: jsonb('next').$type<NextAttempt>(),
    waiver: jsonb('waiver').$type<Waiver>(),
    proof: proof('proof').notNull().default('none'),
    mergedCommit: text('merged_commit'),
    result: text('result'),
    error: jsonb('error').$type<TaskError>(),
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
  (t) => [unique().on(t.fromTaskId, t.toTaskId), index().on(t.sessionId), index().on(t.toTaskId)],
);
