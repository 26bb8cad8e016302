/** What people and programs send about blueprints (api.md, blueprints). */
import { z } from 'zod';
import { createSessionInput } from './session-input.ts';
import { storable, text } from './text.ts';

const yaml = storable('The YAML').min(1, 'The YAML is empty').max(262_144, 'The YAML is larger than 256 KiB');
const key = text('The key', 1, 64);

export const blueprintTextInput = z.strictObject({ yaml });

/** One of the catalogue, or a text that is not in it yet, in the light of a session that is not there yet. */
export const blueprintPreviewInput = z
  .strictObject({
    yaml: yaml.optional(),
    key: key.optional(),
    version: text('The version', 1, 40).optional(),
    parameters: createSessionInput.shape.parameters,
    title: text('The title', 1, 200).optional(),
    prompt: text('The prompt', 1, 10_000).optional(),
    parallelism: createSessionInput.shape.parallelism,
    repositoryId: z.guid('Must be the id of a repository').optional(),
  })
  .refine((input) => (input.yaml === undefined) !== (input.key === undefined), {
    path: ['yaml'],
    message: 'Give either yaml or key',
  });

/** Under what a session's graph is kept. */
export const saveGraphInput = z.strictObject({
  key,
  name: text('The name', 1, 100),
  version: text('The version', 1, 40).default('1'),
  description: text('The description', 0, 900).default(''),
});
