/** The tools by which an agent reads and writes contexts from inside its runtime: names, words and inputs. */
import { z } from 'zod';

/** Under this name a runtime knows the server, and puts it before each tool's name. */
export const toolServerName = 'orchestrator';

const path = z
  .string()
  .min(1)
  .max(2_000)
  .describe('Dot path such as build.tool; a dot inside a key is written \\. and an object is a branch of the tree.');

export const contextTools = {
  context_get: {
    description:
      'Reads what is known to this session: what people and other agents kept, and results of finished tasks (under tasks.<key>). Without a path, the list of all paths.',
    input: z.strictObject({ path: path.optional() }),
  },
  context_set: {
    description:
      'Keeps knowledge for the agents and people of this session: decisions, conventions, findings later tasks need. Give path and value, or several in values. It replaces what stands there; no secrets.',
    input: z
      .strictObject({
        path: path.optional(),
        value: z.json().optional().describe('Any JSON value.'),
        values: z.record(z.string(), z.json()).optional().describe('Several at once: a value for each path.'),
      })
      .refine((input) => (input.path === undefined) !== (input.values === undefined), 'Give path and value, or values')
      .refine((input) => input.path === undefined || input.value !== undefined, 'Give the value; null counts')
      .refine((input) => input.values === undefined || Object.keys(input.values).length > 0, 'The values are empty'),
  },
  context_search: {
    description: 'Finds what is known by words in paths and values, the best first.',
    input: z.strictObject({ words: z.string().min(1).max(500) }),
  },
} as const;
export type ContextTool = keyof typeof contextTools;

/** The name a runtime offers a tool under. */
export function offeredName(tool: ContextTool): string {
  return `${toolServerName}_${tool}`;
}
