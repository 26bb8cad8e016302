import { z } from 'zod';
import { text } from './text.ts';

/** A folder or file below where an import may look: never above it. */
const path = text('The path', 1, 500).refine(
  (value) => !value.startsWith('/') && !value.includes('\\') && !value.split('/').includes('..'),
  'A path below it, without .. and not from the root',
);

/** From where blueprints are taken into a team's catalogue (domain.md 4). */
export const blueprintImport = z.discriminatedUnion(
  'kind',
  [
    /** A folder of this server, or one file of it, below the one the operator allows. */
    z.strictObject({ kind: z.literal('directory'), path: path.optional() }),
    /** A git repository: the folder `blueprints`, or the path given, at a branch, a tag or the default branch. */
    z.strictObject({
      kind: z.literal('git'),
      url: text('The URL', 1, 1_000),
      ref: text('The branch or tag', 1, 200)
        .regex(/^(?!-)[A-Za-z0-9._/+-]+$/, 'The name of a branch or tag')
        .optional(),
      path: path.optional(),
    }),
    /** One YAML file with its checksum, or the index of a registry, which names the checksum of each. */
    z.strictObject({
      kind: z.literal('https'),
      url: text('The URL', 1, 1_000),
      sha256: z
        .string()
        .trim()
        .toLowerCase()
        .regex(/^[0-9a-f]{64}$/, 'A SHA-256 in hexadecimal: 64 characters')
        .optional(),
      /** Of an index, only these. */
      keys: z
        .array(text('A key', 1, 64))
        .min(1)
        .max(100)
        .optional(),
    }),
  ],
  'Say kind: directory, git or https',
);
export type BlueprintImport = z.infer<typeof blueprintImport>;
export type ImportFrom<Kind extends BlueprintImport['kind']> = Extract<BlueprintImport, { kind: Kind }>;

/** The index of an HTTPS registry; a `url` may be relative to it. */
export const registryIndex = z.object({
  blueprints: z
    .array(
      z.object({
        key: text('A key', 1, 64),
        version: z.union([z.string(), z.number()]).transform(String),
        url: text('A URL', 1, 1_000),
        sha256: z
          .string()
          .toLowerCase()
          .regex(/^[0-9a-f]{64}$/, 'A SHA-256 in hexadecimal: 64 characters'),
      }),
    )
    .max(100, 'An index names at most 100 blueprints'),
});
