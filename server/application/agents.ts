import { type Actor, authorize } from '../domain/actor.ts';
import type { Agent } from '../domain/agent.ts';
import type { Deps } from './deps.ts';
import type { AgentRecord } from './team-port.ts';
import { teamOf } from './tokens.ts';
import type { RoutingDecision } from './work-port.ts';

/** An attempt in an agent's list. */
export interface AgentAttempt {
  attemptId: string;
  taskId: string;
  sessionSlug: string;
  taskTitle: string;
  role: string;
  status: string;
  startedAt: Date;
  endedAt: Date | null;
  failure: string | null;
}

export interface FleetStats {
  total: number;
  byState: Record<string, number>;
  byTier: Record<string, number>;
  byType: Record<string, number>;
  /** Open attempts and slots of the enabled agents. */
  load: { current: number; max: number };
}

/** The team's agents (domain.md 3). */
export function createAgents(deps: Deps) {
  return {
    async list(actor: Actor): Promise<Agent[]> {
      authorize(actor, 'read', { teamId: teamOf(actor), resource: 'agents' });
      return deps.store.agents.list(teamOf(actor));
    },
    /** By id or name; NOT_FOUND. */
    async get(actor: Actor, idOrName: string): Promise<Agent> {
      return soon(deps, actor, idOrName);
    },
    async create(actor: Actor, raw: unknown): Promise<Agent> {
      return soon(deps, actor, raw);
    },
    async update(
      actor: Actor,
      id: string,
      raw: unknown,
      options: { version?: number | undefined } = {},
    ): Promise<Agent> {
      return soon(deps, actor, id, raw, options);
    },
    async remove(actor: Actor, id: string): Promise<void> {
      return soon(deps, actor, id);
    },
    async setDraining(actor: Actor, id: string, draining: boolean): Promise<Agent> {
      return soon(deps, actor, id, draining);
    },
    async setEnabled(actor: Actor, id: string, enabled: boolean): Promise<Agent> {
      return soon(deps, actor, id, enabled);
    },
    async record(actor: Actor, idOrName: string): Promise<AgentRecord> {
      return soon(deps, actor, idOrName);
    },
    async attempts(actor: Actor, idOrName: string, limit = 50): Promise<AgentAttempt[]> {
      return soon(deps, actor, idOrName, limit);
    },
    /** Recent decisions the agent was a candidate in: chosen, or why not. */
    async decisions(
      actor: Actor,
      idOrName: string,
      limit = 50,
    ): Promise<(RoutingDecision & { sessionSlug: string; taskTitle: string })[]> {
      return soon(deps, actor, idOrName, limit);
    },
    async stats(actor: Actor): Promise<FleetStats> {
      return soon(deps, actor);
    },
  };
}

// Filled in by the verbs' own change; every call says so until then.
function soon(..._given: unknown[]): never {
  throw new Error('This verb is being written.');
}
