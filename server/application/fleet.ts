import { defaultAgents } from '../domain/agent-fleet.ts';
import { agentPrompts } from '../domain/agent-prompts.ts';
import type { Tx } from './store-port.ts';

/**
 * One agent per type on the embedded runtime, `AGENT-ARCHITECT-01` …: together they hold every capability, so that any
 * task of the built-in blueprints finds somebody. Everything beyond a type's own trade is secondary.
 */
export async function seedFleet(
  tx: Tx,
  seed: { teamId: string; runtimeId: string; uuid: () => string },
): Promise<void> {
  for (const agent of defaultAgents) {
    await tx.agents.create({
      ...agent,
      id: seed.uuid(),
      teamId: seed.teamId,
      runtimeId: seed.runtimeId,
      model: null,
      temperature: 0.3,
      systemPrompt: agentPrompts[agent.type],
      preferredTechnologies: [],
      avoidedTechnologies: [],
      minimumQuality: 0.7,
      maxConcurrentTasks: 5,
      enabled: true,
      draining: false,
    });
  }
}
