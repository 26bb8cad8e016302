/** What people may say about a task of a running graph (api.md, tasks). */
import { z } from 'zod';
import { planTaskFields } from './blueprint.ts';
import { taskPriorities } from './task.ts';
import { text } from './text.ts';
import { analyzeText } from './text-analysis.ts';

/** A task for a graph that stands: a PlanTask whose key may be left out, with its priority and the group it joins. */
export const addTaskInput = planTaskFields
  .extend({
    key: planTaskFields.shape.key.optional(),
    priority: z.enum(taskPriorities).default('normal'),
    parentTaskId: z.guid('Must be the id of a task').optional(),
  })
  .transform(({ capabilities, estimate, ...task }) => {
    const said = analyzeText(task.title, task.description);
    return { ...task, capabilities: capabilities ?? [...said.capabilities], estimate: estimate ?? said.estimate };
  });
export type AddTaskInput = z.output<typeof addTaskInput>;

/** What a PATCH may change; a field that is left out stays as it is. */
export const editTaskInput = z
  .strictObject({
    title: planTaskFields.shape.title.optional(),
    description: planTaskFields.shape.description.unwrap().optional(),
    priority: z.enum(taskPriorities).optional(),
    capabilities: planTaskFields.shape.capabilities,
    technologies: planTaskFields.shape.technologies.unwrap().optional(),
    optional: z.boolean().optional(),
    writes: planTaskFields.shape.writes.unwrap().optional(),
    verification: planTaskFields.shape.verification.unwrap().optional(),
    estimate: planTaskFields.shape.estimate,
  })
  .refine((value) => Object.values(value).some((field) => field !== undefined), 'Name at least one field to change');

/** To whom the next attempt goes. */
export const assignTaskInput = z.strictObject({ agent: text('The agent', 1, 50) });

/** Into what a task is split: tasks, a blueprint, or nothing, for a planner. */
export const decomposeInput = z
  .strictObject({
    tasks: z.array(z.unknown()).optional(),
    blueprint: text('The blueprint', 1, 100).optional(),
    parameters: z
      .record(z.string().min(1).max(100), z.union([z.string().max(1_000), z.number(), z.boolean()]))
      .optional(),
    /** Takes the children's hours as they are given instead of sharing the parent's among them. */
    keepEstimates: z.boolean().optional(),
  })
  .refine(({ tasks, blueprint }) => tasks === undefined || blueprint === undefined, {
    path: ['blueprint'],
    message: 'Name tasks or a blueprint, not both',
  })
  .refine(({ parameters, blueprint }) => parameters === undefined || blueprint !== undefined, {
    path: ['parameters'],
    message: 'Parameters belong to a blueprint; name one',
  });

/** Why work is accepted without its proof; it is audited, so it has to say something. */
export const waiveInput = z.strictObject({ reason: text('The reason', 20, 1_000) });

/** Why a task is cancelled. */
export const cancelTaskInput = z.strictObject({ reason: text('The reason', 0, 1_000).optional() });
