import { sql } from 'drizzle-orm';
import { index, integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import type { RetentionCounts } from '../../server/domain/retention.ts';
import { at, id, version } from './columns.ts';
import { users } from './people.ts';
import { sessions } from './sessions.ts';
import { teams } from './teams.ts';

/** How many days a team keeps what; null: for ever. No row: everything for ever. */
export const retention = pgTable('retention', {
  teamId: uuid('team_id')
    .primaryKey()
    .references(() => teams.id),
  version: version(),
  sessions: integer('sessions'),
  events: integer('events'),
  transcripts: integer('transcripts'),
  contexts: integer('contexts'),
  audit: integer('audit'),
  changedBy: uuid('changed_by').references(() => users.id),
  changedAt: at('changed_at').notNull().default(sql`clock_timestamp()`),
});

/** What each run took away. */
export const retentionRuns = pgTable(
  'retention_runs',
  {
    id: id(),
    teamId: uuid('team_id')
      .notNull()
      .references(() => teams.id),
    /** null: the clock. */
    startedBy: uuid('started_by').references(() => users.id),
    startedAt: at('started_at').notNull(),
    endedAt: at('ended_at').notNull().default(sql`clock_timestamp()`),
    removed: jsonb('removed').$type<RetentionCounts>().notNull(),
    /** Why it ended early; what it had taken away until then stands in `removed`. */
    error: text('error'),
  },
  (t) => [index('retention_runs_of_team').on(t.teamId, t.startedAt)],
);

/** What was taken from a session that stays: its page says so instead of showing nothing. */
export const sessionTrims = pgTable('session_trims', {
  sessionId: uuid('session_id')
    .primaryKey()
    .references(() => sessions.id, { onDelete: 'cascade' }),
  teamId: uuid('team_id')
    .notNull()
    .references(() => teams.id),
  events: at('events'),
  transcripts: at('transcripts'),
  contexts: at('contexts'),
});
