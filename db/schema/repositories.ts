import { index, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { at, createdAt, id, texts, version } from './columns.ts';
import { users } from './people.ts';
import { teams } from './teams.ts';

export const repositories = pgTable(
  'repositories',
  {
    id: id(),
    teamId: uuid('team_id')
      .notNull()
      .references(() => teams.id),
    version: version(),
    name: text('name').notNull(),
    source: text('source').notNull(),
    kind: text('kind', { enum: ['path', 'url'] }).notNull(),
    baseBranch: text('base_branch').notNull(),
    setup: texts('setup'),
    verify: texts('verify'),
    createdBy: uuid('created_by').references(() => users.id),
    createdAt: createdAt(),
    deletedAt: at('deleted_at'),
  },
  (t) => [index().on(t.teamId)],
);
