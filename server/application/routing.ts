import { type Actor, authorize } from '../domain/actor.ts';
import { invalid, invalidFromZod } from '../domain/errors.ts';
import { type Route, type RouteWeights, route } from '../domain/routing.ts';
import { routeInput, whatIfInput } from '../domain/routing-input.ts';
import { type Ranked, replay } from '../domain/routing-replay.ts';
import type { Deps } from './deps.ts';
import { candidatesFor } from './engine/candidates.ts';
import { findSession } from './sessions/find.ts';
import { teamOf } from './tokens.ts';
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

/** More decisions than this are not asked again at once: the newest are. */
const mostDecisions = 5_000;

/** Routing explained: dry runs, last month's decisions under other weights (domain.md 3.5). */
export function createRouting(deps: Deps) {
  const { store } = deps;

  return {
    /** Decides as the dispatcher would at this moment, and assigns nothing. */
    async dryRun(actor: Actor, raw: unknown): Promise<Route> {
      const teamId = teamOf(actor);
      authorize(actor, 'read', { teamId, resource: 'agents' });
      const parsed = routeInput.safeParse(raw);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      const { preferredAgent } = parsed.data;
      if (preferredAgent !== null && !(await store.agents.get(teamId, preferredAgent)))
        throw invalid([{ path: 'preferredAgent', message: `There is no agent ${preferredAgent}.` }]);
      return route({ ...parsed.data, teamId }, await candidatesFor(store, deps, teamId));
    },

    /**
     * `raw` holds `weights`, six by name that must sum to 1 (INVALID names the sum), and `days` (1–31, default 30).
     * Decisions a person made, and those nobody fitted, are not asked again.
     */
    async whatIf(actor: Actor, raw: unknown): Promise<WhatIf> {
      const teamId = teamOf(actor);
      authorize(actor, 'read', { teamId, resource: 'agents' });
      const parsed = whatIfInput.safeParse(raw);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      const { days, weights } = parsed.data;
      const since = new Date(deps.clock().getTime() - days * 86_400_000);
      const decisions = await store.routing.recent(teamId, { since, limit: mostDecisions });
      const replayed = decisions.flatMap((decision) => {
        const found = replay(decision, weights);
        return found === null ? [] : [{ decision, ...found }];
      });
      return {
        weights,
        days,
        decisions: replayed.length,
        changed: replayed
          .filter(({ before, after }) => before?.agentId !== after?.agentId)
          .map(({ decision, before, after }) => ({
            decisionId: decision.id,
            at: decision.createdAt,
            sessionSlug: decision.sessionSlug,
            taskId: decision.taskId,
            taskTitle: decision.taskTitle,
            before,
            after,
          })),
        wins: winsOf(replayed),
      };
    },

    async ofSession(actor: Actor, ref: string): Promise<RoutingDecision[]> {
      return store.routing.ofSession((await findSession(deps, actor, ref, 'read')).id);
    },
  };
}

function winsOf(replayed: readonly { before: Ranked | null; after: Ranked | null }[]): WhatIf['wins'] {
  const wins = new Map<string, WhatIf['wins'][number]>();
  const count = (one: Ranked | null, when: 'before' | 'after') => {
    if (one === null) return;
    const known = wins.get(one.agentId) ?? { agentId: one.agentId, name: one.name, before: 0, after: 0 };
    known[when] += 1;
    wins.set(one.agentId, known);
  };
  for (const { before, after } of replayed) {
    count(before, 'before');
    count(after, 'after');
  }
  return [...wins.values()].sort((a, b) => b.after - a.after || b.before - a.before || (a.name < b.name ? -1 : 1));
}
