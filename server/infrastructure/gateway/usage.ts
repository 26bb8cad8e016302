import { z } from 'zod';
import type { Prices } from '../../domain/budget.ts';
import { emptyUsage, type Usage } from '../../domain/metrics.ts';

const count = z.number().int().nonnegative().nullish();
const reported = z.object({
  usage: z.object({
    prompt_tokens: count,
    completion_tokens: count,
    prompt_tokens_details: z.object({ cached_tokens: count, cache_write_tokens: count }).nullish(),
    completion_tokens_details: z.object({ reasoning_tokens: count }).nullish(),
  }),
});

/** The usage of an answer or of a stream's chunk; null when it carries none. Fields never overlap, so they add up. */
export function usageOf(body: unknown, prices: Prices): Usage | null {
  const parsed = reported.safeParse(body);
  if (!parsed.success) return null;
  const { prompt_tokens, completion_tokens, prompt_tokens_details, completion_tokens_details } = parsed.data.usage;
  const cacheReadTokens = prompt_tokens_details?.cached_tokens ?? 0;
  const cacheWriteTokens = prompt_tokens_details?.cache_write_tokens ?? 0;
  const reasoningTokens = completion_tokens_details?.reasoning_tokens ?? 0;
  const counts = {
    inputTokens: Math.max(0, (prompt_tokens ?? 0) - cacheReadTokens - cacheWriteTokens),
    outputTokens: Math.max(0, (completion_tokens ?? 0) - reasoningTokens),
    reasoningTokens,
    cacheReadTokens,
    cacheWriteTokens,
  };
  return { ...counts, costUsd: costOf(counts, prices) };
}

function costOf(counts: Omit<Usage, 'costUsd'>, prices: Prices): number | null {
  if (prices.input === null || prices.output === null) return null;
  const input = counts.inputTokens + counts.cacheReadTokens + counts.cacheWriteTokens;
  return (input * prices.input + (counts.outputTokens + counts.reasoningTokens) * prices.output) / 1_000_000;
}

/** A call that reported nothing: zero tokens; its cost is unknown unless nothing was sent to a provider. */
export function unreported(sent: boolean): Usage {
  return sent ? { ...emptyUsage, costUsd: null } : emptyUsage;
}
