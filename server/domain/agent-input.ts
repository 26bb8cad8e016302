/** What a person may say of an agent (domain.md 3.2); the pages' forms use the same schemas. */
import { z } from 'zod';
import {
  type AgentType,
  agentNamePattern,
  agentTypes,
  type Capability,
  capabilities,
  mayHoldPrimary,
  permissionPresets,
  preferredComplexities,
  primaryByType,
} from './agent.ts';
import { type FieldIssue, invalid } from './errors.ts';
import { sessionTypes } from './session.ts';
import { storable, text } from './text.ts';

const name = z
  .string({ error: 'Name the agent' })
  .trim()
  .regex(agentNamePattern, 'A name is AGENT- and capital letters, digits or hyphens, 5 to 50 characters in all');

/** A capability by its name; an unknown one is named in the error. */
export const capability = z.enum(capabilities, {
  error: ({ input }) => `There is no capability ${typeof input === 'string' ? input.slice(0, 60) : 'of that form'}`,
});

const type = z.enum(agentTypes, { error: `Choose one of ${agentTypes.join(', ')}` });
const primary = z
  .array(capability, { error: 'Name the primary capabilities' })
  .min(1, 'Name at least one primary capability');
const technologies = z
  .array(text('A technology', 1, 40))
  .max(50, 'At most 50 technologies')
  .transform((all) => unique(all));
const share = (label: string) =>
  z
    .number({ error: `${label} is a number from 0 to 1` })
    .min(0, `${label} is at least 0`)
    .max(1, `${label} is at most 1`);

const fields = {
  name,
  primaryCapabilities: primary,
  secondaryCapabilities: z.array(capability),
  /** `provider/model` of the gateway; null takes the instance's default. */
  model: z
    .string()
    .trim()
    .max(200, 'The model name is too long')
    .regex(/^[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)+$/, 'Write the model as provider/model')
    .nullable(),
  temperature: z
    .number({ error: 'The temperature is a number from 0 to 2' })
    .min(0, 'The temperature is at least 0')
    .max(2, 'The temperature is at most 2'),
  systemPrompt: storable('The system prompt')
    .trim()
    .min(1, 'The system prompt must not be empty')
    .max(20_000, 'The system prompt may have at most 20,000 characters'),
  runtimeId: z.guid('Choose a runtime'),
  permissionPreset: z.enum(permissionPresets, { error: `Choose one of ${permissionPresets.join(', ')}` }),
  preferredTechnologies: technologies,
  avoidedTechnologies: technologies,
  preferredSessionTypes: z.array(z.enum(sessionTypes, { error: `Choose from ${sessionTypes.join(', ')}` })),
  preferredComplexity: z.enum(preferredComplexities, { error: `Choose one of ${preferredComplexities.join(', ')}` }),
  minimumQuality: share('The minimum quality'),
  maxConcurrentTasks: z
    .int('The number of tasks at once is a whole number')
    .min(1, 'At least 1 task at once')
    .max(50, 'At most 50 tasks at once'),
};

/** A new agent. What is left out follows from its type; `systemPrompt` and `permissionPreset` are the type's own. */
export const createAgentInput = z
  .strictObject({
    name: fields.name,
    type,
    primaryCapabilities: fields.primaryCapabilities,
    secondaryCapabilities: fields.secondaryCapabilities.default([]),
    /** Where it runs; left out, on our own OpenCode. */
    runtimeId: fields.runtimeId.optional(),
    model: fields.model.default(null),
    temperature: fields.temperature.default(0.3),
    systemPrompt: fields.systemPrompt.optional(),
    permissionPreset: fields.permissionPreset.optional(),
    preferredTechnologies: fields.preferredTechnologies.default([]),
    avoidedTechnologies: fields.avoidedTechnologies.default([]),
    preferredSessionTypes: fields.preferredSessionTypes.default([]),
    preferredComplexity: fields.preferredComplexity.default('moderate'),
    minimumQuality: fields.minimumQuality.default(0.7),
    maxConcurrentTasks: fields.maxConcurrentTasks.default(5),
    enabled: z.boolean().default(true),
  })
  .check(({ value, issues }) => {
    for (const { path, message } of holdingIssues(value)) {
      issues.push({ code: 'custom', input: value, path: path.split('.'), message });
    }
  });

/** A change of an agent; its type stays, since its record was made with it. */
export const updateAgentInput = z.strictObject({
  name: fields.name.optional(),
  primaryCapabilities: fields.primaryCapabilities.optional(),
  secondaryCapabilities: fields.secondaryCapabilities.optional(),
  runtimeId: fields.runtimeId.optional(),
  model: fields.model.optional(),
  temperature: fields.temperature.optional(),
  systemPrompt: fields.systemPrompt.optional(),
  permissionPreset: fields.permissionPreset.optional(),
  preferredTechnologies: fields.preferredTechnologies.optional(),
  avoidedTechnologies: fields.avoidedTechnologies.optional(),
  preferredSessionTypes: fields.preferredSessionTypes.optional(),
  preferredComplexity: fields.preferredComplexity.optional(),
  minimumQuality: fields.minimumQuality.optional(),
  maxConcurrentTasks: fields.maxConcurrentTasks.optional(),
});

interface Holdings {
  readonly type: AgentType;
  readonly primaryCapabilities: readonly Capability[];
  readonly preferredTechnologies: readonly string[];
  readonly avoidedTechnologies: readonly string[];
}

/** INVALID when the type may not hold a primary capability, or a technology is preferred and avoided at once. */
export function assertHoldings(holdings: Holdings): void {
  const issues = holdingIssues(holdings);
  if (issues.length > 0) throw invalid(issues);
}

function holdingIssues({ type, primaryCapabilities, preferredTechnologies, avoidedTechnologies }: Holdings) {
  const issues: FieldIssue[] = [];
  primaryCapabilities.forEach((one, place) => {
    if (mayHoldPrimary(type, one)) return;
    const may = [...primaryByType[type], 'testing'].join(', ');
    const message = `An agent of the type ${type} cannot hold ${one} as primary; it may hold ${may}`;
    issues.push({ path: `primaryCapabilities.${place}`, message });
  });
  const preferred = new Set(preferredTechnologies.map((one) => one.toLowerCase()));
  avoidedTechnologies.forEach((one, place) => {
    if (!preferred.has(one.toLowerCase())) return;
    issues.push({ path: `avoidedTechnologies.${place}`, message: `${one} is preferred already; it cannot be avoided` });
  });
  return issues;
}

/** The capabilities as they are kept: each once, and what is primary is not secondary as well. */
export function heldCapabilities(
  primaryCapabilities: readonly Capability[],
  secondaryCapabilities: readonly Capability[],
): { primaryCapabilities: Capability[]; secondaryCapabilities: Capability[] } {
  const first = [...new Set(primaryCapabilities)];
  const second = [...new Set(secondaryCapabilities)].filter((one) => !first.includes(one));
  return { primaryCapabilities: first, secondaryCapabilities: second };
}

function unique(technologies: readonly string[]): string[] {
  const seen = new Map(technologies.map((one) => [one.toLowerCase(), one]));
  return [...seen.values()];
}
