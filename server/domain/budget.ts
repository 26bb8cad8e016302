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
