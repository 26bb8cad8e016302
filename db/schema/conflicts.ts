import { index, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { type ConflictResolution, conflictStatuses } from '../../server/domain/conflict.ts';
import type { EventActor } from '../../server/domain/events.ts';
import { attempts } from './attempts.ts';
import { at, createdAt, id, texts, version } from './columns.ts';
import { sessions } from './sessions.ts';
import { tasks } from './tasks.ts';
import { teams } from './teams.ts';

export const conflicts = pgTable(
  'conflicts',
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
    /** The attempt whose work does not fit. */
    attemptId: uuid('attempt_id')
      .notNull()
      .references(() => attempts.id),
    version: version(),
    status: text('status', { enum: conflictStatuses }).notNull().default('open'),
    baseCommit: text('base_commit').notNull(),
    oursCommit: text('ours_commit').notNull(),
    theirsCommit: text('theirs_commit').notNull(),
    files: texts('files'),
    message: text('message').notNull(),
    resolution: jsonb('resolution').$type<readonly ConflictResolution[]>(),
    resolvedBy: jsonb('resolved_by').$type<EventActor>(),
    resolvedCommit: text('resolved_commit'),
    createdAt: createdAt(),
    resolvedAt: at('resolved_at'),
  },
  (t) => [index().on(t.sessionId), index().on(t.teamId, t.status)],
);
