import { z } from 'zod';
import type { Answered } from '../services.ts';
import { count, id, iso, time } from './fields.ts';
import { planPreviewOut, planPreviewShape } from './plan.ts';

const origin = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('built_in') }),
  z.strictObject({ kind: z.literal('edited') }),
  z.strictObject({ kind: z.literal('session'), sessionId: id, slug: z.string() }),
  z.strictObject({ kind: z.literal('directory'), path: z.string() }),
  z.strictObject({ kind: z.literal('git'), url: z.string(), ref: z.string(), commit: z.string(), path: z.string() }),
  z.strictObject({ kind: z.literal('https'), url: z.string(), sha256: z.string() }),
]);

const summary = {
  key: z.string(),
  name: z.string(),
  version: z.string(),
  description: z.string(),
  parameters: z.array(
    z.strictObject({
      key: z.string(),
      type: z.enum(['string', 'number', 'boolean']),
      default: z.union([z.string(), z.number(), z.boolean()]),
      options: z.array(z.string()).optional(),
    }),
  ),
  origin,
  checksum: z.string().describe('SHA-256 of the YAML.'),
  versions: count,
  tasks: count.describe('Of the plan with the default parameters.'),
  hours: z.number().min(0).describe('Expected hours of work of that plan.'),
  createdAt: time.nullable(),
  fault: z.string().nullable().describe('Why it cannot be used any more.'),
};

export const blueprintSummaryShape = z.strictObject(summary).meta({ id: 'BlueprintSummary' });

export const blueprintShape = z
  .strictObject({
    ...summary,
    yaml: z.string(),
    history: z.array(z.strictObject({ version: z.string(), checksum: z.string(), origin, createdAt: time.nullable() })),
    preview: planPreviewShape,
  })
  .meta({ id: 'Blueprint' });

type Summary = Answered<'blueprints', 'list'>[number];

export function blueprintSummaryOut(blueprint: Summary): z.output<typeof blueprintSummaryShape> {
  const { key, name, version, description, parameters, checksum, versions, tasks, hours, createdAt, fault } = blueprint;
  return {
    key,
    name,
    version,
    description,
    parameters: parameters.map(({ options, ...parameter }) => ({
      ...parameter,
      ...(options !== undefined && { options: [...options] }),
    })),
    origin: blueprint.origin,
    checksum,
    versions,
    tasks,
    hours,
    createdAt: iso(createdAt),
    fault,
  };
}

export function blueprintOut(blueprint: Answered<'blueprints', 'get'>): z.output<typeof blueprintShape> {
  return {
    ...blueprintSummaryOut(blueprint),
    yaml: blueprint.yaml,
    history: blueprint.history.map((one) => ({ ...one, createdAt: iso(one.createdAt) })),
    preview: planPreviewOut(blueprint.preview),
  };
}
