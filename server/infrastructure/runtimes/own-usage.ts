import type { RunOrder } from '../../application/ports.ts';
import type { CallRecord } from '../gateway/model-call.ts';
import { type Message, messageUsage } from './opencode-shapes.ts';

/** A model call that went past our gateway, as the server itself tells of it; `key` makes a second telling harmless. */
export type ReportedCall = CallRecord & { key: string };

/** The finished model calls among these messages. What a model without a price costs is unknown, not nothing. */
export function reportedCalls(order: RunOrder, messages: readonly Message[]): ReportedCall[] {
  return messages.flatMap(({ info }) => {
    if (info.role !== 'assistant' || info.time.completed === undefined) return [];
    const used = messageUsage.safeParse(info);
    if (!used.success) return [];
    const { providerID, modelID, cost, tokens } = used.data;
    return [
      {
        key: `${order.attemptId}:${info.id}`,
        attemptId: order.attemptId,
        sessionId: order.sessionId,
        teamId: order.teamId,
        provider: providerID,
        model: modelID,
        inputTokens: tokens.input,
        outputTokens: tokens.output,
        reasoningTokens: tokens.reasoning,
        cacheReadTokens: tokens.cache.read,
        cacheWriteTokens: tokens.cache.write,
        costUsd: cost > 0 ? cost : null,
        latencyMs: Math.max(0, info.time.completed - info.time.created),
        status: info.error === undefined ? 200 : 502,
        errorClass: info.error === undefined ? null : ('transient' as const),
      },
    ];
  });
}
