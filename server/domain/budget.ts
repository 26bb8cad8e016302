/** The reservation ledger's units (domain.md 1.2 budget, 6 quota). */

/** Tokens, US dollars, attempts and seconds of wall time; an absent cap is no cap. */
export interface Amounts {
  readonly tokens: number;
  /** Null when a price is unknown: shown as unknown, never as 0. */
  readonly costUsd: number | null;
  readonly attempts: number;
  readonly seconds: number;
}

export interface Caps {
  readonly tokens: number | null;
  readonly costUsd: number | null;
  readonly attempts: number | null;
  readonly seconds: number | null;
}

export const budgetAccountKinds = ['team_month', 'session'] as const;
export type BudgetAccountKind = (typeof budgetAccountKinds)[number];

/** A pot that attempts and children draw from. A session's parent is its parent session's account, else the team's month. */
export interface BudgetAccount {
  readonly id: string;
  readonly teamId: string;
  readonly kind: BudgetAccountKind;
  readonly sessionId: string | null;
  /** First of the month, UTC, as `2026-11`; for a team's account. */
  readonly month: string | null;
  readonly parentId: string | null;
  readonly caps: Caps;
  /** Drawn by open attempts of this session and of its children. */
  readonly reserved: Amounts;
  readonly spent: Amounts;
}

/** What one attempt drew, and what it really used once it was settled. */
export interface BudgetEntry {
  readonly id: string;
  readonly accountId: string;
  readonly attemptId: string;
  readonly reserved: Amounts;
  readonly settled: Amounts | null;
  readonly createdAt: Date;
  readonly settledAt: Date | null;
}

/** What an agent's settled runs have really used, one by one on average. */
export interface Usual {
  readonly samples: number;
  readonly tokens: number;
  /** Null without a run of known price. */
  readonly costUsd: number | null;
}

/** US dollars per million tokens; null is unknown, which is not 0. */
export interface Prices {
  readonly input: number | null;
  readonly output: number | null;
}

/** An open entry beside what the gateway has metered for its attempt so far. */
export interface Standing {
  readonly sessionId: string;
  readonly reserved: Amounts;
  readonly used: Pick<Amounts, 'tokens' | 'costUsd'>;
  /** Whether a cap on wall time may end it. */
  readonly timed: boolean;
  /** Why the attempt's calls were cut off, or null. */
  readonly cutOff: string | null;
}
