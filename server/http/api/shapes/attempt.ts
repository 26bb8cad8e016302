import { z } from 'zod';
import { attemptStatuses } from '../../../domain/attempt.ts';
import type { Usage } from '../../../domain/metrics.ts';
import type { Answered } from '../services.ts';
import { count, id, iso, record, time } from './fields.ts';

export const usageShape = z
  .strictObject({
    inputTokens: count,
    outputTokens: count,
    reasoningTokens: count,
    cacheReadTokens: count,
    cacheWriteTokens: count,
    /** Null: the price is unknown, which is not 0. */
    costUsd: z.number().min(0).nullable(),
  })
  .meta({ id: 'Usage' });

export function usageOut(usage: Usage): z.output<typeof usageShape> {
  const { inputTokens, outputTokens, reasoningTokens, cacheReadTokens, cacheWriteTokens, costUsd } = usage;
  return { inputTokens, outputTokens, reasoningTokens, cacheReadTokens, cacheWriteTokens, costUsd };
}

const evidence = z.strictObject({
  commands: z.array(
    z.strictObject({
      command: z.string(),
      exitCode: z.int().nullable(),
      durationMs: z.number().min(0),
      output: z.string(),
      timedOut: z.boolean(),
    }),
  ),
  files: z.array(z.string()),
  filesTotal: z.int(),
  treeHash: z.string().nullable(),
  claimed: z.boolean(),
  verifiedAt: time,
});

export const attemptShape = z
  .strictObject({
    id,
    taskId: id,
    number: z.int().min(1),
    epoch: count,
    agentId: id.nullable(),
    runtimeId: id.nullable(),
    remoteSessionId: z.string(),
    status: z.enum(attemptStatuses),
    startedAt: time,
    endedAt: time.nullable(),
    usage: usageShape,
    evidence: evidence.nullable(),
    error: z.strictObject({ code: z.string(), message: z.string(), context: record }).nullable(),
  })
  .meta({ id: 'Attempt' });

export function attemptOut(attempt: Answered<'tasks', 'attempts'>[number]): z.output<typeof attemptShape> {
  const { evidence, error } = attempt;
  return {
    id: attempt.id,
    taskId: attempt.taskId,
    number: attempt.number,
    epoch: attempt.epoch,
    agentId: attempt.agentId,
    runtimeId: attempt.runtimeId,
    remoteSessionId: attempt.remoteSessionId,
    status: attempt.status,
    startedAt: iso(attempt.startedAt),
    endedAt: iso(attempt.endedAt),
    usage: usageOut(attempt.usage),
    evidence: evidence && {
      commands: evidence.commands.map(({ command, exitCode, durationMs, output, timedOut }) => ({
        command,
        exitCode,
        durationMs,
        output,
        timedOut,
      })),
      files: [...evidence.files],
      filesTotal: evidence.filesTotal,
      treeHash: evidence.treeHash,
      claimed: evidence.claimed,
      verifiedAt: evidence.verifiedAt,
    },
    error: error && { code: error.code, message: error.message, context: { ...error.context } },
  };
}

export const routingShape = z
  .strictObject({
    id,
    taskId: id,
    attemptId: id.nullable(),
    selected: id.nullable(),
    sentence: z.string(),
    candidates: z.array(z.unknown()),
    createdAt: time,
  })
  .meta({ id: 'RoutingDecision' });

export function routingOut(decision: Answered<'tasks', 'routing'>[number]): z.output<typeof routingShape> {
  return {
    id: decision.id,
    taskId: decision.taskId,
    attemptId: decision.attemptId,
    selected: decision.selectedAgentId,
    sentence: decision.sentence,
    candidates: [...decision.candidates],
    createdAt: iso(decision.createdAt),
  };
}
