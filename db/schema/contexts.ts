import { bigserial, boolean, index, integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { contextScopes } from '../../server/domain/context.ts';
import type { EventActor } from '../../server/domain/events.ts';
import { agents } from './agents.ts';
import { at, createdAt, id, version } from './columns.ts';
import { sessions } from './sessions.ts';
import { teams } from './teams.ts';

export const contexts = pgTable(
  'contexts',
  {
    id: id(),
    teamId: uuid('team_id')
      .notNull()
      .references(() => teams.id),
    version: version(),
    name: text('name').notNull().default(''),
    scope: text('scope', { enum: contextScopes }).notNull(),
    sessionId: uuid('session_id').references(() => sessions.id),
    agentId: uuid('agent_id').references(() => agents.id),
    data: jsonb('data').$type<Record<string, unknown>>().notNull().default({}),
    metadata: jsonb('metadata').$type<Record<string, unknown>>().notNull().default({}),
    createdBy: uuid('created_by'),
    createdAt: createdAt(),
    updatedAt: at('updated_at').notNull().defaultNow(),
    expiresAt: at('expires_at'),
  },
  (t) => [index().on(t.teamId, t.scope), index().on(t.sessionId)],
);

/** One changed leaf each; a version may have many. */
export const contextChanges = pgTable(
  'context_changes',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    contextId: uuid('context_id')
      .notNull()
      .references(() => contexts.id, { onDelete: 'cascade' }),
    version: integer('version').notNull(),
    at: at('at').notNull().defaultNow(),
    actor: jsonb('actor').$type<EventActor>().notNull(),
    path: text('path').notNull(),
    /** null is a value, so presence is said apart. */
    hadBefore: boolean('had_before').notNull(),
    hasAfter: boolean('has_after').notNull(),
    before: jsonb('before').$type<unknown>(),
    after: jsonb('after').$type<unknown>(),
  },
  (t) => [index().on(t.contextId, t.version)],
);
