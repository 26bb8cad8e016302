import { z } from 'zod';
import { capabilities } from './agent.ts';
import { actionVerbs, dependencyTypes, startsWithVerb } from './task.ts';
import { text } from './text.ts';

/** 3–200 characters, starting with an action verb. */
export const taskTitle = text('A task title', 3, 200).refine(startsWithVerb, {
  message: `A task title starts with one of: ${actionVerbs.join(', ')}`,
});

/** A dependency as a program asks for it: this task waits for `taskId`. */
export const dependencyInput = z.strictObject({
  taskId: z.guid('Must be the id of a task'),
  type: z.enum(dependencyTypes).default('finish_to_start'),
  required: z.boolean().default(true),
  lagSeconds: z.int().min(0).max(2_592_000).default(0),
});

/** What a task needs from its agent: at least one capability, code_generation unless said. */
export const requiredCapabilities = z
  .array(
    z.enum(capabilities, {
      error: ({ input }) => `There is no capability ${typeof input === 'string' ? input.slice(0, 60) : 'of that form'}`,
    }),
  )
  .min(1, 'Name at least one capability')
  .max(20);
