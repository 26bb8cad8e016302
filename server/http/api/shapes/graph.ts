import { z } from 'zod';
import { dependencyTypes } from '../../../domain/task.ts';
import type { Answered } from '../services.ts';
import { count, id, iso, time } from './fields.ts';
import { taskOut, taskShape } from './task.ts';

export const graphShape = z
  .strictObject({
    nodes: z.array(taskShape),
    /** `from` is the prerequisite. */
    edges: z.array(
      z.strictObject({ id, from: id, to: id, type: z.enum(dependencyTypes), required: z.boolean(), lagSeconds: count }),
    ),
    waves: z.array(z.array(id)),
    criticalPath: z.array(id),
    slackHours: z.record(z.string(), z.number().min(0)),
    progress: z.strictObject({ completed: count, total: count }),
    remainingHours: z.number().min(0),
    etaAt: time.nullable(),
  })
  .meta({ id: 'Graph' });

export function graphOut(graph: Answered<'tasks', 'graph'>): z.output<typeof graphShape> {
  return {
    nodes: graph.nodes.map(taskOut),
    edges: graph.edges.map(({ id, from, to, type, required, lagSeconds }) => ({
      id,
      from,
      to,
      type,
      required,
      lagSeconds,
    })),
    waves: graph.waves.map((wave) => [...wave]),
    criticalPath: [...graph.criticalPath],
    slackHours: { ...graph.slackHours },
    progress: { completed: graph.progress.completed, total: graph.progress.total },
    remainingHours: graph.remainingHours,
    etaAt: iso(graph.etaAt),
  };
}
