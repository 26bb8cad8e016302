import { sql } from 'drizzle-orm';
import { index, jsonb, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { type ApprovalFact, approvalActions, approvalStatuses } from '../../server/domain/approval.ts';
import { at, createdAt, id } from './columns.ts';
import { users } from './people.ts';
import { sessions } from './sessions.ts';
import { teams } from './teams.ts';

/** What waits for a second person's yes, and what became of it. */
export const approvals = pgTable(
  'approvals',
  {
    id: id(),
    teamId: uuid('team_id')
      .notNull()
      .references(() => teams.id),
    sessionId: uuid('session_id').references(() => sessions.id),
    action: text('action', { enum: approvalActions }).notNull(),
    status: text('status', { enum: approvalStatuses }).notNull().default('pending'),
    requestedBy: uuid('requested_by').references(() => users.id),
    reason: text('reason').notNull(),
    details: jsonb('details').$type<Record<string, unknown>>().notNull().default({}),
    facts: jsonb('facts').$type<ApprovalFact[]>().notNull().default([]),
    decidedBy: uuid('decided_by').references(() => users.id),
    note: text('note'),
    createdAt: createdAt(),
    expiresAt: at('expires_at').notNull(),
    decidedAt: at('decided_at'),
  },
  (t) => [
    // The same thing is asked for once at a time.
    uniqueIndex('approvals_pending')
      .on(t.teamId, t.action, sql`coalesce(${t.sessionId}, ${t.teamId})`)
      .where(sql`status = 'pending'`),
    index().on(t.teamId, t.createdAt),
    index().on(t.sessionId),
  ],
);
