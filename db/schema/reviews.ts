import { type AnyPgColumn, boolean, index, integer, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core';
import { mergeWays, reviewDecisions, sides } from '../../server/domain/review.ts';
import { at, createdAt, id, texts } from './columns.ts';
import { users } from './people.ts';
import { sessions } from './sessions.ts';
import { tasks } from './tasks.ts';
import { teams } from './teams.ts';

export const comments = pgTable(
  'comments',
  {
    id: id(),
    teamId: uuid('team_id')
      .notNull()
      .references(() => teams.id),
    sessionId: uuid('session_id')
      .notNull()
      .references(() => sessions.id),
    threadId: uuid('thread_id').references((): AnyPgColumn => comments.id),
    taskId: uuid('task_id').references(() => tasks.id),
    path: text('path').notNull(),
    side: text('side', { enum: sides }),
    startLine: integer('start_line'),
    endLine: integer('end_line'),
    base: text('base').notNull(),
    head: text('head').notNull(),
    excerpt: texts('excerpt'),
    body: text('body').notNull(),
    createdBy: uuid('created_by').references(() => users.id),
    createdAt: createdAt(),
    resolvedAt: at('resolved_at'),
    resolvedBy: uuid('resolved_by').references(() => users.id),
    sentAt: at('sent_at'),
  },
  (t) => [index().on(t.sessionId), index().on(t.threadId)],
);

export const reviews = pgTable(
  'reviews',
  {
    id: id(),
    teamId: uuid('team_id')
      .notNull()
      .references(() => teams.id),
    sessionId: uuid('session_id')
      .notNull()
      .references(() => sessions.id),
    decision: text('decision', { enum: reviewDecisions }).notNull(),
    base: text('base').notNull(),
    head: text('head').notNull(),
    note: text('note').notNull().default(''),
    followUpId: uuid('follow_up_id').references(() => sessions.id),
    createdBy: uuid('created_by').references(() => users.id),
    createdAt: createdAt(),
  },
  (t) => [index().on(t.sessionId)],
);

export const merges = pgTable(
  'merges',
  {
    id: id(),
    teamId: uuid('team_id')
      .notNull()
      .references(() => teams.id),
    sessionId: uuid('session_id')
      .notNull()
      .references(() => sessions.id),
    target: text('target').notNull(),
    way: text('way', { enum: mergeWays }).notNull(),
    before: text('before_commit').notNull(),
    after: text('after_commit').notNull(),
    head: text('head').notNull(),
    pushed: boolean('pushed').notNull().default(false),
    branchDeleted: boolean('branch_deleted').notNull().default(false),
    warning: text('warning'),
    createdBy: uuid('created_by').references(() => users.id),
    createdAt: createdAt(),
  },
  (t) => [unique().on(t.sessionId, t.head)],
);
