import { index, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { type DrillReading, type DrillReport, type DrillSession, drillParts } from '../../server/domain/drill.ts';
import { at, id } from './columns.ts';
import { teams } from './teams.ts';

/** Drills and what was seen in them; a row outlives the process that a drill kills. */
export const drills = pgTable(
  'drills',
  {
    id: id(),
    teamId: uuid('team_id')
      .notNull()
      .references(() => teams.id),
    instanceId: text('instance_id').notNull(),
    part: text('part', { enum: drillParts }).notNull(),
    startedBy: text('started_by').notNull(),
    startedAt: at('started_at').notNull().defaultNow(),
    killed: text('killed').notNull(),
    before: jsonb('before').$type<DrillSession[]>().notNull().default([]),
    readings: jsonb('readings').$type<DrillReading[]>().notNull().default([]),
    report: jsonb('report').$type<DrillReport>(),
    completedAt: at('completed_at'),
  },
  (t) => [index('drills_of_team').on(t.teamId, t.startedAt)],
);
