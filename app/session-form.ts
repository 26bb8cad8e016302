import { given, list, numeric } from './form.ts';

/**
 * The texts of the session form as the domain's schema expects them: numbers are numbers, commas make lists, only the chosen
 * blueprint's parameters are sent.
 */
export function sessionValues(values: Record<string, unknown>): unknown {
  const { maxDurationSeconds, blueprintParameters, tags, start, parallelism, budget, ...rest } = values;
  const caps = Object.fromEntries(Object.entries(given(budget)).map(([name, cap]) => [name, numeric(cap)]));
  const parameters = given(typeof rest.blueprint === 'string' ? given(blueprintParameters)[rest.blueprint] : undefined);
  return {
    ...rest,
    ...(maxDurationSeconds === undefined ? {} : { maxDurationSeconds: numeric(maxDurationSeconds) }),
    ...(parallelism === undefined ? {} : { parallelism: numeric(parallelism) }),
    ...(Object.keys(caps).length === 0 ? {} : { budget: caps }),
    ...(Object.keys(parameters).length === 0 ? {} : { parameters: typedParameters(parameters) }),
    tags: list(tags),
    start: start === 'on',
  };
}

/** What of the form decides the plan, for a look ahead while the rest is still being written. */
export function planValues(values: Record<string, unknown>): unknown {
  const { title, prompt, blueprint, blueprintParameters, repositoryId, parallelism, model } = values;
  const decisive = { title, prompt, blueprint, blueprintParameters, repositoryId, parallelism, model };
  const { start: _, tags: __, ...rest } = sessionValues(given(decisive)) as Record<string, unknown>;
  return rest;
}

/** A blueprint's parameters as they arrive, as texts; what looks like a number or a yes is one, the blueprint refuses what does not fit. */
export function typedParameters(parameters: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(parameters).map(([key, value]) => [
      key,
      value === 'true' || value === 'false' ? value === 'true' : numeric(value),
    ]),
  );
}

/** The form as it is sent: every value a text. */
export interface SessionForm {
  title?: string | undefined;
  prompt?: string | undefined;
  repositoryId?: string | undefined;
  blueprint?: string | undefined;
  /** By blueprint and parameter: each blueprint in the form has its own. */
  blueprintParameters?: Record<string, Record<string, string>> | undefined;
  model?: string | undefined;
  priority?: string | undefined;
  type?: string | undefined;
  autonomy?: string | undefined;
  dependencyPolicy?: string | undefined;
  maxDurationSeconds?: string | undefined;
  parallelism?: string | undefined;
  budget?: { tokens?: string | undefined; costUsd?: string | undefined };
  tags?: string | undefined;
  start?: string | undefined;
}

/** The names people see, also of what only the schema calls by another name. */
export const sessionLabels = {
  title: 'Title',
  prompt: 'Goal',
  repositoryId: 'Repository',
  blueprint: 'Plan',
  model: 'Model',
  priority: 'Priority',
  type: 'Kind of work',
  autonomy: 'When the plan stands',
  dependencyPolicy: 'When a task fails',
  maxDurationSeconds: 'Time limit',
  parallelism: 'Parallelism',
  tags: 'Tags',
  'budget.tokens': 'Token cap',
  'budget.costUsd': 'Cost cap',
};
