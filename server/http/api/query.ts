import { z } from 'zod';
import { type FieldIssue, invalid } from '../../domain/errors.ts';

/** A query parameter: how its text is read, and what the document says of it. */
export interface QueryField<T = unknown> {
  readonly schema: z.ZodType<T>;
  /** For the document, where the text form is not the meaning. */
  readonly shown?: z.ZodType;
  readonly repeatable?: boolean;
  readonly description: string;
}
export type QueryFields = Readonly<Record<string, QueryField>>;
export type QueryOf<F extends QueryFields> = { readonly [K in keyof F]: z.output<F[K]['schema']> };

/** A text given once. */
export function one<T>(schema: z.ZodType<T>, description: string): QueryField<T | undefined> {
  const read = z.array(z.string()).transform((values, context): T | undefined => {
    const [value, ...more] = values;
    if (more.length > 0) refuse(context, 'Give this once');
    return value === undefined ? undefined : parsed(schema, value, context);
  });
  return { schema: read, shown: schema, description };
}

/** A filter that may be repeated; each value may also hold several joined by commas, unless `split` is false. */
export function many<T>(
  schema: z.ZodType<T>,
  description: string,
  options: { split?: boolean } = {},
): QueryField<T[] | undefined> {
  const read = z.array(z.string()).transform((given, context): T[] | undefined => {
    const values = (options.split === false ? given : given.flatMap((value) => value.split(','))).filter(Boolean);
    if (values.length > 100) refuse(context, 'Too many values');
    return values.length === 0 ? undefined : values.slice(0, 100).map((value) => parsed(schema, value, context));
  });
  return { schema: read, shown: schema, repeatable: true, description };
}

function parsed<T>(schema: z.ZodType<T>, value: string, context: z.RefinementCtx): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  refuse(context, result.error.issues[0]?.message ?? 'Not valid');
  return z.NEVER;
}

function refuse(context: z.RefinementCtx, message: string): void {
  context.addIssue({ code: 'custom', message });
}

/** A whole number between two bounds. */
export function integer(min: number, max: number, description: string): QueryField<number | undefined> {
  const message = `Give a whole number from ${min} to ${max}`;
  const bounded = z.int(message).min(min, message).max(max, message);
  const schema = z
    .string()
    .regex(/^\d{1,16}$/, message)
    .transform(Number)
    .pipe(bounded);
  return { ...one(schema, description), shown: bounded };
}

export const boolean = (description: string): QueryField<boolean | undefined> => ({
  ...one(
    z.enum(['true', 'false'], 'Give true or false').transform((value) => value === 'true'),
    description,
  ),
  shown: z.boolean(),
});

/** The two parameters of every list (api.md, Lists). */
export const listQuery = {
  cursor: one(z.string().min(1).max(500), 'From `nextCursor` of the page before.'),
  limit: integer(1, 100, 'At most this many items; 20 unless said.'),
};

/** Reads a query string by its fields; INVALID names every wrong and every unknown parameter. */
export function readQuery(fields: QueryFields, search: URLSearchParams): Record<string, unknown> {
  const issues: FieldIssue[] = [];
  for (const name of new Set(search.keys())) {
    if (!Object.hasOwn(fields, name)) issues.push({ path: name, message: 'Unknown parameter' });
    if (search.getAll(name).some((value) => value.includes('\u0000'))) {
      issues.push({ path: name, message: 'Holds a NUL character' });
    }
  }
  const values: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    const read = field.schema.safeParse(search.getAll(name));
    if (read.success) values[name] = read.data;
    else issues.push({ path: name, message: read.error.issues[0]?.message ?? 'Not valid' });
  }
  if (issues.length > 0) throw invalid(issues);
  return values;
}
