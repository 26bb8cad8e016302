import { bigserial, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core';
import { bytes, createdAt } from './columns.ts';
import { sessions } from './sessions.ts';

/** Commits of a session whose mirror is one instance's own, as git bundles: what another instance goes on from. */
export const sessionWork = pgTable(
  'session_work',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    sessionId: uuid('session_id')
      .notNull()
      .references(() => sessions.id),
    commit: text('commit').notNull(),
    /** Everything up to the commit beyond what the session's earlier bundles and its base hold. */
    bundle: bytes('bundle').notNull(),
    createdAt: createdAt(),
  },
  (t) => [unique().on(t.sessionId, t.commit)],
);
