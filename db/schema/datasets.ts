import { sql } from 'drizzle-orm';
import { boolean, index, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import {
  type Chosen,
  type DatasetPart,
  type DatasetRules,
  datasetStatuses,
  splits,
} from '../../server/domain/dataset.ts';
import type { DatasetCard } from '../../server/domain/dataset-card.ts';
import { attempts } from './attempts.ts';
import { at, createdAt, id, version } from './columns.ts';
import { users } from './people.ts';
import { sessions } from './sessions.ts';
import { teams } from './teams.ts';

/** Whether a team agrees that its sessions become data to train on. No row: it does not. */
export const datasetConsents = pgTable('dataset_consents', {
  teamId: uuid('team_id')
    .primaryKey()
    .references(() => teams.id),
  version: version(),
  given: boolean('given').notNull(),
  changedBy: uuid('changed_by').references(() => users.id),
  changedAt: at('changed_at').notNull().default(sql`clock_timestamp()`),
});

export const datasets = pgTable(
  'datasets',
  {
    id: id(),
    teamId: uuid('team_id')
      .notNull()
      .references(() => teams.id),
    version: version(),
    name: text('name').notNull(),
    licence: text('licence').notNull(),
    rules: jsonb('rules').$type<DatasetRules>().notNull(),
    status: text('status', { enum: datasetStatuses }).notNull().default('pending'),
    /** Why it failed or was cancelled. */
    reason: text('reason'),
    leftOut: jsonb('left_out').$type<Chosen['leftOut']>(),
    card: jsonb('card').$type<DatasetCard>(),
    files: jsonb('files').$type<Record<DatasetPart, { bytes: number; sha256: string; samples: number }>>(),
    /** Which samples the card and the files were told of; when others are left, both are told anew. */
    seal: text('seal'),
    /** When the team took its consent back and the samples were removed. */
    withdrawnAt: at('withdrawn_at'),
    claimedBy: text('claimed_by'),
    claimedUntil: at('claimed_until'),
    downloads: integer('downloads').notNull().default(0),
    downloadedAt: at('downloaded_at'),
    createdBy: uuid('created_by').references(() => users.id),
    createdAt: createdAt(),
    startedAt: at('started_at'),
    endedAt: at('ended_at'),
  },
  (t) => [
    index('datasets_of_team').on(t.teamId, t.createdAt),
    index('datasets_open').on(t.claimedUntil).where(sql`status in ('pending', 'queued', 'running', 'evaluating')`),
  ],
);

/** One attempt of one dataset: chosen first, written after. It goes with its session, whatever takes that away. */
export const datasetSamples = pgTable(
  'dataset_samples',
  {
    datasetId: uuid('dataset_id')
      .notNull()
      .references(() => datasets.id, { onDelete: 'cascade' }),
    position: integer('position').notNull(),
    teamId: uuid('team_id')
      .notNull()
      .references(() => teams.id),
    sessionId: uuid('session_id')
      .notNull()
      .references(() => sessions.id),
    attemptId: uuid('attempt_id')
      .notNull()
      .references(() => attempts.id),
    split: text('split', { enum: splits }).notNull(),
    chat: text('chat'),
    atif: text('atif'),
    redactions: integer('redactions').notNull().default(0),
    /** Why it could not be written. */
    dropped: text('dropped', { enum: ['too_long', 'gone'] }),
    writtenAt: at('written_at'),
  },
  (t) => [
    primaryKey({ columns: [t.datasetId, t.position] }),
    index().on(t.sessionId),
    index().on(t.attemptId),
    index().on(t.teamId),
  ],
);
