import { type Actor, authorize } from '../domain/actor.ts';
import type { Agent } from '../domain/agent.ts';
import type { Deps } from './deps.ts';
import { teamOf } from './tokens.ts';

/** The team's agents with their load and performance as they are now: reading only in this version. */
export function createAgents(deps: Deps) {
  return {
    async list(actor: Actor): Promise<Agent[]> {
      authorize(actor, 'read', { teamId: teamOf(actor), resource: 'agents' });
      return deps.store.agents.list(teamOf(actor));
    },
  };
}
