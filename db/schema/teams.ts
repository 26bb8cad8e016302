import { bigint, boolean, integer, pgTable, text } from 'drizzle-orm/pg-core';
import { at, createdAt, id, version } from './columns.ts';

export const teams = pgTable('teams', {
  id: id(),
  name: text('name').notNull(),
  slug: text('slug').notNull().unique(),
  active: boolean('active').notNull().default(true),
  maxActiveSessions: integer('max_active_sessions').notNull().default(10),
  tokensPerMonth: bigint('tokens_per_month', { mode: 'number' }).notNull().default(1_000_000),
  maxParallelAttempts: integer('max_parallel_attempts').notNull().default(8),
  /** Members without a second factor are led to enrol before anything else. */
  twoFactorRequired: boolean('two_factor_required').notNull().default(false),
  /** Anybody who reaches the sign-in page may become a viewer. */
  openRegistration: boolean('open_registration').notNull().default(false),
  /** Not even the only admin may approve an own request. */
  selfApprovalForbidden: boolean('self_approval_forbidden').notNull().default(false),
  /** The tokens of one month in place of `tokensPerMonth`, agreed to by a second person. */
  raisedTokens: bigint('raised_tokens', { mode: 'number' }),
  /** As `2026-11`; in every other month the limit is the ordinary one. */
  raisedMonth: text('raised_month'),
  deletedAt: at('deleted_at'),
  lastSessionNumber: integer('last_session_number').notNull().default(0),
  version: version(),
  createdAt: createdAt(),
});
