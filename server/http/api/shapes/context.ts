import { z } from 'zod';
import { contextScopes } from '../../../domain/context.ts';
import type { Answered } from '../services.ts';
import { id, iso, record, time } from './fields.ts';

const shape = {
  id,
  version: z.int().min(1),
  name: z.string(),
  scope: z.enum(contextScopes),
  sessionId: id.nullable(),
  agentId: id.nullable(),
  data: record,
  metadata: record,
  createdBy: id.nullable(),
  createdAt: time,
  updatedAt: time,
  expiresAt: time.nullable(),
};

export const contextShape = z.strictObject(shape).meta({ id: 'Context' });

const conflict = z
  .strictObject({ path: z.string(), values: record, chosen: id.nullable() })
  .describe('Values by context id, and the id of the context whose value was taken.');

export const mergedShape = z.strictObject({ ...shape, conflicts: z.array(conflict) }).meta({ id: 'MergedContext' });

export const contextKeyShape = z
  .strictObject({ path: z.string(), value: z.unknown(), version: z.int().min(1) })
  .meta({ id: 'ContextKey' });

const change = z
  .strictObject({
    id: z.int().min(1),
    version: z.int().min(1),
    at: time,
    actor: z.strictObject({ kind: z.string(), id: z.string().nullable(), name: z.string() }),
    path: z.string(),
    before: z.unknown().optional().describe('Absent when nothing stood there; null is a value.'),
    after: z.unknown().optional().describe('Absent when nothing stands there any more.'),
  })
  .meta({ id: 'ContextChange' });

export const contextHistoryShape = z
  .strictObject({ items: z.array(change), nextBefore: z.int().nullable() })
  .meta({ id: 'ContextHistory' });

export const contextDiffShape = z
  .strictObject({
    from: z.int().min(1),
    to: z.int().min(1),
    added: record,
    removed: record,
    changed: z.record(z.string(), z.strictObject({ before: z.unknown(), after: z.unknown() })),
  })
  .meta({ id: 'ContextDiff' });

export function contextOut(context: Answered<'contexts', 'get'>): z.output<typeof contextShape> {
  const { id, version, name, scope, sessionId, agentId, data, metadata, createdBy } = context;
  const times = {
    createdAt: iso(context.createdAt),
    updatedAt: iso(context.updatedAt),
    expiresAt: iso(context.expiresAt),
  };
  return { id, version, name, scope, sessionId, agentId, data, metadata, createdBy, ...times };
}

export function changeOut(one: Answered<'contexts', 'history'>[number]): z.output<typeof change> {
  const { contextId: _, ...rest } = one;
  return { ...rest, at: iso(one.at) };
}
