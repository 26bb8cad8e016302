import { monthOf } from '../../domain/budget-words.ts';
import { DomainError, invalid } from '../../domain/errors.ts';
import type { Carrier, Subject } from './carrier.ts';

/** More tokens than the team's limit for one month: a second person agrees, and the month after is as ever. */
export function createBudgetRaise(): Carrier {
  return {
    async facts(from, { team, details }) {
      const { tokens, month } = asked(details);
      const account = await from.budgets.teamMonth(team.id, month);
      const { status } = await from.sessions.counts(team.id);
      const waiting = (status.paused ?? 0) + (status.queued ?? 0);
      return [
        { key: 'tokens_asked', count: tokens, items: [month] },
        { key: 'tokens_limit', count: account.caps.tokens ?? 0, items: [] },
        { key: 'tokens_spent', count: account.spent.tokens, items: [] },
        { key: 'tokens_reserved', count: account.reserved.tokens, items: [] },
        { key: 'sessions_waiting', count: waiting, items: [] },
      ];
    },

    assertPossible({ team, details }, now) {
      const { tokens, month } = asked(details);
      if (month !== monthOf(now))
        throw new DomainError('CONFLICT', `It was asked for ${month}, which is over: ask again for this month.`);
      const limit = limitOf(team, month);
      if (tokens <= limit)
        throw invalid([
          { path: 'tokens', message: `The limit of ${month} is ${limit} tokens; ask for more than that.` },
        ]);
    },

    async carryOut(tx, { team, details }) {
      const { tokens, month } = asked(details);
      await tx.teams.raiseMonth(team.id, month, tokens);
      return {
        action: 'team.budget_raise',
        before: { month, tokens: limitOf(team, month) },
        after: { month, tokens },
      };
    },
  };
}

/** The tokens a team has in a month. */
const limitOf = ({ tokensPerMonth, raisedMonth, raisedTokens }: Subject['team'], month: string): number =>
  raisedMonth === month ? (raisedTokens ?? tokensPerMonth) : tokensPerMonth;

function asked(details: Subject['details']): { tokens: number; month: string } {
  const { tokens, month } = details;
  if (typeof tokens !== 'number' || typeof month !== 'string')
    throw new DomainError('INTERNAL', 'The request does not say how many tokens of which month.');
  return { tokens, month };
}
