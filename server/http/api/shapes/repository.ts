import { z } from 'zod';
import type { Answered } from '../services.ts';
import { id, iso, time } from './fields.ts';

export const repositoryShape = z
  .strictObject({
    id,
    version: z.int(),
    name: z.string(),
    source: z.string(),
    kind: z.enum(['path', 'url']),
    baseBranch: z.string(),
    setup: z.array(z.string()),
    verify: z.array(z.string()),
    createdBy: id.nullable(),
    createdAt: time,
  })
  .meta({ id: 'Repository' });

/** As a registration answers it: `warning` tells of what sessions will not see. */
export const registeredShape = repositoryShape
  .extend({ warning: z.string().nullable() })
  .meta({ id: 'RegisteredRepository' });

export function repositoryOut(repository: Answered<'repositories', 'get'>): z.output<typeof repositoryShape> {
  const { id, version, name, source, kind, baseBranch, setup, verify, createdBy, createdAt } = repository;
  return {
    id,
    version,
    name,
    source,
    kind,
    baseBranch,
    setup: [...setup],
    verify: [...verify],
    createdBy,
    createdAt: iso(createdAt),
  };
}
