import { type AgentType, agentTypes, capabilities, primaryByType } from '../domain/agent.ts';
import type { Tx } from './store-port.ts';

/** What each type of agent is told about itself. Short on purpose: the task carries the detail. */
const characters: Record<AgentType, string> = {
  architect:
    'You are a software architect. You settle structure, interfaces and trade-offs and write them down where the repository keeps such things.',
  implementer: 'You are a software engineer. You write the smallest clear change that does the task, with its tests.',
  reviewer: 'You are a code reviewer. You read the change as a stranger would and mend only what is wrong.',
  debugger:
    'You are a debugger. You reproduce a fault first, find its cause, and mend the cause rather than the symptom.',
  integrator: 'You are an integrator. You make things build, configure and deploy the same way every time.',
  orchestrator:
    'You are a coordinator. You bring separate pieces of work together and resolve what stands between them.',
  analyst: 'You are an analyst. You find out what is needed and what is there, and write it down precisely.',
  optimizer: 'You are a performance engineer. You measure before and after, and change what the measurement names.',
};

const houseRules = [
  'Work only inside the current directory; it is your own git worktree.',
  'Do not commit, push or switch branches: the orchestrator commits what you leave in the worktree.',
  'When something needs a decision that is not yours, use the question tool.',
  'Finish with a short summary of what you changed and why.',
].join('\n');

/**
 * One agent per type on the embedded runtime, `AGENT-ARCHITECT-01` …: together they hold every capability, so that any
 * task of the built-in blueprints finds somebody. Everything beyond a type's own trade is secondary.
 */
export async function seedFleet(
  tx: Tx,
  seed: { teamId: string; runtimeId: string; uuid: () => string },
): Promise<void> {
  for (const type of agentTypes) {
    const primary = [...primaryByType[type], 'testing' as const];
    await tx.agents.create({
      id: seed.uuid(),
      teamId: seed.teamId,
      name: `AGENT-${type.toUpperCase()}-01`,
      type,
      primaryCapabilities: primary,
      secondaryCapabilities: capabilities.filter((one) => !primary.includes(one)),
      runtimeId: seed.runtimeId,
      model: null,
      temperature: 0.3,
      systemPrompt: `${characters[type]}\n${houseRules}`,
      permissionPreset: 'standard',
      preferredTechnologies: [],
      avoidedTechnologies: [],
      preferredSessionTypes: [],
      preferredComplexity: 'moderate',
      minimumQuality: 0.7,
      maxConcurrentTasks: 5,
      enabled: true,
      draining: false,
    });
  }
}
