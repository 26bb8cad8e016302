import {
  bigint,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core';
import type { AskAnswer } from '../../server/domain/ask.ts';
import { type ProgressEvent, type ResultInput, reportedStatuses } from '../../server/domain/external-agent.ts';
import { type ExternalOrder, type ExternalSource, externalRunStates } from '../../server/domain/external-run.ts';
import type { Usage } from '../../server/domain/metrics.ts';
import { agents } from './agents.ts';
import { attempts } from './attempts.ts';
import { at, createdAt, id } from './columns.ts';
import { users } from './people.ts';
import { teams } from './teams.ts';

/** One-use codes with which an agent of its own enrols itself; only their hash is kept. */
export const enrolmentCodes = pgTable('enrolment_codes', {
  id: id(),
  teamId: uuid('team_id')
    .notNull()
    .references(() => teams.id),
  codeHash: text('code_hash').notNull().unique(),
  /** Set: good for enrolling this agent anew, and for nothing else. */
  agentId: uuid('agent_id').references(() => agents.id),
  createdBy: uuid('created_by').references(() => users.id),
  createdAt: createdAt(),
  expiresAt: at('expires_at').notNull(),
  usedAt: at('used_at'),
});

/** What an agent that speaks EAP has beyond its row: how it is reached, how it is known, what it last said. */
export const externalAgents = pgTable('external_agents', {
  agentId: uuid('agent_id')
    .primaryKey()
    .references(() => agents.id),
  teamId: uuid('team_id')
    .notNull()
    .references(() => teams.id),
  endpointUrl: text('endpoint_url'),
  softwareVersion: text('software_version').notNull(),
  protocolVersion: text('protocol_version').notNull(),
  /** null: revoked. */
  tokenHash: text('token_hash').unique(),
  /** Sealed; null: revoked. */
  signingSecret: text('signing_secret'),
  status: text('status', { enum: reportedStatuses }),
  currentLoad: doublePrecision('current_load'),
  tasksInProgress: integer('tasks_in_progress'),
  metrics: jsonb('metrics').$type<Record<string, unknown>>().notNull().default({}),
  metadata: jsonb('metadata').$type<Record<string, unknown>>().notNull().default({}),
  registeredAt: at('registered_at').notNull().defaultNow(),
});

/** An attempt as it is offered to an agent outside, and what became of the offer. */
export const externalRuns = pgTable(
  'external_runs',
  {
    attemptId: uuid('attempt_id')
      .primaryKey()
      .references(() => attempts.id),
    teamId: uuid('team_id')
      .notNull()
      .references(() => teams.id),
    agentId: uuid('agent_id')
      .notNull()
      .references(() => agents.id),
    /** Counts the offers of this attempt: after a pause, or for a prompt a person injected, it is offered again. */
    turn: integer('turn').notNull().default(1),
    /** Which prompt this turn carries. */
    messageId: text('message_id').notNull(),
    state: text('state', { enum: externalRunStates }).notNull(),
    order: jsonb('order').$type<ExternalOrder>().notNull(),
    source: jsonb('source').$type<ExternalSource>().notNull(),
    lastSeq: integer('last_seq').notNull().default(0),
    bytes: bigint('bytes', { mode: 'number' }).notNull().default(0),
    /** Of this turn, as told so far. */
    usage: jsonb('usage').$type<Usage>(),
    result: jsonb('result').$type<ResultInput>(),
    resultHash: text('result_hash'),
    offeredAt: at('offered_at').notNull(),
    claimedAt: at('claimed_at'),
    leaseExpiresAt: at('lease_expires_at'),
    endedAt: at('ended_at'),
  },
  (t) => [index('external_runs_of_agent').on(t.agentId, t.state)],
);

/** What agents reported, in the order it was taken; the driver reads on from where it is. */
export const externalReports = pgTable(
  'external_reports',
  {
    attemptId: uuid('attempt_id')
      .notNull()
      .references(() => externalRuns.attemptId),
    turn: integer('turn').notNull(),
    seq: integer('seq').notNull(),
    key: text('key').notNull(),
    event: jsonb('event').$type<ProgressEvent>().notNull(),
    /** Of an ask: what a person answered. */
    answer: jsonb('answer').$type<AskAnswer>(),
    at: at('at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.attemptId, t.turn, t.seq] }), unique().on(t.attemptId, t.turn, t.key)],
);
