import { type Actor, authorize } from '../domain/actor.ts';
import type { BudgetAccount, BudgetEntry } from '../domain/budget.ts';
import { ranSeconds } from '../domain/budget-wish.ts';
import { monthOf, resetOf, unpricedWarning } from '../domain/budget-words.ts';
import type { Session } from '../domain/session.ts';
import type { Deps } from './deps.ts';
import { findSession } from './sessions/find.ts';
import { teamOf } from './tokens.ts';

export interface SessionBudget {
  account: BudgetAccount;
  /** The accounts above, up to the team's month. */
  above: BudgetAccount[];
  /** Reservations of attempts that are open now. */
  open: BudgetEntry[];
  /** What of the caps cannot be kept, and why; null when all can. */
  warning: string | null;
}

export interface TeamBudget {
  account: BudgetAccount;
  /** First of the next month, UTC. */
  resetsAt: Date;
}

/** The reservation ledger as people read it (domain.md 1.2, 6). */
export function createBudgets(deps: Deps) {
  const { store, clock } = deps;

  return {
    /** A session's account with all above it. Its seconds are the clock's, which the cap is judged by, not the sum of its runs. */
    async ofSession(actor: Actor, ref: string): Promise<SessionBudget> {
      const session = await findSession(deps, actor, ref, 'read');
      const { id } = await store.budgets.accountOf(session.id);
      const family = new Map([session, ...(await store.sessions.ancestors(session.id))].map((one) => [one.id, one]));
      const [account, ...above] = (await store.budgets.chain(id)).map((one) => {
        const owner = one.sessionId === null ? undefined : family.get(one.sessionId);
        return owner === undefined ? one : { ...one, spent: { ...one.spent, seconds: ranSeconds(owner, clock()) } };
      });
      if (account === undefined) throw new Error('An account is the first of its own chain.');
      return { account, above, open: await store.budgets.openOf(session.id), warning: unkeptCap(deps, session) };
    },

    /** The team's month: what its tokens are spent and drawn on, and when they come back. */
    async ofTeam(actor: Actor): Promise<TeamBudget> {
      const teamId = teamOf(actor);
      authorize(actor, 'read', { teamId, resource: 'sessions' });
      const month = monthOf(clock());
      return { account: await store.budgets.teamMonth(teamId, month), resetsAt: resetOf(month) };
    },
  };
}

/** Why a cap a session was given cannot be kept, or null: without a price nobody knows what is spent. */
export function unkeptCap(
  deps: Pick<Deps, 'prices'>,
  { budget, model }: Pick<Session, 'budget' | 'model'>,
): string | null {
  if (budget?.costUsd === undefined) return null;
  const { input, output } = deps.prices(model);
  return input === null || output === null ? unpricedWarning : null;
}
