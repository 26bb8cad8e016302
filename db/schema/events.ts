import { sql } from 'drizzle-orm';
import { bigserial, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { type EventActor, type EventType, frequentTypes } from '../../server/domain/events.ts';
import { at, bytes, createdAt, id, xid8 } from './columns.ts';
import { sessions } from './sessions.ts';
import { teams } from './teams.ts';

/** Said the same way by index and query, letter by letter, or the index is not taken. */
export const milestone = sql.raw(`type not in (${frequentTypes.map((type) => `'${type}'`).join(', ')})`);

export const events = pgTable(
  'events',
  {
    id: id(),
    cursor: bigserial('cursor', { mode: 'number' }).notNull().unique(),
    /** Orders readers behind transactions that are still open: see the team feed. */
    xid: xid8('xid').notNull().default(sql`pg_current_xact_id()`),
    teamId: uuid('team_id')
      .notNull()
      .references(() => teams.id),
    sessionId: uuid('session_id').references(() => sessions.id),
    seq: integer('seq'),
    type: text('type').$type<EventType>().notNull(),
    at: at('at').notNull().default(sql`clock_timestamp()`),
    actor: jsonb('actor').$type<EventActor>().notNull(),
    payload: jsonb('payload').$type<Record<string, unknown>>().notNull(),
    v: integer('v').notNull().default(1),
    /** A fact that a restarted runner may tell twice carries one; it is stored once per session. */
    dedupe: text('dedupe'),
  },
  (t) => [
    uniqueIndex('events_session_seq').on(t.sessionId, t.seq),
    uniqueIndex('events_dedupe').on(t.sessionId, t.dedupe).where(sql`dedupe is not null`),
    index('events_team_cursor').on(t.teamId, t.cursor),
    index('events_milestones').on(t.teamId, t.at).where(milestone),
  ],
);

/** Events committed and not yet handed to the watchers. */
export const outbox = pgTable('outbox', {
  id: bigserial('id', { mode: 'number' }).primaryKey(),
  eventId: uuid('event_id')
    .notNull()
    .references(() => events.id, { onDelete: 'cascade' }),
});

/** What is too long for a row. The hash is SHA-256 of the content: a team keeps the same text once. */
export const blobs = pgTable(
  'blobs',
  {
    teamId: uuid('team_id')
      .notNull()
      .references(() => teams.id),
    hash: text('hash').notNull(),
    content: bytes('content').notNull(),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.teamId, t.hash] })],
);
