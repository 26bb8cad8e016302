import type { Actor } from '../domain/actor.ts';
import type { BudgetAccount, BudgetEntry } from '../domain/budget.ts';
import type { Deps } from './deps.ts';

export interface SessionBudget {
  account: BudgetAccount;
  /** The accounts above, up to the team's month. */
  above: BudgetAccount[];
  /** Reservations of attempts that are open now. */
  open: BudgetEntry[];
}

export interface TeamBudget {
  account: BudgetAccount;
  /** First of the next month, UTC. */
  resetsAt: Date;
}

/** The reservation ledger as people read it (domain.md 1.2, 6). */
export function createBudgets(deps: Deps) {
  return {
    async ofSession(actor: Actor, ref: string): Promise<SessionBudget> {
      return soon(deps, actor, ref);
    },
    async ofTeam(actor: Actor): Promise<TeamBudget> {
      return soon(deps, actor);
    },
  };
}

// Filled in by the verbs' own change; every call says so until then.
function soon(..._given: unknown[]): never {
  throw new Error('This verb is being written.');
}
