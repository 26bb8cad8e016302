import { addUsage, emptyUsage, totalTokens, type Usage } from '../server/domain/metrics.ts';
import type { AttemptBrief } from './live-attempt.ts';

/** What one task, or one agent, has taken of a session. */
export interface Share {
  readonly id: string;
  readonly attempts: number;
  readonly succeeded: number;
  /** Seconds at work, waiting for a person included. */
  readonly seconds: number;
  readonly usage: Usage;
  readonly tokens: number;
}

/** Attempts summed by what `of` says, those that took most tokens first, then most time. */
export function sharesOf<A extends AttemptBrief>(
  attempts: readonly A[],
  of: (attempt: A) => string,
  now: Date,
): Share[] {
  return [...Map.groupBy(attempts, of)]
    .map(([id, mine]) => {
      const usage = mine.reduce((sum: Usage, attempt) => addUsage(sum, attempt.usage), emptyUsage);
      return {
        id,
        attempts: mine.length,
        succeeded: mine.filter((attempt) => attempt.status === 'succeeded').length,
        seconds: mine.reduce((sum, { startedAt, endedAt }) => sum + secondsOf(startedAt, endedAt ?? now), 0),
        usage,
        tokens: totalTokens(usage),
      };
    })
    .sort((a, b) => b.tokens - a.tokens || b.seconds - a.seconds);
}

const secondsOf = (from: Date, to: Date) => Math.max(0, (to.getTime() - from.getTime()) / 1000);
