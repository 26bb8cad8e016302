/** Tokens and cost as the provider reported them. `costUsd` null means the price is unknown, which is not 0. */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly costUsd: number | null;
}

/** No calls made: a cost of exactly 0, and the neutral element of `addUsage`. */
export const emptyUsage: Usage = Object.freeze({
  inputTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  costUsd: 0,
});

/** Field by field. A sum with an unknown price has an unknown price: showing the known part would be too low. */
export function addUsage(a: Usage, b: Usage): Usage {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    reasoningTokens: a.reasoningTokens + b.reasoningTokens,
    cacheReadTokens: a.cacheReadTokens + b.cacheReadTokens,
    cacheWriteTokens: a.cacheWriteTokens + b.cacheWriteTokens,
    costUsd: a.costUsd === null || b.costUsd === null ? null : a.costUsd + b.costUsd,
  };
}

/** All tokens that count against a budget: everything the provider bills, cached or not. */
export function totalTokens(usage: Usage): number {
  return (
    usage.inputTokens + usage.outputTokens + usage.reasoningTokens + usage.cacheReadTokens + usage.cacheWriteTokens
  );
}

/** What a session has used so far (domain.md 1.6). Times in seconds; null where the phase has not begun. */
export interface Metrics {
  readonly queueSeconds: number | null;
  readonly executionSeconds: number | null;
  readonly totalSeconds: number;
  readonly usage: Usage;
  readonly apiCalls: number;
  readonly apiErrors: number;
  readonly errorRate: number;
  readonly healthy: boolean;
  readonly retries: number;
  readonly attempts: number;
  readonly checkpoints: number;
  readonly filesChanged: number;
  readonly linesAdded: number;
  readonly linesRemoved: number;
}

/** Errors ÷ calls, 0 without calls. */
export function errorRate(calls: number, errors: number): number {
  return calls === 0 ? 0 : errors / calls;
}

/** False when more than a tenth of the calls failed, or retries > 5, or warnings > 10 (domain.md 1.6). */
export function healthy(counts: { apiCalls: number; apiErrors: number; retries: number; warnings: number }): boolean {
  if (counts.apiErrors > 0 && errorRate(counts.apiCalls, counts.apiErrors) > 0.1) return false;
  return counts.retries <= 5 && counts.warnings <= 10;
}

interface Clock {
  readonly createdAt: Date;
  readonly queuedAt: Date | null;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  readonly pausedAt: Date | null;
  readonly pausedSeconds: number;
}

/** Queue, execution and total seconds. Paused time is not execution; an end stops every clock. */
export function secondsOf(
  clock: Clock,
  now: Date,
): { queueSeconds: number | null; executionSeconds: number | null; totalSeconds: number } {
  const end = clock.endedAt ?? now;
  const paused = clock.pausedSeconds + (clock.pausedAt === null ? 0 : seconds(clock.pausedAt, end));
  return {
    queueSeconds: clock.queuedAt === null ? null : seconds(clock.queuedAt, clock.startedAt ?? end),
    executionSeconds: clock.startedAt === null ? null : Math.max(0, seconds(clock.startedAt, end) - paused),
    totalSeconds: seconds(clock.createdAt, end),
  };
}

function seconds(from: Date, to: Date): number {
  return Math.max(0, (to.getTime() - from.getTime()) / 1000);
}
