import { z } from 'zod';
import { capabilities } from '../../../domain/agent.ts';
import { estimateSources } from '../../../domain/estimate.ts';
import { complexities, dependencyTypes, proofs, taskPriorities, taskStatuses } from '../../../domain/task.ts';
import type { Answered } from '../services.ts';
import { count, id, iso, time } from './fields.ts';

const hours = z.number().min(0);

export const taskShape = z
  .strictObject({
    id,
    sessionId: id,
    key: z.string(),
    parentTaskId: id.nullable(),
    version: z.int(),
    title: z.string(),
    description: z.string().nullable(),
    status: z.enum(taskStatuses),
    reason: z.string().nullable(),
    priority: z.enum(taskPriorities),
    complexity: z.enum(complexities),
    capabilities: z.array(z.enum(capabilities)),
    technologies: z.array(z.string()),
    optional: z.boolean(),
    writes: z.array(z.string()),
    verification: z.array(z.string()).nullable(),
    estimate: z.strictObject({
      optimistic: hours,
      likely: hours,
      pessimistic: hours,
      expected: hours,
      sd: hours,
      confidence: z.number().min(0).max(1),
      source: z.enum(estimateSources),
    }),
    dependencies: z.array(
      z.strictObject({
        id,
        taskId: id,
        type: z.enum(dependencyTypes),
        required: z.boolean(),
        lagSeconds: count,
        satisfied: z.boolean(),
      }),
    ),
    agentId: id.nullable(),
    attemptCount: count,
    proof: z.enum(proofs),
    result: z.unknown(),
    error: z.strictObject({ code: z.string(), message: z.string(), context: z.unknown() }).nullable(),
    readyAt: time.nullable(),
    startedAt: time.nullable(),
    endedAt: time.nullable(),
  })
  .meta({ id: 'Task' });

export function taskOut(task: Answered<'tasks', 'get'>): z.output<typeof taskShape> {
  const { optimistic, likely, pessimistic, expected, sd, confidence, source } = task.estimate;
  return {
    id: task.id,
    sessionId: task.sessionId,
    key: task.key,
    parentTaskId: task.parentTaskId,
    version: task.version,
    title: task.title,
    description: task.description,
    status: task.status,
    reason: task.reason,
    priority: task.priority,
    complexity: task.complexity,
    capabilities: [...task.capabilities],
    technologies: [...task.technologies],
    optional: task.optional,
    writes: [...task.writes],
    verification: task.verification && [...task.verification],
    estimate: { optimistic, likely, pessimistic, expected, sd, confidence, source },
    dependencies: task.dependencies.map((edge) => ({
      id: edge.id,
      taskId: edge.taskId,
      type: edge.type,
      required: edge.required,
      lagSeconds: edge.lagSeconds,
      satisfied: edge.satisfied,
    })),
    agentId: task.agentId,
    attemptCount: task.attemptCount,
    proof: task.proof,
    result: task.result ?? null,
    error: task.error && { code: task.error.code, message: task.error.message, context: task.error.context ?? {} },
    readyAt: iso(task.readyAt),
    startedAt: iso(task.startedAt),
    endedAt: iso(task.endedAt),
  };
}
