/** Plans of tasks: what one may hold, how a blueprint becomes one (domain.md 4). */
import { z } from 'zod';
import type { ParameterValue } from './blueprint-expression.ts';
import { replaceParameters } from './blueprint-template.ts';
import { type DomainError, invalid, invalidFromZod } from './errors.ts';
import { around, estimateInput } from './estimate.ts';
import { dependencyTypes } from './task.ts';
import { findCycle } from './task-graph/cycle.ts';
import { requiredCapabilities, taskTitle } from './task-input.ts';
import { storable, text } from './text.ts';
import { analyzeText } from './text-analysis.ts';

export const maxPlanTasks = 200;

const key = z
  .string('A key is a text')
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'A key holds up to 64 letters, digits, _ and -');

/** Hours of a plan's task; what is left out is 0.7 × and 1.5 × the likely ones (domain.md 4). */
const planEstimate = z
  .strictObject({
    likely: estimateInput.shape.likely,
    optimistic: estimateInput.shape.optimistic.optional(),
    pessimistic: estimateInput.shape.pessimistic.optional(),
  })
  .transform(({ likely, optimistic, pessimistic }) => {
    const spread = around(likely);
    return { likely, optimistic: optimistic ?? spread.optimistic, pessimistic: pessimistic ?? spread.pessimistic };
  })
  .pipe(estimateInput);

/** The fields of a plan's task as a blueprint, a person or the planner writes them. */
export const planTaskFields = z.strictObject({
  key,
  title: taskTitle,
  description: text('The description', 0, 5_000).default(''),
  capabilities: requiredCapabilities.optional(),
  technologies: z
    .array(text('A technology', 1, 40))
    .max(20)
    .default([]),
  estimate: planEstimate.optional(),
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

/** One task of a plan: capabilities and hours that are left out come from its words (domain.md 4, text analysis). */
export const planTask = planTaskFields.transform(({ capabilities, estimate, ...task }) => {
  if (capabilities !== undefined && estimate !== undefined) return { ...task, capabilities, estimate };
  const said = analyzeText(task.title, task.description);
  return { ...task, capabilities: capabilities ?? [...said.capabilities], estimate: estimate ?? said.estimate };
});
export type PlanTask = z.output<typeof planTask>;
export type PlanTaskInput = z.input<typeof planTask>;

/** A whole plan: unique keys, dependencies that exist, no cycle. Also what a planner answers. */
export const planSchema = z
  .strictObject({ tasks: z.array(planTask).min(1, 'A plan has at least one task').max(maxPlanTasks) })
  .check((context) => {
    for (const issue of planIssues(context.value.tasks)) {
      context.issues.push({ code: 'custom', input: context.value, ...issue });
    }
  });

const noHours = { optimistic: 0, likely: 0, pessimistic: 0 };

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
  // Beside a title that is refused the hours may not have been filled in yet; a cycle does not ask for them.
  const cycle = findCycle(planGraph(tasks.map((task) => ({ ...task, estimate: noHours }))));
  if (cycle === null) return [];
  const place = tasks.findIndex((task) => task.key === cycle[0]);
  return [
    {
      path: ['tasks', place, 'dependsOn'],
      message: `The tasks wait for each other: ${[...cycle, cycle[0]].join(' → ')}`,
    },
  ];
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

const parameterSchema = z
  .strictObject({
    key: z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/, 'A parameter is named by letters, digits and _'),
    type: z.enum(['string', 'number', 'boolean']),
    default: parameterValue,
    options: z
      .array(text('An option', 1, 100))
      .min(1)
      .max(50)
      .optional(),
  })
  .check(({ value, issues }) => {
    const refuse = (path: string, message: string) =>
      issues.push({ code: 'custom', input: value, path: [path], message });
    if (typeof value.default !== value.type) refuse('default', `The default must be a ${value.type}`);
    if (value.options?.includes(String(value.default)) === false)
      refuse('default', 'The default is none of the options');
    if (sessionFields.includes(value.key)) refuse('key', `${value.key} is the session's own; name it otherwise`);
  });
export type BlueprintParameter = z.infer<typeof parameterSchema>;

/** What of a session every blueprint may speak about beside its parameters. */
const sessionFields = ['title', 'prompt'];

/** Keys that mean something else where a blueprint is named: the planner, and addresses beside those of blueprints. */
const reservedKeys = ['planner', 'new', 'preview', 'import', 'schema'];

/** A blueprint as its YAML file holds it. Its tasks are checked after `{{parameter}}` has been replaced. */
export const blueprintSchema = z.strictObject({
  key: key.refine((value) => !reservedKeys.includes(value), 'This key is reserved: choose another'),
  name: text('The name', 1, 100),
  version: z
    .union([z.string(), z.number()], 'The version is a text or a number')
    .transform(String)
    .pipe(
      z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._+-]{0,39}$/, 'A version holds up to 40 letters, digits, . _ + and -'),
    ),
  description: text('The description', 0, 1_000).default(''),
  parameters: z
    .array(parameterSchema)
    .max(50, 'A blueprint has at most 50 parameters')
    .default([])
    .check(({ value, issues }) => {
      value.forEach((parameter, place) => {
        if (value.findIndex((other) => other.key === parameter.key) === place) return;
        const message = `The parameter ${parameter.key} stands twice`;
        issues.push({ code: 'custom', input: value, path: [place, 'key'], message });
      });
    }),
  tasks: z
    .array(z.record(z.string(), z.unknown(), 'A task is a mapping'), 'The tasks are a list')
    .min(1, 'A blueprint has at least one task')
    .max(maxPlanTasks, `A blueprint has at most ${maxPlanTasks} tasks`),
});
export type Blueprint = z.infer<typeof blueprintSchema>;

/** What of a session a blueprint may speak about. */
export interface BlueprintSession {
  readonly title: string;
  readonly prompt: string;
}

/** INVALID on `blueprint`, naming the known ones. */
export function unknownBlueprint(wanted: string, known: readonly { readonly key: string }[]): DomainError {
  const keys = known.map((one) => one.key).join(', ');
  return invalid([{ path: 'blueprint', message: `There is no blueprint ${wanted}; known are ${keys}` }]);
}

/**
 * The validated plan of a blueprint; `{{title}}` and `{{prompt}}` are the session's. Throws INVALID naming a parameter
 * (`parameters.hours`) or a place among the tasks (`tasks.2.title`).
 */
export function expandDefinition(
  blueprint: Pick<Blueprint, 'parameters' | 'tasks'>,
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
      const value = typeof raw === 'string' ? fromText(raw, parameter.type) : raw;
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

/** Forms and URLs send text; "12" is a number where a number is asked for. */
function fromText(text: string, type: BlueprintParameter['type']): ParameterValue {
  if (type === 'number' && text.trim() !== '') return Number(text);
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}
