import { jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { agents } from './agents.ts';
import { at, createdAt, id, version } from './columns.ts';
import { sessions } from './sessions.ts';
import { teams } from './teams.ts';

export const contexts = pgTable('contexts', {
  id: id(),
  teamId: uuid('team_id')
    .notNull()
    .references(() => teams.id),
  version: version(),
  scope: text('scope', { enum: ['temporary', 'session', 'agent', 'global'] }).notNull(),
  sessionId: uuid('session_id').references(() => sessions.id),
  agentId: uuid('agent_id').references(() => agents.id),
  data: jsonb('data').$type<Record<string, unknown>>().notNull().default({}),
  metadata: jsonb('metadata').$type<Record<string, unknown>>().notNull().default({}),
  createdBy: uuid('created_by'),
  createdAt: createdAt(),
  updatedAt: at('updated_at').notNull().defaultNow(),
  expiresAt: at('expires_at'),
});
