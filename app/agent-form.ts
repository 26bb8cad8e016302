import { type Agent, type Capability, capabilities, type PermissionPreset } from '../server/domain/agent.ts';
import { list, numeric } from './form.ts';

/** The form as it is sent: every value a text, each capability a choice of its own. */
export interface AgentForm {
  name?: string | undefined;
  type?: string | undefined;
  held?: Partial<Record<Capability, string>> | undefined;
  primaryCapabilities?: string | undefined;
  secondaryCapabilities?: string | undefined;
  runtimeId?: string | undefined;
  model?: string | undefined;
  temperature?: string | undefined;
  systemPrompt?: string | undefined;
  permissionPreset?: string | undefined;
  preferredTechnologies?: string | undefined;
  avoidedTechnologies?: string | undefined;
  preferredSessionTypes?: string[] | undefined;
  preferredComplexity?: string | undefined;
  minimumQuality?: string | undefined;
  maxConcurrentTasks?: string | undefined;
}

export const agentLabels = {
  name: 'Name',
  type: 'Type',
  primaryCapabilities: 'Primary capabilities',
  secondaryCapabilities: 'Secondary capabilities',
  runtimeId: 'Runs on',
  model: 'Model',
  temperature: 'Temperature',
  systemPrompt: 'System prompt',
  permissionPreset: 'What it may do unasked',
  preferredTechnologies: 'Prefers',
  avoidedTechnologies: 'Avoids',
  preferredSessionTypes: 'Prefers sessions of',
  preferredComplexity: 'Prefers work that is',
  minimumQuality: 'Least overall',
  maxConcurrentTasks: 'Places',
};

/** What each preset lets OpenCode do without asking a person. */
export const presetWords: Record<PermissionPreset, string> = {
  read_only: 'look only: neither writes nor runs what writes',
  documents: 'write files; run only what reads and tests',
  standard: 'write files; run tests, builds and git reads',
  integration: 'as standard, and install, build and pack',
};

/** A new agent: what was left empty is the default. */
export function agentValues(values: Record<string, unknown>): unknown {
  const { held, preferredSessionTypes, preferredTechnologies, avoidedTechnologies, ...rest } = values;
  return {
    ...withNumbers(rest),
    ...capabilitiesOf(held),
    preferredSessionTypes: [preferredSessionTypes ?? []].flat(),
    preferredTechnologies: list(preferredTechnologies),
    avoidedTechnologies: list(avoidedTechnologies),
  };
}

/** A changed agent: emptied texts are emptied, an emptied model is the configured one; its type stays. */
export function changedAgentValues({ version: _, type: __, ...values }: Record<string, unknown>): unknown {
  return { ...(agentValues(values) as object), model: values.model ?? null, systemPrompt: values.systemPrompt ?? '' };
}

/** The form of an agent that is there. */
export function formOfAgent(agent: Agent): AgentForm {
  const held: Partial<Record<Capability, string>> = {};
  for (const capability of agent.primaryCapabilities) held[capability] = 'primary';
  for (const capability of agent.secondaryCapabilities) held[capability] = 'secondary';
  return {
    name: agent.name,
    type: agent.type,
    held,
    runtimeId: agent.runtimeId,
    model: agent.model ?? '',
    temperature: String(agent.temperature),
    systemPrompt: agent.systemPrompt,
    permissionPreset: agent.permissionPreset,
    preferredTechnologies: agent.preferredTechnologies.join(', '),
    avoidedTechnologies: agent.avoidedTechnologies.join(', '),
    preferredSessionTypes: [...agent.preferredSessionTypes],
    preferredComplexity: agent.preferredComplexity,
    minimumQuality: String(agent.minimumQuality),
    maxConcurrentTasks: String(agent.maxConcurrentTasks),
  };
}

function capabilitiesOf(held: unknown): { primaryCapabilities: Capability[]; secondaryCapabilities: Capability[] } {
  const choice = new Map(typeof held === 'object' && held !== null ? Object.entries(held) : []);
  return {
    primaryCapabilities: capabilities.filter((one) => choice.get(one) === 'primary'),
    secondaryCapabilities: capabilities.filter((one) => choice.get(one) === 'secondary'),
  };
}

function withNumbers(values: Record<string, unknown>): Record<string, unknown> {
  const numbers = ['temperature', 'minimumQuality', 'maxConcurrentTasks'];
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, numbers.includes(name) ? numeric(value) : value]),
  );
}
