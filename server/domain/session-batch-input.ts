import { z } from 'zod';
import { batchVerbs, mostInBatch } from './session-batch.ts';

/** An order for several sessions, named by slug or id; tagging names the tag. */
export const batchInput = z
  .object({
    verb: z.enum(batchVerbs),
    sessions: z
      .array(z.string().trim().min(1).max(40))
      .min(1, 'Select at least one session')
      .max(mostInBatch, `Select at most ${mostInBatch} sessions`)
      .transform((refs) => [...new Set(refs)]),
    tag: z.string().trim().max(40, 'The tag may have at most 40 characters').optional(),
  })
  .refine(({ verb, tag }) => (verb !== 'tag' && verb !== 'untag') || (tag ?? '') !== '', {
    path: ['tag'],
    message: 'Name the tag',
  });
