import { z } from 'zod';
import { checkpointReasons } from '../../../domain/checkpoint.ts';
import type { Answered } from '../services.ts';
import { iso, time } from './fields.ts';

export const checkpointShape = z
  .strictObject({
    sequence: z.int().min(1),
    reason: z.enum(checkpointReasons),
    commit: z.string().nullable(),
    createdAt: time,
    undone: z.boolean(),
  })
  .meta({ id: 'Checkpoint' });

export function checkpointOut(checkpoint: Answered<'checkpoints', 'create'>): z.output<typeof checkpointShape> {
  const { sequence, reason, commit, createdAt, undone } = checkpoint;
  return { sequence, reason, commit, createdAt: iso(createdAt), undone };
}
