import { z } from 'zod';

const repositorySchema = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(['path', 'url']),
  source: z.string(),
  baseBranch: z.string(),
  /** Where its git lies: in the data directory (relative to it), or elsewhere on the machine. */
  place: z.string(),
  inside: z.boolean(),
  /** The part that holds its commits and refs; null: there was nothing to take. */
  part: z.string().nullable(),
  note: z.string().nullable(),
});

const chainSchema = z.object({
  teamId: z.string(),
  team: z.string(),
  entries: z.number(),
  firstBroken: z.number().nullable(),
  /** Hash of the last entry; null: there was none. */
  head: z.string().nullable(),
});

/** What a backup says of itself. */
export const manifestSchema = z.object({
  format: z.literal(1),
  product: z.literal('opencode-industrial-orchestrator'),
  version: z.string(),
  takenAt: z.string(),
  database: z.enum(['pglite', 'postgres']),
  dataDir: z.string(),
  schema: z.object({ migrations: z.number(), hash: z.string() }),
  /** Which key the sealed columns open with. The key itself is never in a backup. */
  encryptionKeyId: z.string().nullable(),
  tables: z.array(
    z.object({
      name: z.string(),
      columns: z.array(z.object({ name: z.string(), type: z.string() })),
      rows: z.number(),
      parts: z.array(z.string()),
    }),
  ),
  sequences: z.record(z.string(), z.string().nullable()),
  chains: z.array(chainSchema),
  repositories: z.array(repositorySchema),
  bundles: z.array(z.string()),
  parts: z.array(z.object({ path: z.string(), bytes: z.number(), sha256: z.string() })),
});

export type Manifest = z.output<typeof manifestSchema>;
export type KeptRepository = z.output<typeof repositorySchema>;
export type KeptChain = z.output<typeof chainSchema>;

/** Said wherever a backup is taken. */
export const notIncluded = [
  'the encryption key (ENCRYPTION_KEY, or encryption.key of the data directory): keep it elsewhere, without it sealed secrets cannot be opened',
  "OpenCode's own conversations: attempts under way begin anew from the last commit",
  'caches, homes of commands, and the environment the app was started with',
] as const;
