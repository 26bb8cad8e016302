/** What a person may say of a repository (api.md, Repository). */
import { z } from 'zod';

const commands = z
  .array(z.string().trim().min(1, 'A command cannot be empty.').max(500, 'A command has at most 500 characters.'))
  .max(20, 'At most 20 commands.');
const name = z.string().trim().min(1, 'Name the repository.').max(100, 'A name has at most 100 characters.');
const branch = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .regex(/^(?!-)(?!.*\.\.)[A-Za-z0-9._/+-]+$/, 'That is not a branch name.');

export const createRepositoryInput = z.strictObject({
  name: name.optional(),
  /** An absolute path, an https or ssh git URL, or `sample`. */
  source: z
    .string({ error: 'Give an absolute path, a git URL, or "sample".' })
    .trim()
    .min(1, 'Give an absolute path, a git URL, or "sample".')
    .max(2000),
  baseBranch: branch.optional(),
  setup: commands.optional(),
  verify: commands.optional(),
});
export type CreateRepositoryInput = z.infer<typeof createRepositoryInput>;

export const updateRepositoryInput = z.strictObject({
  name: name.optional(),
  baseBranch: branch.optional(),
  setup: commands.optional(),
  verify: commands.optional(),
});
export type UpdateRepositoryInput = z.infer<typeof updateRepositoryInput>;
