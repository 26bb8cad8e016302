import { z } from 'zod';
import {
  agentStates,
  agentTiers,
  agentTypes,
  capabilities,
  loadLevels,
  permissionPresets,
  preferredComplexities,
} from '../../../domain/agent.ts';
import { attemptRoles, attemptStatuses, failureClasses } from '../../../domain/attempt.ts';
import { sessionTypes } from '../../../domain/session.ts';
import type { Answered } from '../services.ts';
import { count, id, iso, time } from './fields.ts';

const share = z.number().min(0).max(1);
const capability = z.enum(capabilities);

export const loadShape = z
  .strictObject({ current: count, max: count, utilisation: z.number().min(0), level: z.enum(loadLevels) })
  .meta({ id: 'Load' });

/** Counts of attempts; `partial` are those whose work landed unproven. */
const counts = { total: count, successful: count, failed: count, partial: count };

export const agentShape = z
  .strictObject({
    id,
    version: z.int(),
    name: z.string(),
    type: z.enum(agentTypes),
    primaryCapabilities: z.array(capability),
    secondaryCapabilities: z.array(capability),
    state: z.enum(agentStates),
    tier: z.enum(agentTiers),
    load: loadShape,
    /** Over the last 50 attempts. */
    performance: z.strictObject({ ...counts, overall: share, quality: share.nullable() }),
    runtimeId: id.nullable(),
    model: z.string().nullable(),
    temperature: z.number(),
    systemPrompt: z.string(),
    permissionPreset: z.enum(permissionPresets),
    preferredTechnologies: z.array(z.string()),
    avoidedTechnologies: z.array(z.string()),
    preferredSessionTypes: z.array(z.enum(sessionTypes)),
    preferredComplexity: z.enum(preferredComplexities),
    minimumQuality: share,
    maxConcurrentTasks: count,
    enabled: z.boolean(),
    draining: z.boolean(),
    lastHeartbeatAt: time.nullable(),
    /** Since when its record is degraded; it is probed ten minutes later. */
    degradedAt: time.nullable(),
    /** Since when its record counts anew, after three probes in a row. */
    recoveredAt: time.nullable(),
    createdAt: time,
  })
  .meta({ id: 'Agent' });

export function agentOut(agent: Answered<'agents', 'get'>): z.output<typeof agentShape> {
  const { total, successful, failed, partial, overall, quality } = agent.performance;
  return {
    id: agent.id,
    version: agent.version,
    name: agent.name,
    type: agent.type,
    primaryCapabilities: [...agent.primaryCapabilities],
    secondaryCapabilities: [...agent.secondaryCapabilities],
    state: agent.state,
    tier: agent.tier,
    load: { ...agent.load },
    performance: { total, successful, failed, partial, overall, quality },
    runtimeId: agent.runtimeId,
    model: agent.model,
    temperature: agent.temperature,
    systemPrompt: agent.systemPrompt,
    permissionPreset: agent.permissionPreset,
    preferredTechnologies: [...agent.preferredTechnologies],
    avoidedTechnologies: [...agent.avoidedTechnologies],
    preferredSessionTypes: [...agent.preferredSessionTypes],
    preferredComplexity: agent.preferredComplexity,
    minimumQuality: agent.minimumQuality,
    maxConcurrentTasks: agent.maxConcurrentTasks,
    enabled: agent.enabled,
    draining: agent.draining,
    lastHeartbeatAt: iso(agent.lastHeartbeatAt),
    degradedAt: iso(agent.degradedAt),
    recoveredAt: iso(agent.recoveredAt),
    createdAt: iso(agent.createdAt),
  };
}

/** A whole record, each mean over the attempts that gave a sample; null without one. */
export const performanceShape = z
  .strictObject({
    ...counts,
    /** Over the last 50 attempts, as tier and routing see it. */
    overall: share,
    tier: z.enum(agentTiers),
    quality: share.nullable(),
    meanSeconds: z.number().min(0).nullable(),
    meanTokens: z.number().min(0).nullable(),
    /** Null: no attempt had a known price. */
    meanCostUsd: z.number().min(0).nullable(),
    byCapability: z.array(z.strictObject({ ...counts, capability })),
    byTechnology: z.array(z.strictObject({ ...counts, technology: z.string() })),
    /** The last 30 days, oldest first, UTC. */
    days: z.array(z.strictObject({ ...counts, day: z.iso.date() })),
  })
  .meta({ id: 'AgentPerformance' });

export function performanceOut(
  agent: Answered<'agents', 'get'>,
  record: Answered<'agents', 'record'>,
): z.output<typeof performanceShape> {
  const { byCapability, byTechnology, days, ...whole } = record;
  return {
    ...whole,
    overall: agent.performance.overall,
    tier: agent.tier,
    byCapability: [...byCapability],
    byTechnology: [...byTechnology],
    days: [...days],
  };
}

export const agentAttemptShape = z
  .strictObject({
    attemptId: id,
    taskId: id,
    sessionSlug: z.string(),
    taskTitle: z.string(),
    role: z.enum(attemptRoles),
    status: z.enum(attemptStatuses),
    startedAt: time,
    endedAt: time.nullable(),
    failure: z.enum(failureClasses).nullable(),
  })
  .meta({ id: 'AgentAttempt' });

export function agentAttemptOut(attempt: Answered<'agents', 'attempts'>[number]) {
  return { ...attempt, startedAt: iso(attempt.startedAt), endedAt: iso(attempt.endedAt) };
}

export const fleetShape = z
  .strictObject({
    total: count,
    byState: z.record(z.string(), count),
    byTier: z.record(z.string(), count),
    byType: z.record(z.string(), count),
    /** Open attempts and slots of the enabled agents. */
    load: z.strictObject({ current: count, max: count }),
  })
  .meta({ id: 'FleetStats' });
