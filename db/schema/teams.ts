import { bigint, boolean, integer, pgTable, text } from 'drizzle-orm/pg-core';
import { createdAt, id, version } from './columns.ts';

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
