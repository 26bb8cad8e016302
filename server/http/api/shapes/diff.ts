import { z } from 'zod';
import type { Answered } from '../services.ts';
import { count } from './fields.ts';

export const diffShape = z
  .strictObject({
    base: z.string(),
    head: z.string(),
    files: z.array(
      z.strictObject({
        path: z.string(),
        oldPath: z.string().nullable(),
        status: z.enum(['added', 'modified', 'deleted', 'renamed']),
        additions: count,
        deletions: count,
        binary: z.boolean(),
        patch: z.string().nullable(),
      }),
    ),
    additions: count,
    deletions: count,
    truncated: z.boolean(),
  })
  .meta({ id: 'Diff' });

export function diffOut(diff: Answered<'diffs', 'ofSession'>): z.output<typeof diffShape> {
  return {
    base: diff.base,
    head: diff.head,
    files: diff.files.map(({ path, oldPath, status, additions, deletions, binary, patch }) => ({
      path,
      oldPath,
      status,
      additions,
      deletions,
      binary,
      patch,
    })),
    additions: diff.additions,
    deletions: diff.deletions,
    truncated: diff.truncated,
  };
}
