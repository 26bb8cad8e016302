import type { Amounts, BudgetAccount, Caps } from './budget.ts';

const dollars = (amount: number) => amount.toFixed(2);

/** That nothing of a cap is left, as people read it; `of` names whose cap it is when it is not the session's own. */
export function usedUpInWords(caps: Caps, what: keyof Caps, of: string | null = null): string {
  const place = of === null ? '' : ` of ${of}`;
  switch (what) {
    case 'tokens':
      return `all ${caps.tokens ?? 0} tokens${place} are used`;
    case 'costUsd':
      return `all ${dollars(caps.costUsd ?? 0)} USD${place} are spent`;
    case 'attempts':
      return `all ${caps.attempts ?? 0} attempts${place} are used`;
    case 'seconds':
      return `all ${caps.seconds ?? 0} seconds${place} have run`;
  }
}

/** That a team's month is spent, with the day its tokens come back. */
export function monthSpentInWords({ caps }: BudgetAccount, resetsAt: Date): string {
  return `the team's ${caps.tokens ?? 0} tokens of this month are spent; they come back on ${dayOf(resetsAt)} (UTC)`;
}

/** That nothing is left to draw, though what others have drawn may still come back. */
export function drawnInWords(whose: string): string {
  return `the rest of the budget of ${whose} is drawn by attempts that are running; it goes on when one of them ends`;
}

/** That a provider's quota is spent, with the moment it comes back: it counts down by itself. */
export function parkedInWords(until: Date): string {
  const at = until.toISOString();
  return `the quota of the provider is spent; the runtime is parked until ${at.slice(0, 10)} ${at.slice(11, 19)} UTC`;
}

/** Why a cap in money does not hold, where a price is unknown. */
export const unpricedWarning =
  'The price of the model is unknown, so the cost cap cannot be kept by cost; caps on tokens, attempts and time hold';

/** Whether open attempts besides `own` have drawn of an account, so that something may come back without anybody raising it. */
export function drawnByOthers(account: BudgetAccount, what: keyof Caps, own: Amounts | null): boolean {
  const all = account.reserved[what];
  const mine = own === null ? 0 : own[what];
  // Two that are both unpriced cannot be told apart; attempts can.
  if (all === null || mine === null) return account.reserved.attempts > (own?.attempts ?? 0);
  return all - mine > 1e-9;
}

/** The first moment of the month after, UTC: then a team's tokens come back. */
export function resetOf(month: string): Date {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number, 1));
}

/** `2026-11`, UTC. */
export function monthOf(now: Date): string {
  return now.toISOString().slice(0, 7);
}

const dayOf = (date: Date) => date.toISOString().slice(0, 10);
