/** The agents a team begins with, one of each type, and what each type is told about itself (domain.md 3). */
import {
  type AgentType,
  agentTypes,
  type Capability,
  capabilities,
  type PermissionPreset,
  type PreferredComplexity,
  primaryByType,
} from './agent.ts';
import type { SessionType } from './session.ts';

export interface AgentSeed {
  readonly name: string;
  readonly type: AgentType;
  readonly primaryCapabilities: readonly Capability[];
  readonly secondaryCapabilities: readonly Capability[];
  readonly permissionPreset: PermissionPreset;
  readonly preferredSessionTypes: readonly SessionType[];
  readonly preferredComplexity: PreferredComplexity;
}

interface Character {
  readonly preset: PermissionPreset;
  readonly sessions: readonly SessionType[];
  readonly complexity: PreferredComplexity;
}

const characters: Record<AgentType, Character> = {
  architect: { preset: 'documents', sessions: ['planning', 'execution'], complexity: 'expert' },
  implementer: { preset: 'standard', sessions: ['execution'], complexity: 'complex' },
  reviewer: { preset: 'read_only', sessions: ['review', 'execution'], complexity: 'complex' },
  debugger: { preset: 'standard', sessions: ['debug', 'execution'], complexity: 'complex' },
  integrator: { preset: 'integration', sessions: ['integration', 'execution'], complexity: 'moderate' },
  orchestrator: { preset: 'integration', sessions: ['planning', 'integration'], complexity: 'complex' },
  analyst: { preset: 'documents', sessions: ['planning', 'review', 'execution'], complexity: 'moderate' },
  optimizer: { preset: 'standard', sessions: ['execution'], complexity: 'complex' },
};

/** What can be done by reading and answering alone, so that no task that must write comes to a reviewer. */
const withoutWriting: readonly Capability[] = [
  'requirements_analysis',
  'architecture_planning',
  'task_decomposition',
  'root_cause_analysis',
  'troubleshooting',
  'progress_tracking',
];

/** The permission preset of a type: what its work needs, and no more. */
export function presetOf(type: AgentType): PermissionPreset {
  return characters[type].preset;
}

/** One agent per type; together they hold every capability, and all but the reviewer every one at least as secondary. */
export const defaultAgents: readonly AgentSeed[] = agentTypes.map((type) => {
  // Testing belongs to who writes code; a reviewer may run nothing, so it cannot test.
  const primary = type === 'implementer' ? [...primaryByType[type], 'testing' as const] : primaryByType[type];
  const others = type === 'reviewer' ? withoutWriting : capabilities;
  return {
    name: `AGENT-${type.toUpperCase()}-01`,
    type,
    primaryCapabilities: primary,
    secondaryCapabilities: others.filter((one) => !primary.includes(one)),
    permissionPreset: characters[type].preset,
    preferredSessionTypes: characters[type].sessions,
    preferredComplexity: characters[type].complexity,
  };
});
