/** Plans of tasks: what one may hold, how a blueprint becomes one (domain.md 4). */
import { z } from 'zod';
import { builtInBlueprints } from './built-in-blueprints.ts';
import { invalid, invalidFromZod } from './errors.ts';
import { estimateInput } from './estimate.ts';
import { dependencyTypes } from './task.ts';
import { findCycle } from './task-graph/cycle.ts';
import { requiredCapabilities, taskTitle } from './task-input.ts';
import { storable, text } from './text.ts';

export const maxPlanTasks = 200;

const key = z
  .string('A key is a text')
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'A key holds up to 64 letters, digits, _ and -');

/** One task of a plan, as a blueprint or the planner writes it. */
export const planTask = z.strictObject({
  key,
  title: taskTitle,
  description: text('The description', 0, 5_000).default(''),
  capabilities: requiredCapabilities.default(['code_generation']),
  technologies: z
    .array(text('A technology', 1, 40))
    .max(20)
    .default([]),
  estimate: estimateInput,
  dependsOn: z
    .array(
      z.strictObject({
        key,
        type: z.enum(dependencyTypes).default('finish_to_start'),
        required: z.boolean().default(true),
        lagSeconds: z.int().min(0).max(2_592_000).default(0),
      }),
    )
    .max(maxPlanTasks)
    .default([]),
  writes: z
    .array(text('A path pattern', 1, 300))
    .max(100)
    .default([]),
  verification: z
    .array(text('A command', 1, 500))
    .max(20)
    .default([]),
  optional: z.boolean().default(false),
});
export type PlanTask = z.infer<typeof planTask>;
export type PlanTaskInput = z.input<typeof planTask>;

/** A whole plan: unique keys, dependencies that exist, no cycle. Also what a planner answers. */
export const planSchema = z
  .strictObject({ tasks: z.array(planTask).min(1, 'A plan has at least one task').max(maxPlanTasks) })
  .check((context) => {
    for (const issue of planIssues(context.value.tasks)) {
      context.issues.push({ code: 'custom', input: context.value, ...issue });
    }
  });

function planIssues(tasks: readonly PlanTask[]): { path: (string | number)[]; message: string }[] {
  const keys = new Set(tasks.map((task) => task.key));
  const issues = tasks.flatMap((task, place) => {
    const at = ['tasks', place];
    const seen = tasks.findIndex((other) => other.key === task.key) < place;
    const targets = task.dependsOn.map((dependency) => dependency.key);
    return [
      ...(seen ? [{ path: [...at, 'key'], message: `The key ${task.key} is used twice` }] : []),
      ...targets.flatMap((target, index) => {
        const path = [...at, 'dependsOn', index, 'key'];
        if (!keys.has(target)) return [{ path, message: `There is no task ${target}` }];
        if (targets.indexOf(target) < index) return [{ path, message: `The dependency on ${target} stands twice` }];
        return [];
      }),
    ];
  });
  if (issues.length > 0) return issues;
  const cycle = findCycle(planGraph(tasks));
  if (cycle === null) return [];
  return [{ path: ['tasks'], message: `The tasks wait for each other: ${[...cycle, cycle[0]].join(' → ')}` }];
}

/** The graph of a plan, with keys for ids. */
export function planGraph(tasks: readonly PlanTask[]) {
  return {
    nodes: tasks.map((task) => ({
      id: task.key,
      key: task.key,
      parentId: null,
      status: 'pending' as const,
      reason: null,
      optional: task.optional,
      hours: (task.estimate.optimistic + 4 * task.estimate.likely + task.estimate.pessimistic) / 6,
      startedAt: null,
      endedAt: null,
    })),
    edges: tasks.flatMap((task) =>
      task.dependsOn.map(({ key: from, type, required, lagSeconds }) => ({
        from,
        to: task.key,
        type,
        required,
        lagSeconds,
      })),
    ),
  };
}

const parameterValue = z.union([storable('A parameter').max(1_000), z.number(), z.boolean()]);
export type ParameterValue = z.infer<typeof parameterValue>;

const parameterSchema = z.strictObject({
  key: z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/, 'A parameter is named by letters, digits and _'),
  type: z.enum(['string', 'number', 'boolean']),
  default: parameterValue,
  options: z.array(z.string()).optional(),
});
export type BlueprintParameter = z.infer<typeof parameterSchema>;

