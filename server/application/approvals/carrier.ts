import type { Actor } from '../../domain/actor.ts';
import type { Approval, ApprovalAction, ApprovalFact } from '../../domain/approval.ts';
import type { Session } from '../../domain/session.ts';
import type { Deps } from '../deps.ts';
import type { Lane } from '../engine/lane.ts';
import type { Tx } from '../store-port.ts';
import type { Team } from '../team-port.ts';
import { createBudgetRaise } from './budget-raise.ts';
import { createForceComplete } from './force-complete.ts';
import { createTeamDelete } from './team-delete.ts';

/** What an approval is about, under its lock where the work is a transaction. */
export interface Subject {
  readonly team: Team;
  /** Null when it is about the team. */
  readonly session: Session | null;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface Decision {
  readonly approval: Approval;
  readonly actor: Actor;
  readonly note: string;
  /** What is true at this moment, read under the locks. */
  readonly facts: readonly ApprovalFact[];
  readonly now: Date;
  /** The repository's lane, where it could be had. */
  readonly lane: Lane | null;
}

/** What was done, for the audit, and what is left to do once it is committed. */
export interface Carried {
  readonly action: string;
  readonly before: Record<string, unknown>;
  readonly after: Record<string, unknown>;
  readonly afterwards?: () => Promise<void>;
}

/** How one kind of approval is judged and carried out. */
export interface Carrier {
  /** Carrying it out asks about other teams, so it is not done behind the wall of its own. */
  readonly spansTeams?: boolean;
  facts(from: Tx, subject: Subject): Promise<ApprovalFact[]>;
  /** Throws when it cannot be carried out as things are. */
  assertPossible(subject: Subject, now: Date): void;
  /** The effect, in the transaction of the decision. */
  carryOut(tx: Tx, subject: Subject, decision: Decision): Promise<Carried>;
  /** Runs the deciding transaction, where something has to be held around it. */
  around?<T>(subject: Subject, work: (lane: Lane | null) => Promise<T>): Promise<T>;
}

/** One carrier for each kind there is. */
export function createCarriers(deps: Deps): Record<ApprovalAction, Carrier> {
  return {
    force_complete: createForceComplete(deps),
    budget_raise: createBudgetRaise(),
    team_delete: createTeamDelete(deps),
  };
}
