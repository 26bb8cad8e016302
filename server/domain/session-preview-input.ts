import { z } from 'zod';
import { createSessionInput } from './session-input.ts';

const { blueprint, parameters, parentId, repositoryId, parallelism, model } = createSessionInput.shape;

/** What decides a session's plan; a form may ask while its title or prompt is still being written. */
export const sessionPreviewInput = z.strictObject({
  title: z.string().max(200).default(''),
  prompt: z.string().max(10_000).default(''),
  blueprint,
  parameters,
  parentId,
  repositoryId: repositoryId.optional(),
  parallelism,
  model,
});
