import type { Task } from '../../server/domain/task.ts';
import { lines, list, numeric } from '../form.ts';
import type { FormField } from './ui/field.tsx';

type Payload = Record<string, unknown>;

export const taskLabels = {
  title: 'Title',
  key: 'Key',
  description: 'Description',
  capabilities: 'Needs',
  technologies: 'Technologies',
  priority: 'Priority',
  dependsOn: 'Waits for',
  writes: 'Paths it writes',
  verification: 'Proved by',
  'estimate.likely': 'Likely hours',
  'estimate.optimistic': 'At best',
  'estimate.pessimistic': 'At worst',
  optional: 'Optional',
  parentTaskId: 'Part of',
};

/** The form as it is sent: every value a text, lists in lines or with commas. */
export interface TaskFormValues {
  title?: string;
  key?: string;
  description?: string;
  capabilities?: string[];
  technologies?: string;
  priority?: string;
  dependsOn?: string[];
  writes?: string;
  verification?: string;
  estimate?: { likely?: string; optimistic?: string; pessimistic?: string };
  optional?: string;
  parentTaskId?: string;
}

/** A task as its form opens. */
export function formOf(task: Task): TaskFormValues {
  const { estimate } = task;
  return {
    title: task.title,
    description: task.description,
    capabilities: [...task.capabilities],
    technologies: task.technologies.join(', '),
    priority: task.priority,
    writes: task.writes.join('\n'),
    verification: task.verification.join('\n'),
    estimate: {
      likely: String(rounded(estimate.likely)),
      optimistic: String(rounded(estimate.optimistic)),
      pessimistic: String(rounded(estimate.pessimistic)),
    },
    ...(task.optional ? { optional: 'on' } : {}),
  };
}

const rounded = (hours: number) => Math.round(hours * 100) / 100;

/** A new task in the shape of the API; what was left empty is found out from its words. */
export function newTaskValues(form: Payload): unknown {
  const { capabilities, technologies, dependsOn, writes, verification, optional, estimate, ...rest } = form;
  const hours = hoursOf(estimate);
  return {
    ...rest,
    ...(chosen(capabilities).length === 0 ? {} : { capabilities: chosen(capabilities) }),
    ...(hours === undefined ? {} : { estimate: hours }),
    technologies: list(technologies),
    dependsOn: keysOf(dependsOn),
    writes: lines(writes),
    verification: lines(verification),
    optional: optional === 'on',
  };
}

/** A changed task: emptied lists mean none. */
export function changedTaskValues({ version: _, ...form }: Payload): unknown {
  const { capabilities, technologies, writes, verification, optional, estimate, description, ...rest } = form;
  const hours = hoursOf(estimate);
  return {
    ...rest,
    description: description ?? '',
    capabilities: chosen(capabilities),
    technologies: list(technologies),
    writes: lines(writes),
    verification: lines(verification),
    optional: optional === 'on',
    ...(hours === undefined ? {} : { estimate: hours }),
  };
}

/** One row of a split; capabilities and keys stand with commas between them. */
function splitRow(form: unknown): unknown {
  const { capabilities, dependsOn, writes, likely, ...rest } = recordOf(form);
  const hours = numeric(likely);
  return {
    ...rest,
    ...(list(capabilities).length === 0
      ? {}
      : { capabilities: list(capabilities).map((one) => one.replaceAll(' ', '_').toLowerCase()) }),
    ...(hours === undefined || hours === '' ? {} : { estimate: { likely: hours } }),
    dependsOn: list(dependsOn).map((key) => ({ key })),
    writes: list(writes),
  };
}

/** The rows that were filled in; empty ones at the end are left out, so that every error keeps its row. */
export function splitValues(form: Payload): unknown {
  const rows = Array.isArray(form.tasks) ? form.tasks.map(recordOf) : [];
  const last = rows.findLastIndex((row) => Object.values(row).some((value) => value !== undefined && value !== ''));
  return { tasks: rows.slice(0, last + 1).map(splitRow) };
}

/** Only what differs from the task as it stands, so that its history says what was changed and nothing else. */
export function changesOf(task: Task, after: Payload): Payload {
  const opened = changedTaskValues({ ...formOf(task) }) as Payload;
  const before: Payload = { ...opened, estimate: shown({ ...task.estimate }) };
  return Object.fromEntries(
    Object.entries(after).filter(([key, value]) => {
      const now = key === 'estimate' ? shown(recordOf(value)) : value;
      return value !== undefined && JSON.stringify(now) !== JSON.stringify(before[key]);
    }),
  );
}

/**
 * What the errors of a form are called: `writes[0]` and `dependsOn[2].key` are errors of the one field in which the list
 * was written.
 */
export function errorLabels(
  errors: Readonly<Record<string, unknown>>,
  labels: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.keys(errors).flatMap((name): [string, string][] => {
      const row = /^tasks\[(\d+)\]\./.exec(name);
      const field = name.slice(row?.[0].length ?? 0);
      const label = labels[field] ?? labels[field.replace(/\[.*$/, '')];
      if (label === undefined) return [];
      return [[name, row === null ? label : `Task ${Number(row[1]) + 1}, ${label}`]];
    }),
  );
}

/** A field whose text is a list: an error of one of its entries stands beside the whole. */
export function whole<F extends FormField & { readonly allErrors?: Readonly<Record<string, string[]>> | undefined }>(
  field: F,
): FormField {
  const errors = [...new Set(Object.values(field.allErrors ?? {}).flat())];
  return errors.length === 0 ? field : { ...formField(field), errors };
}

// Conform's metadata reads through getters, which a copy of its own properties would lose.
function formField({ id, name, formId, key, errorId, initialValue }: FormField): FormField {
  return { id, name, formId, key, errorId, initialValue };
}

// Hours as the form shows them, whatever order they stand in.
function shown({ likely, optimistic, pessimistic }: Payload): unknown {
  return [likely, optimistic, pessimistic].map((hours) => (typeof hours === 'number' ? rounded(hours) : hours));
}

function hoursOf(estimate: unknown): Payload | undefined {
  const filled = Object.entries(recordOf(estimate)).filter(([, value]) => value !== undefined && value !== '');
  return filled.length === 0 ? undefined : Object.fromEntries(filled.map(([key, value]) => [key, numeric(value)]));
}

function keysOf(value: unknown): { key: string }[] {
  return chosen(value).map((key) => ({ key }));
}

// One box that is checked is a text, several are a list.
function chosen(value: unknown): string[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
}

function recordOf(value: unknown): Payload {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}
