import { sql } from 'drizzle-orm';
import { boolean, doublePrecision, integer, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import type {
  AgentState,
  AgentTier,
  Capability,
  PermissionPreset,
  PreferredComplexity,
} from '../../server/domain/agent.ts';
import { runtimeKinds, runtimeStates } from '../../server/domain/runtime.ts';
import type { SessionType } from '../../server/domain/session.ts';
import { at, createdAt, id, texts, version } from './columns.ts';
import { agentType } from './enums.ts';
import { teams } from './teams.ts';

export const runtimes = pgTable('runtimes', {
  id: id(),
  /** null: shared by all teams of this installation. */
  teamId: uuid('team_id').references(() => teams.id),
  version: version(),
  kind: text('kind', { enum: runtimeKinds }).notNull(),
  name: text('name').notNull().unique(),
  state: text('state', { enum: runtimeStates }).notNull(),
  detail: text('detail').notNull().default(''),
  softwareVersion: text('software_version'),
  circuit: text('circuit', { enum: ['closed', 'open', 'half_open'] })
    .notNull()
    .default('closed'),
  parkedUntil: at('parked_until'),
  lastSeenAt: at('last_seen_at'),
  /** Of a runtime elsewhere: where it answers, and as whom it is asked. */
  url: text('url'),
  username: text('username'),
  /** Sealed (access.md); never read by a page. */
  credentials: text('credentials'),
  /** Never more attempts than that. null: the agents' own limits alone. */
  capacity: integer('capacity'),
  enabled: boolean('enabled').notNull().default(true),
  /** No new attempts; what runs is finished. */
  draining: boolean('draining').notNull().default(false),
  /** `provider/model` as the runtime itself lists them, without keys. */
  models: texts('models'),
  /** SHA-256 of what the runtime presents at our model gateway. */
  gatewayTokenHash: text('gateway_token_hash').unique(),
  /** When it last was seen to read what we write in the shared folder. */
  filesSeenAt: at('files_seen_at'),
  /** Taken off; its attempts stay readable. */
  removedAt: at('removed_at'),
  createdAt: createdAt(),
});

export const agents = pgTable(
  'agents',
  {
    id: id(),
    teamId: uuid('team_id')
      .notNull()
      .references(() => teams.id),
    version: version(),
    name: text('name').notNull(),
    type: agentType('type').notNull(),
    primaryCapabilities: texts('primary_capabilities').$type<Capability[]>(),
    secondaryCapabilities: texts('secondary_capabilities').$type<Capability[]>(),
    runtimeId: uuid('runtime_id')
      .notNull()
      .references(() => runtimes.id),
    model: text('model'),
    temperature: doublePrecision('temperature').notNull().default(0.3),
    systemPrompt: text('system_prompt').notNull(),
    permissionPreset: text('permission_preset').$type<PermissionPreset>().notNull().default('standard'),
    preferredTechnologies: texts('preferred_technologies'),
    avoidedTechnologies: texts('avoided_technologies'),
    preferredSessionTypes: texts('preferred_session_types').$type<SessionType[]>(),
    preferredComplexity: text('preferred_complexity').$type<PreferredComplexity>().notNull().default('moderate'),
    minimumQuality: doublePrecision('minimum_quality').notNull().default(0.7),
    maxConcurrentTasks: integer('max_concurrent_tasks').notNull().default(5),
    enabled: boolean('enabled').notNull().default(true),
    draining: boolean('draining').notNull().default(false),
    lastHeartbeatAt: at('last_heartbeat_at'),
    /** What was last told of it, so that a change is told once. */
    toldState: text('told_state').$type<AgentState>(),
    toldTier: text('told_tier').$type<AgentTier>(),
    /** Since when its record is degraded; it cools down before a probe (domain.md 3.3). */
    degradedAt: at('degraded_at'),
    /** When three probes in a row brought it back: its record counts from here. */
    recoveredAt: at('recovered_at'),
    /** Taken off the fleet; its attempts stay readable. */
    removedAt: at('removed_at'),
    createdAt: createdAt(),
  },
  (t) => [uniqueIndex('agents_name').on(t.teamId, t.name).where(sql`removed_at is null`)],
);
