import { jsonb, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core';
import type { BlueprintOrigin } from '../../server/domain/blueprint-catalogue.ts';
import { at, createdAt, id } from './columns.ts';
import { teams } from './teams.ts';

/** A team's own blueprints, every version; the newest living one of a key is the current. Built-in ones are code. */
export const blueprints = pgTable(
  'blueprints',
  {
    id: id(),
    teamId: uuid('team_id')
      .notNull()
      .references(() => teams.id),
    key: text('key').notNull(),
    version: text('version').notNull(),
    name: text('name').notNull(),
    description: text('description').notNull(),
    yaml: text('yaml').notNull(),
    /** SHA-256 of the YAML text. */
    checksum: text('checksum').notNull(),
    origin: jsonb('origin').$type<BlueprintOrigin>().notNull(),
    createdBy: uuid('created_by'),
    createdAt: createdAt(),
    removedAt: at('removed_at'),
  },
  (t) => [unique().on(t.teamId, t.key, t.version)],
);
