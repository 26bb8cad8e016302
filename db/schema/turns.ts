import { index, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import type { Ring } from '../../server/domain/fair-share.ts';
import { at } from './columns.ts';
import { sessions } from './sessions.ts';
import { tasks } from './tasks.ts';
import { teams } from './teams.ts';

/** Whose turn it is in a queue that teams share. The row's lock is the queue's: who holds it decides. */
export const turns = pgTable('turns', {
  queue: text('queue').primaryKey(),
  ring: jsonb('ring').$type<Ring>().notNull().default([]),
  changedAt: at('changed_at').notNull().defaultNow(),
});

/** Ready tasks that asked for a slot and got none. Only those asked again lately count: nobody waits who is not there. */
export const slotWaits = pgTable(
  'slot_waits',
  {
    taskId: uuid('task_id')
      .primaryKey()
      .references(() => tasks.id, { onDelete: 'cascade' }),
    sessionId: uuid('session_id')
      .notNull()
      .references(() => sessions.id),
    teamId: uuid('team_id')
      .notNull()
      .references(() => teams.id),
    /** Whose slots it waits for; empty while every agent that could take it is busy. */
    queue: text('queue').notNull(),
    /** The agents it waits for, or the one it would go to. */
    agentIds: jsonb('agent_ids').$type<string[]>().notNull(),
    since: at('since').notNull().defaultNow(),
    askedAt: at('asked_at').notNull().defaultNow(),
    /** A slot is kept for it for a moment: its owner may be another instance. */
    grantedAt: at('granted_at'),
  },
  (t) => [index().on(t.queue), index().on(t.teamId)],
);
