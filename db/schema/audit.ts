import { sql } from 'drizzle-orm';
import { integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { at } from './columns.ts';
import { teams } from './teams.ts';

export const audit = pgTable(
  'audit',
  {
    teamId: uuid('team_id')
      .notNull()
      .references(() => teams.id),
    number: integer('number').notNull(),
    at: at('at').notNull(),
    actor: jsonb('actor').$type<{ kind: string; id: string | null }>().notNull(),
    action: text('action').notNull(),
    subject: jsonb('subject').$type<{ kind: string; id: string }>().notNull(),
    before: jsonb('before'),
    after: jsonb('after'),
    reason: text('reason'),
    requestId: text('request_id'),
    previousHash: text('previous_hash').notNull(),
    hash: text('hash').notNull(),
  },
  (t) => [primaryKey({ columns: [t.teamId, t.number] })],
);

/** What the last reading of a team's whole chain found. */
export const auditChecks = pgTable('audit_checks', {
  teamId: uuid('team_id')
    .primaryKey()
    .references(() => teams.id),
  at: at('at').notNull().default(sql`clock_timestamp()`),
  entries: integer('entries').notNull(),
  firstBroken: integer('first_broken'),
});

/** The last entry that retention has cut from a team's chain: the reading of what is left begins at its hash. */
export const auditAnchors = pgTable('audit_anchors', {
  teamId: uuid('team_id')
    .primaryKey()
    .references(() => teams.id),
  number: integer('number').notNull(),
  hash: text('hash').notNull(),
  cutAt: at('cut_at').notNull().default(sql`clock_timestamp()`),
});
