import { z } from 'zod';
import { agentTypes, capabilities } from '../../../domain/agent.ts';
import { attemptRoles } from '../../../domain/attempt.ts';
import { estimateSources } from '../../../domain/estimate.ts';
import {
  complexities,
  dependencyTypes,
  type NextAttempt,
  proofs,
  taskKinds,
  taskPriorities,
  taskStatuses,
} from '../../../domain/task.ts';
import type { Answered } from '../services.ts';
import { count, id, iso, time } from './fields.ts';

const hours = z.number().min(0);

/** `taskId` is the prerequisite. */
export const dependencyShape = z
  .strictObject({
    id,
    taskId: id,
    type: z.enum(dependencyTypes),
    required: z.boolean(),
    lagSeconds: count,
    satisfied: z.boolean(),
  })
  .meta({ id: 'Dependency' });

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
    predictedWrites: z.array(z.string()),
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
    dependencies: z.array(dependencyShape),
    kind: z.enum(taskKinds),
    planKey: z.string().nullable(),
    next: z
      .strictObject({
        role: z.enum(attemptRoles),
        reason: z.string(),
        preferredAgent: id.nullable(),
        preferredAgentType: z.enum(agentTypes).nullable(),
        conflictId: id.nullable(),
      })
      .nullable(),
    waiver: z
      .strictObject({ by: z.string(), byName: z.string(), reason: z.string(), at: time, attemptId: id.nullable() })
      .nullable(),
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
    predictedWrites: [...task.predictedWrites],
    verification: task.verification && [...task.verification],
    estimate: { optimistic, likely, pessimistic, expected, sd, confidence, source },
    dependencies: task.dependencies.map(dependencyOut),
    kind: task.kind,
    planKey: task.planKey,
    next: task.next && nextOut(task.next),
    waiver: task.waiver && { ...task.waiver },
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

export function dependencyOut(edge: Answered<'taskEdits', 'link'>): z.output<typeof dependencyShape> {
  const { id, taskId, type, required, lagSeconds, satisfied } = edge;
  return { id, taskId, type, required, lagSeconds, satisfied };
}

function nextOut({ role, reason, preferredAgent, preferredAgentType, conflictId }: NextAttempt) {
  return { role, reason, preferredAgent, preferredAgentType, conflictId };
}
