import { sql } from 'drizzle-orm';
import { bigserial, boolean, index, integer, jsonb, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import type { EventType } from '../../server/domain/events.ts';
import { deliveryStatuses } from '../../server/domain/webhook.ts';
import { at, createdAt, id, version } from './columns.ts';
import { events } from './events.ts';
import { users } from './people.ts';
import { teams } from './teams.ts';

export const webhooks = pgTable(
  'webhooks',
  {
    id: id(),
    teamId: uuid('team_id')
      .notNull()
      .references(() => teams.id),
    version: version(),
    name: text('name').notNull(),
    url: text('url').notNull(),
    /** Empty: every event of the team. */
    types: text('types').array().$type<EventType[]>().notNull().default(sql`'{}'`),
    enabled: boolean('enabled').notNull().default(true),
    /** Why the program disabled it; null when a person did. */
    disabledReason: text('disabled_reason'),
    /** Sealed (access.md). */
    secret: text('secret').notNull(),
    /** Sealed; signs beside the other one until `previousUntil`. */
    previousSecret: text('previous_secret'),
    previousUntil: at('previous_until'),
    failuresInARow: integer('failures_in_a_row').notNull().default(0),
    circuitOpenUntil: at('circuit_open_until'),
    createdBy: uuid('created_by').references(() => users.id),
    createdAt: createdAt(),
    removedAt: at('removed_at'),
  },
  (t) => [index().on(t.teamId)],
);

/** What one webhook is sent of one event. The id is what its receiver drops repetitions by. */
export const webhookDeliveries = pgTable(
  'webhook_deliveries',
  {
    id: id(),
    /** The order they were made in. */
    position: bigserial('position', { mode: 'number' }).notNull(),
    teamId: uuid('team_id')
      .notNull()
      .references(() => teams.id),
    webhookId: uuid('webhook_id')
      .notNull()
      .references(() => webhooks.id),
    /** null: a test delivery, whose body is `payload`. */
    eventId: uuid('event_id').references(() => events.id, { onDelete: 'cascade' }),
    type: text('type').notNull(),
    payload: jsonb('payload').$type<Record<string, unknown>>(),
    status: text('status', { enum: deliveryStatuses }).notNull().default('pending'),
    /** Tries so far; counted before each is made. */
    attempts: integer('attempts').notNull().default(0),
    replays: integer('replays').notNull().default(0),
    nextAt: at('next_at').notNull().default(sql`clock_timestamp()`),
    /** Who sends it now, and until when nobody else may. */
    claimedBy: text('claimed_by'),
    claimedUntil: at('claimed_until'),
    statusCode: integer('status_code'),
    error: text('error'),
    /** The first 2 KiB of the last answer. */
    response: text('response'),
    durationMs: integer('duration_ms'),
    createdAt: createdAt(),
    triedAt: at('tried_at'),
    settledAt: at('settled_at'),
  },
  (t) => [
    // However often an event is handed out, and by whom: one row per webhook.
    uniqueIndex('webhook_deliveries_once').on(t.webhookId, t.eventId),
    index('webhook_deliveries_list').on(t.webhookId, t.status, t.position),
    index('webhook_deliveries_due').on(t.nextAt).where(sql`status in ('pending', 'failed')`),
  ],
);
