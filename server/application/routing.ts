import type { Actor } from '../domain/actor.ts';
import type { Route, RouteWeights } from '../domain/routing.ts';
import type { Deps } from './deps.ts';
import type { RoutingDecision } from './work-port.ts';

/** A decision that would have gone to somebody else under other weights. */
export interface ChangedDecision {
  decisionId: string;
  at: Date;
  sessionSlug: string;
  taskId: string;
  taskTitle: string;
  before: { agentId: string; name: string; score: number } | null;
  after: { agentId: string; name: string; score: number } | null;
}

export interface WhatIf {
  weights: RouteWeights;
  days: number;
  decisions: number;
  changed: ChangedDecision[];
  /** How many decisions each agent won, before and under these weights. */
  wins: { agentId: string; name: string; before: number; after: number }[];
}

/** Routing explained: dry runs, last month's decisions under other weights (domain.md 3.5). */
export function createRouting(deps: Deps) {
  return {
    /** Decides as the dispatcher would at this moment, and assigns nothing. */
    async dryRun(actor: Actor, raw: unknown): Promise<Route> {
      return soon(deps, actor, raw);
    },
    /** `raw` holds the six weights, which must sum to 1 (INVALID names the sum), and `days` (1–31, default 30). */
    async whatIf(actor: Actor, raw: unknown): Promise<WhatIf> {
      return soon(deps, actor, raw);
    },
    async ofSession(actor: Actor, ref: string): Promise<RoutingDecision[]> {
      return soon(deps, actor, ref);
    },
  };
}

// Filled in by the verbs' own change; every call says so until then.
function soon(..._given: unknown[]): never {
  throw new Error('This verb is being written.');
}
