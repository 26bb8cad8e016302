import {
  type AnyPgColumn,
  bigint,
  boolean,
  doublePrecision,
  index,
  integer,
  pgTable,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core';
import { budgetAccountKinds } from '../../server/domain/budget.ts';
import { attempts } from './attempts.ts';
import { at, createdAt, id } from './columns.ts';
import { sessions } from './sessions.ts';
import { teams } from './teams.ts';

const tokens = (name: string) => bigint(name, { mode: 'number' });

/** What may be drawn, is drawn and was used. A null cap is no cap. */
export const budgetAccounts = pgTable(
  'budget_accounts',
  {
    id: id(),
    teamId: uuid('team_id')
      .notNull()
      .references(() => teams.id),
    kind: text('kind', { enum: budgetAccountKinds }).notNull(),
    sessionId: uuid('session_id')
      .unique()
      .references(() => sessions.id),
    month: text('month'),
    parentId: uuid('parent_id').references((): AnyPgColumn => budgetAccounts.id),
    capTokens: tokens('cap_tokens'),
    capCostUsd: doublePrecision('cap_cost_usd'),
    capAttempts: integer('cap_attempts'),
    capSeconds: integer('cap_seconds'),
    reservedTokens: tokens('reserved_tokens').notNull().default(0),
    reservedCostUsd: doublePrecision('reserved_cost_usd').notNull().default(0),
    reservedAttempts: integer('reserved_attempts').notNull().default(0),
    reservedSeconds: doublePrecision('reserved_seconds').notNull().default(0),
    spentTokens: tokens('spent_tokens').notNull().default(0),
    spentCostUsd: doublePrecision('spent_cost_usd').notNull().default(0),
    spentAttempts: integer('spent_attempts').notNull().default(0),
    spentSeconds: doublePrecision('spent_seconds').notNull().default(0),
    /** Something was used whose price nobody knows. */
    costUnknown: boolean('cost_unknown').notNull().default(false),
    /** Open draws for work whose price nobody knows. */
    reservedUnpriced: integer('reserved_unpriced').notNull().default(0),
  },
  (t) => [unique().on(t.teamId, t.month)],
);

/** One attempt's draw on its session's account, and through it on every account above. */
export const budgetEntries = pgTable(
  'budget_entries',
  {
    id: id(),
    accountId: uuid('account_id')
      .notNull()
      .references(() => budgetAccounts.id),
    attemptId: uuid('attempt_id')
      .notNull()
      .unique()
      .references(() => attempts.id),
    tokens: tokens('tokens').notNull(),
    /** Null: the price is unknown, nothing of it was drawn. */
    costUsd: doublePrecision('cost_usd'),
    attempts: integer('attempts').notNull(),
    seconds: doublePrecision('seconds').notNull(),
    settledTokens: tokens('settled_tokens'),
    /** Null with settledAt set: the price was unknown. */
    settledCostUsd: doublePrecision('settled_cost_usd'),
    settledAttempts: integer('settled_attempts'),
    settledSeconds: doublePrecision('settled_seconds'),
    createdAt: createdAt(),
    settledAt: at('settled_at'),
  },
  (t) => [index().on(t.accountId)],
);