/** A blueprint as its YAML file holds it. Its tasks are checked after `{{parameter}}` has been replaced. */
export const blueprintSchema = z.strictObject({
  key,
  name: text('The name', 1, 100),
  version: z.union([z.string(), z.number()]).transform(String),
  description: text('The description', 0, 1_000).default(''),
  parameters: z.array(parameterSchema).max(50).default([]),
  tasks: z.array(z.record(z.string(), z.unknown())).min(1).max(maxPlanTasks),
});
export type Blueprint = z.infer<typeof blueprintSchema>;

/** What of a session a blueprint may speak about. */
export interface BlueprintSession {
  readonly title: string;
  readonly prompt: string;
}

/**
 * The validated plan of a built-in blueprint. Throws INVALID naming the field: an unknown blueprint, an unknown
 * parameter, or a value of the wrong type.
 */
export function expandBlueprint(
  blueprintKey: string,
  parameters: Readonly<Record<string, unknown>>,
  session: BlueprintSession,
): PlanTask[] {
  const blueprint = builtInBlueprints.find((known) => known.key === blueprintKey);
  if (blueprint === undefined) {
    const known = builtInBlueprints.map((one) => one.key).join(', ');
    throw invalid([{ path: 'blueprint', message: `There is no blueprint ${blueprintKey}; known are ${known}` }]);
  }
  return parsePlan(blueprint.tasks(parametersOf(blueprint.parameters, parameters), session));
}

/** The validated plan of a blueprint read from a file; `{{title}}` and `{{prompt}}` are the session's. */
export function expandDefinition(
  blueprint: Blueprint,
  parameters: Readonly<Record<string, unknown>>,
  session: BlueprintSession,
): PlanTask[] {
  const values = { title: session.title, prompt: session.prompt, ...parametersOf(blueprint.parameters, parameters) };
  return parsePlan(replaceParameters(blueprint.tasks, values));
}

/** Checks a plan from anywhere; throws INVALID with each fault. */
export function parsePlan(tasks: unknown): PlanTask[] {
  const parsed = planSchema.safeParse({ tasks });
  if (!parsed.success) throw invalidFromZod(parsed.error);
  return parsed.data.tasks;
}

function parametersOf(
  declared: readonly BlueprintParameter[],
  given: Readonly<Record<string, unknown>>,
): Record<string, ParameterValue> {
  const unknown = Object.keys(given).find((name) => !declared.some((parameter) => parameter.key === name));
  if (unknown !== undefined) {
    throw invalid([{ path: `parameters.${unknown}`, message: 'The blueprint has no such parameter' }]);
  }
  return Object.fromEntries(
    declared.map((parameter) => {
      const raw = given[parameter.key] ?? parameter.default;
      // Forms and URLs send text; "12" is a number where a number is asked for.
      const value = parameter.type === 'number' && typeof raw === 'string' && raw.trim() !== '' ? Number(raw) : raw;
      const path = `parameters.${parameter.key}`;
      const parsed = parameterValue.safeParse(value);
      if (!parsed.success || typeof value !== parameter.type || Number.isNaN(value)) {
        throw invalid([{ path, message: `Must be a ${parameter.type}` }]);
      }
      if (parameter.options !== undefined && !parameter.options.includes(String(value))) {
        throw invalid([{ path, message: `Must be one of ${parameter.options.join(', ')}` }]);
      }
      return [parameter.key, parsed.data];
    }),
  );
}

function replaceParameters(value: unknown, values: Readonly<Record<string, ParameterValue>>): unknown {
  if (typeof value === 'string') {
    // A value that is nothing but one parameter keeps the parameter's type, so that hours stay numbers.
    const whole = /^\{\{\s*(\w+)\s*\}\}$/.exec(value)?.[1];
    if (whole !== undefined && Object.hasOwn(values, whole)) return values[whole];
    return value.replace(/\{\{\s*(\w+)\s*\}\}/g, (found, name: string) =>
      Object.hasOwn(values, name) ? String(values[name]) : found,
    );
  }
  if (Array.isArray(value)) return value.map((one) => replaceParameters(one, values));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, replaceParameters(one, values)]));
}
