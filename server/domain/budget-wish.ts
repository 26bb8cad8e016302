import type { Amounts, BudgetAccount, Prices, Standing, Usual } from './budget.ts';
import { secondsOf } from './metrics.ts';
import type { Budget } from './session.ts';

type Clock = Parameters<typeof secondsOf>[0];

/** What a run is taken to need before its agent has shown what its runs need. */
const unknownTokens = 50_000;
/** So many runs make a mean one may go by. */
const samplesNeeded = 3;
const margin = 1.5;
/** Below it the first call alone would ask for more. */
const leastTokens = 1_000;
/** From this share on an open draw is raised before the next call. */
const nearlyUsed = 0.9;

/** Nothing at all: what a person's decision draws, for which no agent runs. */
export const nothing: Amounts = Object.freeze({ tokens: 0, costUsd: 0, attempts: 0, seconds: 0 });

/**
 * What an attempt draws before it starts: one and a half times what the agent's runs use, its cost by the known price.
 * Wall time is no part of it: attempts side by side share one clock, which `wallSecondsLeft` reads.
 */
export function wishOf(usual: Usual, prices: Prices): Amounts {
  const known = usual.samples >= samplesNeeded;
  const tokens = known ? Math.max(leastTokens, Math.ceil(usual.tokens * margin)) : unknownTokens;
  const costUsd =
    prices.input === null || prices.output === null
      ? null
      : known && usual.costUsd !== null
        ? usual.costUsd * margin
        : costOf(tokens, { input: prices.input, output: prices.output });
  return { tokens, costUsd, attempts: 1, seconds: 0 };
}

/**
 * The wish cut to a fair part of what a session's own account still holds, for `slots` that may run: what one drew and does
 * not use must not keep the others waiting.
 */
export function shareOf(wish: Amounts, { caps, reserved, spent }: BudgetAccount, slots: number): Amounts {
  if (caps.tokens === null) return wish;
  const left = caps.tokens - reserved.tokens - spent.tokens;
  const part = Math.max(leastTokens, Math.ceil(left / Math.max(1, slots)));
  return { ...wish, tokens: Math.min(wish.tokens, part) };
}

/** By how much an open draw is to be raised before the next call goes out; null while it holds enough. */
export function raiseOf({ reserved, used }: Standing): { tokens: number; costUsd: number } | null {
  const tokens = used.tokens >= reserved.tokens * nearlyUsed ? chunk(reserved.tokens, 10_000) : 0;
  // Nothing was drawn of an unknown price, and what costs nothing needs no money.
  const spends = reserved.costUsd !== null && used.costUsd !== null && used.costUsd > 0;
  const costUsd =
    spends && used.costUsd >= reserved.costUsd * nearlyUsed ? chunk(Math.max(reserved.costUsd, used.costUsd), 0) : 0;
  return tokens === 0 && costUsd === 0 ? null : { tokens, costUsd };
}

/** Whether nothing of the draw is left for another call. */
export function usedUp({ reserved, used }: Standing): boolean {
  return (
    used.tokens >= reserved.tokens ||
    (reserved.costUsd !== null && used.costUsd !== null && used.costUsd > 0 && used.costUsd >= reserved.costUsd)
  );
}

/** What is left of a session's wall budget: seconds that ran count, paused ones do not. Null without a cap. */
export function wallSecondsLeft(session: Clock & { readonly budget: Budget | null }, now: Date): number | null {
  const cap = session.budget?.wallSeconds;
  return cap === undefined ? null : Math.max(0, cap - ranSeconds(session, now));
}

/** Seconds a session has run, its pauses left out. */
export function ranSeconds(session: Clock, now: Date): number {
  return secondsOf(session, now).executionSeconds ?? 0;
}

// At the dearer of the two prices: an estimate that is too low would be no cap.
function costOf(tokens: number, { input, output }: { input: number; output: number }): number {
  return (tokens * Math.max(input, output)) / 1_000_000;
}

const chunk = (drawn: number, least: number) => Math.max(least, drawn / 2);
