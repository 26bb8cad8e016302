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
import type { Answered } from '../services.ts';
import { count, id, iso, time } from './fields.ts';

const share = z.number().min(0).max(1);

export const agentShape = z
  .strictObject({
    id,
    version: z.int(),
    name: z.string(),
    type: z.enum(agentTypes),
    primaryCapabilities: z.array(z.enum(capabilities)),
    secondaryCapabilities: z.array(z.enum(capabilities)),
    state: z.enum(agentStates),
    tier: z.enum(agentTiers),
    load: z.strictObject({ current: count, max: count, utilisation: z.number().min(0), level: z.enum(loadLevels) }),
    performance: z.strictObject({
      total: count,
      successful: count,
      failed: count,
      partial: count,
      overall: share,
      quality: share.nullable(),
    }),
    runtimeId: id.nullable(),
    model: z.string().nullable(),
    permissionPreset: z.enum(permissionPresets),
    preferredTechnologies: z.array(z.string()),
    avoidedTechnologies: z.array(z.string()),
    preferredSessionTypes: z.array(z.string()),
    preferredComplexity: z.enum(preferredComplexities),
    minimumQuality: share,
    enabled: z.boolean(),
    draining: z.boolean(),
    lastHeartbeatAt: time.nullable(),
  })
  .meta({ id: 'Agent' });

export function agentOut(agent: Answered<'agents', 'list'>[number]): z.output<typeof agentShape> {
  const { total, successful, failed, partial, overall, quality } = agent.performance;
  const { current, max, utilisation, level } = agent.load;
  return {
    id: agent.id,
    version: agent.version,
    name: agent.name,
    type: agent.type,
    primaryCapabilities: [...agent.primaryCapabilities],
    secondaryCapabilities: [...agent.secondaryCapabilities],
    state: agent.state,
    tier: agent.tier,
    load: { current, max, utilisation, level },
    performance: { total, successful, failed, partial, overall, quality },
    runtimeId: agent.runtimeId,
    model: agent.model,
    permissionPreset: agent.permissionPreset,
    preferredTechnologies: [...agent.preferredTechnologies],
    avoidedTechnologies: [...agent.avoidedTechnologies],
    preferredSessionTypes: [...agent.preferredSessionTypes],
    preferredComplexity: agent.preferredComplexity,
    minimumQuality: agent.minimumQuality,
    enabled: agent.enabled,
    draining: agent.draining,
    lastHeartbeatAt: iso(agent.lastHeartbeatAt),
  };
}
