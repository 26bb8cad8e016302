import { jsonb, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core';
import type { SessionViewFilter } from '../../server/domain/session-view.ts';
import { createdAt, id } from './columns.ts';
import { users } from './people.ts';
import { teams } from './teams.ts';

/** Views of lists that people keep, each of one person in one team. */
export const savedViews = pgTable(
  'saved_views',
  {
    id: id(),
    teamId: uuid('team_id')
      .notNull()
      .references(() => teams.id),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id),
    name: text('name').notNull(),
    filter: jsonb('filter').$type<SessionViewFilter>().notNull(),
    createdAt: createdAt(),
  },
  (t) => [unique().on(t.teamId, t.userId, t.name)],
);
