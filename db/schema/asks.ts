import { index, integer, jsonb, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core';
import { type AskAnswer, ruleScopes } from '../../server/domain/ask.ts';
import { attempts } from './attempts.ts';
import { at, createdAt, id, texts } from './columns.ts';
import { askKind, askStatus } from './enums.ts';
import { users } from './people.ts';
import { repositories } from './repositories.ts';
import { sessions } from './sessions.ts';
import { tasks } from './tasks.ts';
import { teams } from './teams.ts';

/** Permissions given in advance; a rule that ended or was revoked stays readable for the asks it answered. */
export const askRules = pgTable(
  'ask_rules',
  {
    id: id(),
    teamId: uuid('team_id')
      .notNull()
      .references(() => teams.id),
    permission: text('permission').notNull(),
    pattern: text('pattern').notNull(),
    scope: text('scope', { enum: ruleScopes }).notNull(),
    sessionId: uuid('session_id').references(() => sessions.id),
    repositoryId: uuid('repository_id').references(() => repositories.id),
    createdBy: uuid('created_by').references(() => users.id),
    createdAt: createdAt(),
    expiresAt: at('expires_at').notNull(),
    revokedAt: at('revoked_at'),
    useCount: integer('use_count').notNull().default(0),
    lastUsedAt: at('last_used_at'),
  },
  (t) => [index().on(t.teamId, t.permission)],
);

export const asks = pgTable(
  'asks',
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
    answer: jsonb('answer').$type<AskAnswer>(),
    answeredBy: uuid('answered_by').references(() => users.id),
    ruleId: uuid('rule_id').references(() => askRules.id),
    answeredAt: at('answered_at'),
    deliveredAt: at('delivered_at'),
    openedAt: at('opened_at').notNull().defaultNow(),
    escalatesAt: at('escalates_at').notNull(),
    expiresAt: at('expires_at').notNull(),
  },
  (t) => [
    unique().on(t.attemptId, t.remoteAskId),
    index().on(t.teamId, t.status),
    index().on(t.teamId, t.openedAt),
    index().on(t.sessionId),
  ],
);

/** Prompts injected by people, kept until the run they are meant for has taken them. */
export const prompts = pgTable(
  'prompts',
  {
    id: id(),
    teamId: uuid('team_id')
      .notNull()
      .references(() => teams.id),
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
