import { bigint, doublePrecision, index, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import type { Capability } from '../../server/domain/agent.ts';
import { at, id, texts } from './columns.ts';
import { repositories } from './repositories.ts';
import { tasks } from './tasks.ts';
import { teams } from './teams.ts';

/** What a completed task really took and wrote: the ground of later estimates and predictions. One row per task. */
export const taskHistory = pgTable(
  'task_history',
  {
    id: id(),
    teamId: uuid('team_id')
      .notNull()
      .references(() => teams.id),
    repositoryId: uuid('repository_id')
      .notNull()
      .references(() => repositories.id),
    taskId: uuid('task_id')
      .notNull()
      .unique()
      .references(() => tasks.id),
    /** `<blueprint>/<key>`, else the sorted capabilities joined by `+`. */
    planKey: text('plan_key').notNull(),
    capabilities: texts('capabilities').$type<Capability[]>(),
    hours: doublePrecision('hours').notNull(),
    tokens: bigint('tokens', { mode: 'number' }).notNull(),
    /** Null when a price is unknown. */
    costUsd: doublePrecision('cost_usd'),
    declared: texts('declared'),
    predicted: texts('predicted'),
    written: texts('written'),
    at: at('at').notNull().defaultNow(),
  },
  (t) => [index().on(t.teamId, t.planKey, t.at), index().on(t.repositoryId, t.planKey)],
);
