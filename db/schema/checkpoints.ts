import { boolean, integer, jsonb, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core';
import type { CheckpointState } from '../../server/domain/checkpoint.ts';
import { createdAt, id } from './columns.ts';
import { checkpointReason } from './enums.ts';
import { sessions } from './sessions.ts';
import { teams } from './teams.ts';

export const checkpoints = pgTable(
  'checkpoints',
  {
    id: id(),
    teamId: uuid('team_id')
      .notNull()
      .references(() => teams.id),
    sessionId: uuid('session_id')
      .notNull()
      .references(() => sessions.id),
    sequence: integer('sequence').notNull(),
    reason: checkpointReason('reason').notNull(),
    commit: text('commit'),
    state: jsonb('state').$type<CheckpointState>().notNull(),
    undone: boolean('undone').notNull().default(false),
    createdAt: createdAt(),
  },
  (t) => [unique().on(t.sessionId, t.sequence)],
);
