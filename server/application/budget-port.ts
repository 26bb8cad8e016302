/** The store's verbs for the reservation ledger; its promises stand in `store-port.ts`. */
import type { Amounts, BudgetAccount, BudgetEntry, Caps, Standing, Usual } from '../domain/budget.ts';

/** The account that had too little left. */
export interface Shortage {
  account: BudgetAccount;
  what: keyof Caps;
}

export interface BudgetStore {
  /**
   * The session's account, made when there is none: its caps from the session's budget, its parent the parent session's
   * account or the team's account of this month (UTC), with the caps of the team. Caps follow later changes of either.
   */
  accountOf(sessionId: string): Promise<BudgetAccount>;
  teamMonth(teamId: string, month: string): Promise<BudgetAccount>;
  /** The account and all above it, from the leaf to the team's month. */
  chain(accountId: string): Promise<BudgetAccount[]>;
  /**
   * Draws for an attempt on the session's account and every account above it, atomically: each account's row is locked
   * from the leaf upwards, and all or none are changed. Never more than is left: tokens and cost are cut down to the least
   * that is left anywhere; refused when something is wholly used up, or when `attempts` or `seconds` do not fit.
   */
  reserve(
    sessionId: string,
    attemptId: string,
    wanted: Amounts,
  ): Promise<{ entry: BudgetEntry } | { shortage: Shortage }>;
  /** Raises an open entry's tokens (and cost) by up to `more`, under the same locks. */
  extend(
    attemptId: string,
    more: { tokens: number; costUsd: number },
  ): Promise<{ entry: BudgetEntry } | { shortage: Shortage }>;
  /** Cuts an open entry's tokens and cost down to what its run has used so far; the rest is left for others. */
  giveBack(attemptId: string, used: Pick<Amounts, 'tokens' | 'costUsd'>): Promise<void>;
  /** Gives the reservation back and books what was really used, on every account of the chain; once. */
  settle(attemptId: string, used: Amounts): Promise<void>;
  entryOf(attemptId: string): Promise<BudgetEntry | null>;
  /** Open entries of a session's attempts. */
  openOf(sessionId: string): Promise<BudgetEntry[]>;
  /** What the agent's last 50 settled runs used on average. */
  usual(agentId: string): Promise<Usual>;
  /** An open entry beside what is metered for its attempt; null when there is none. One statement: each model call asks. */
  standing(attemptId: string): Promise<Standing | null>;
}
