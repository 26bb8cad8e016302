import { bigint, pgSequence, pgTable, text } from 'drizzle-orm/pg-core';
import { at } from './columns.ts';

export const lockFencing = pgSequence('lock_fencing');

/** The newest fencing number of each resource: a write under another one is refused. */
export const lockFences = pgTable('lock_fences', {
  resource: text('resource').primaryKey(),
  number: bigint('number', { mode: 'number' }).notNull(),
  owner: text('owner').notNull(),
  grantedAt: at('granted_at').notNull().defaultNow(),
});
