import { parseWithZod } from '@conform-to/zod/v4';
import { type ZodType, z } from 'zod';

type Payload = Record<string, unknown>;

/**
 * A form judged by the schema of the domain. Empty fields count as not given and `intent` is the page's own; `shape` turns
 * the form's texts into what the schema expects (numbers, lists).
 */
export function parseForm<S extends ZodType>(
  form: FormData,
  schema: S,
  shape: (values: Payload) => unknown = (v) => v,
) {
  const judged = z.preprocess((payload) => {
    const { intent: _, ...values } = given(payload);
    return shape(values);
  }, schema);
  return parseWithZod(form, { schema: judged, disableAutoCoercion: true });
}

/** The values that were filled in. */
export function given(payload: unknown): Payload {
  if (typeof payload !== 'object' || payload === null) return {};
  return Object.fromEntries(Object.entries(payload).filter(([, value]) => value !== '' && value !== undefined));
}

/** A number where the text is one; anything else stays, so that the schema names the mistake. */
export function numeric(value: unknown): unknown {
  if (typeof value !== 'string' || value.trim() === '') return value;
  const number = Number(value);
  return Number.isNaN(number) ? value : number;
}

/** One command or value a line; empty lines are left out. */
export function lines(value: unknown): string[] {
  if (typeof value !== 'string') return [];
  return value
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** Words with commas between them. */
export function list(value: unknown): string[] {
  if (typeof value !== 'string') return [];
  return value
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}
