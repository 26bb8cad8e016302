import { z } from 'zod';
import type { RunOrder } from '../../application/ports.ts';
import type { PermissionPreset } from '../../domain/agent.ts';
import { presetRules, type SessionRule, sessionRulesOf } from '../../domain/preset-rules.ts';
import type { OpenCodeClient } from './opencode-client.ts';
import { presetInstructions } from './opencode-config.ts';
import { modelRef, queryOf } from './opencode-remote.ts';
import { isPreset, remoteAgentFor } from './permission-presets.ts';

/** As whom an order runs at an OpenCode. */
export interface Worker {
  /** OpenCode's own agent. */
  agent: string;
  /** What binds it where that agent is none of ours; null where the agent's own rules do. */
  rules: readonly SessionRule[] | null;
  /** What it is told beside the order's own words. */
  instructions: string | null;
}

/** OpenCode's own agent for work, where ours are not configured. */
const ordinaryAgent = 'build';

const agentList = z.array(z.looseObject({ name: z.string() }));
export const providerList = z.object({
  providers: z.array(z.object({ id: z.string(), models: z.record(z.string(), z.unknown()) })),
});

/**
 * As whom an order runs, or what is wrong with its preset or model: a prompt with a wrong one vanishes without a trace.
 * At a server that is not ours the preset binds the session when its agents are not there.
 */
export async function workerFor(
  client: OpenCodeClient,
  order: RunOrder,
  model: string,
  at: { directory: string; ours: boolean },
): Promise<Worker | { problem: string }> {
  const { permissionPreset: preset } = order.agent;
  const [agents, { providers }] = await Promise.all([
    client.get(`/agent${queryOf(at.directory)}`, agentList),
    // Its answer holds keys, so only names are looked at.
    client.get(`/config/providers${queryOf(at.directory)}`, providerList),
  ]);
  const has = (name: string | null) => agents.some((agent) => agent.name === name);
  const agent = remoteAgentFor(preset);
  if (agent === null || (at.ours && !has(agent)))
    return { problem: `The runtime has no permission preset "${preset}"` };
  const { providerID, modelID } = modelRef(model);
  const provider = providers.find(({ id }) => id === providerID);
  if (provider === undefined || !(modelID in provider.models))
    return { problem: at.ours ? `The gateway offers no model "${model}"` : `The runtime has no model "${model}"` };
  if (has(agent)) return { agent, rules: null, instructions: null };
  if (!has(ordinaryAgent) || !isPreset(preset))
    return { problem: `The runtime has neither the agent ${agent} nor OpenCode's own "${ordinaryAgent}"` };
  const rules = sessionRulesOf(presetRules[preset]);
  return { agent: ordinaryAgent, rules, instructions: presetInstructions[preset satisfies PermissionPreset] };
}
