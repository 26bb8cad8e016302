import { boolean, integer, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import type { LoopHealth } from '../../server/domain/instance.ts';
import { at } from './columns.ts';

/** The processes that share this database, one row per data directory; a later start of the same one takes its row. */
export const instances = pgTable('instances', {
  id: text('id').primaryKey(),
  /** The name its present life holds leases by. */
  owner: text('owner').notNull(),
  host: text('host').notNull(),
  pid: integer('pid').notNull(),
  version: text('version').notNull(),
  url: text('url').notNull(),
  /** Whether it may share the database: it coordinates through Redis. */
  clustered: boolean('clustered').notNull(),
  startedAt: at('started_at').notNull(),
  lastSeenAt: at('last_seen_at').notNull().defaultNow(),
  stopping: boolean('stopping').notNull().default(false),
  sessions: integer('sessions').notNull().default(0),
  attempts: integer('attempts').notNull().default(0),
  loops: jsonb('loops').$type<LoopHealth[]>().notNull().default([]),
  /** Its own OpenCode; what the pool of all of them is stands in `runtimes`. */
  runtimeState: text('runtime_state', { enum: ['starting', 'online', 'degraded', 'parked', 'offline'] }).notNull(),
  runtimeDetail: text('runtime_detail').notNull().default(''),
  runtimeVersion: text('runtime_version'),
  circuit: text('circuit', { enum: ['closed', 'open', 'half_open'] }).notNull(),
  parkedUntil: at('parked_until'),
});
