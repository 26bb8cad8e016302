import { type Actor, authorize } from '../domain/actor.ts';
import { type Agent, agentStates, agentTiers, agentTypes } from '../domain/agent.ts';
import { presetOf } from '../domain/agent-fleet.ts';
import { assertHoldings, createAgentInput, heldCapabilities, updateAgentInput } from '../domain/agent-input.ts';
import { agentPrompts } from '../domain/agent-prompts.ts';
import { DomainError, invalid, invalidFromZod } from '../domain/errors.ts';
import type { EventType } from '../domain/events.ts';
import type { Deps } from './deps.ts';
import type { AgentRecord } from './fleet-port.ts';
import { defined } from './repositories.ts';
import { assertVersion } from './sessions/find.ts';
import type { Tx } from './store-port.ts';
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
  const { store, secrets } = deps;

  /** Permission is asked before existence. */
  async function find(actor: Actor, idOrName: string, permission: 'read' | 'agent.manage' = 'read'): Promise<Agent> {
    authorize(actor, permission, { teamId: teamOf(actor), resource: 'agents' });
    return existing(store, teamOf(actor), idOrName);
  }

  /** Changes an agent with its audit entry and event; CONFLICT when it is at another version. */
  async function change(
    actor: Actor,
    { agent, patch, action }: { agent: Agent; patch: Parameters<Tx['agents']['update']>[2]; action: string },
    version?: number,
  ): Promise<Agent> {
    return store.transaction(async (tx) => {
      if (patch.name !== undefined && patch.name !== agent.name) {
        await assertNoneOpen(tx, agent, 'renamed');
        await assertNameFree(tx, agent.teamId, patch.name);
      }
      const after = await tx.agents.update(agent.teamId, agent.id, patch, version);
      await tell(tx, actor, after, action, { before: facts(agent), after: facts(after) });
      return after;
    });
  }

  return {
    async list(actor: Actor): Promise<Agent[]> {
      authorize(actor, 'read', { teamId: teamOf(actor), resource: 'agents' });
      return store.agents.list(teamOf(actor));
    },

    /** By id or name; NOT_FOUND. */
    async get(actor: Actor, idOrName: string): Promise<Agent> {
      return find(actor, idOrName);
    },

    /** Registers an agent, on our own OpenCode unless said; prompt and preset are its type's unless said. CONFLICT when the name is taken. */
    async create(actor: Actor, raw: unknown): Promise<Agent> {
      const teamId = teamOf(actor);
      authorize(actor, 'agent.manage', { teamId });
      const parsed = createAgentInput.safeParse(raw);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      const input = parsed.data;
      return store.transaction(async (tx) => {
        await assertNameFree(tx, teamId, input.name);
        const id = secrets.uuid();
        const runtimeId = input.runtimeId ?? deps.runtime.status().id;
        await assertRuns(tx, deps, { teamId, runtimeId, model: input.model }, true);
        await tx.agents.create({
          ...input,
          ...heldCapabilities(input.primaryCapabilities, input.secondaryCapabilities),
          id,
          teamId,
          runtimeId,
          systemPrompt: input.systemPrompt ?? agentPrompts[input.type],
          permissionPreset: input.permissionPreset ?? presetOf(input.type),
          draining: false,
        });
        const agent = await existing(tx, teamId, id);
        await tell(tx, actor, agent, 'agent.registered', { after: facts(agent) });
        return agent;
      });
    },

    async update(
      actor: Actor,
      id: string,
      raw: unknown,
      options: { version?: number | undefined } = {},
    ): Promise<Agent> {
      authorize(actor, 'agent.manage', { teamId: teamOf(actor) });
      const parsed = updateAgentInput.safeParse(raw);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      const agent = await find(actor, id, 'agent.manage');
      assertVersion(agent, options.version);
      const given = defined(parsed.data);
      const asked = { ...agent, ...given };
      assertHoldings(asked);
      const moved = asked.runtimeId !== agent.runtimeId;
      if (moved) await assertMovable(store, agent);
      if (moved || asked.model !== agent.model) await assertRuns(store, deps, asked, moved);
      const patch = { ...given, ...heldCapabilities(asked.primaryCapabilities, asked.secondaryCapabilities) };
      return change(actor, { agent, patch, action: 'agent.updated' }, agent.version);
    },

    /** Takes it off the fleet; its attempts stay readable. CONFLICT while one of them is open. */
    async remove(actor: Actor, id: string): Promise<void> {
      const agent = await find(actor, id, 'agent.manage');
      await store.transaction(async (tx) => {
        await assertNoneOpen(tx, agent, 'removed');
        await tx.agents.remove(agent.teamId, agent.id);
        // One that runs elsewhere is known no more: neither by its token nor by what it signs.
        await tx.external.revoke(agent.id);
        await tell(tx, actor, { ...agent, enabled: false }, 'agent.removed', { before: facts(agent) });
      });
    },

    /** Draining: it gets no new work, and what it works on goes on. */
    async setDraining(actor: Actor, id: string, draining: boolean): Promise<Agent> {
      const agent = await find(actor, id, 'agent.manage');
      if (agent.draining === draining) return agent;
      return change(actor, { agent, patch: { draining }, action: draining ? 'agent.draining' : 'agent.undrained' });
    },

    /** A disabled agent gets no new work; enabling one also ends its drain. */
    async setEnabled(actor: Actor, id: string, enabled: boolean): Promise<Agent> {
      const agent = await find(actor, id, 'agent.manage');
      const patch = enabled ? { enabled, draining: false } : { enabled };
      if (agent.enabled === enabled && (!enabled || !agent.draining)) return agent;
      return change(actor, { agent, patch, action: enabled ? 'agent.enabled' : 'agent.disabled' });
    },

    async record(actor: Actor, idOrName: string): Promise<AgentRecord> {
      return store.agents.record((await find(actor, idOrName)).id);
    },

    async attempts(actor: Actor, idOrName: string, limit = 50): Promise<AgentAttempt[]> {
      return store.agents.attempts((await find(actor, idOrName)).id, limit);
    },

    /** Recent decisions the agent was a candidate in: chosen, or why not. */
    async decisions(
      actor: Actor,
      idOrName: string,
      limit = 50,
    ): Promise<(RoutingDecision & { sessionSlug: string; taskTitle: string })[]> {
      const agent = await find(actor, idOrName);
      return store.routing.recent(agent.teamId, { agentId: agent.id, limit });
    },

    async stats(actor: Actor): Promise<FleetStats> {
      authorize(actor, 'read', { teamId: teamOf(actor), resource: 'agents' });
      const agents = await store.agents.list(teamOf(actor));
      const able = agents.filter(({ enabled }) => enabled);
      return {
        total: agents.length,
        byState: counted(agentStates, agents, ({ state }) => state),
        byTier: counted(agentTiers, agents, ({ tier }) => tier),
        byType: counted(agentTypes, agents, ({ type }) => type),
        load: {
          current: able.reduce((sum, { load }) => sum + load.current, 0),
          max: able.reduce((sum, { load }) => sum + load.max, 0),
        },
      };
    },
  };
}

async function existing(store: Pick<Tx, 'agents'>, teamId: string, idOrName: string): Promise<Agent> {
  const agent = await store.agents.get(teamId, idOrName);
  if (!agent) throw new DomainError('NOT_FOUND', `There is no agent ${idOrName}.`);
  return agent;
}

/** INVALID when there is no such runtime to be put on, or it has not the model the agent would name. */
async function assertRuns(
  store: Pick<Tx, 'runtimes'>,
  deps: Pick<Deps, 'fleet'>,
  { teamId, runtimeId, model }: Pick<Agent, 'teamId' | 'runtimeId' | 'model'>,
  moved: boolean,
): Promise<void> {
  const runtime = await store.runtimes.get(teamId, runtimeId);
  if (moved && (runtime === null || runtime.kind === 'external_agent'))
    throw invalid([{ path: 'runtimeId', message: 'There is no such runtime for agents to be put on.' }]);
  if (runtime?.kind !== 'opencode_external') return;
  const named = model ?? deps.fleet.defaultModel();
  if (runtime.models.includes(named)) return;
  const has = runtime.models.slice(0, 5).join(', ') || 'none';
  const message = `${runtime.name} has no model ${named}: name one of its own (${has}).`;
  throw invalid([{ path: 'model', message }]);
}

/** An agent of its own is its own runtime: nothing of ours could run in its place. */
async function assertMovable(store: Pick<Tx, 'runtimes'>, agent: Agent): Promise<void> {
  if ((await store.runtimes.kindOf(agent.runtimeId)) !== 'external_agent') return;
  throw invalid([{ path: 'runtimeId', message: `${agent.name} runs by itself and cannot be put on a runtime.` }]);
}

/** Says which name is taken; two who register it at the same moment are told apart by the database. */
async function assertNameFree(tx: Tx, teamId: string, name: string): Promise<void> {
  if (!(await tx.agents.get(teamId, name))) return;
  const message = `${name} is an agent of the team already: choose another name.`;
  throw new DomainError('CONFLICT', message, { details: [{ path: 'name', message }] });
}

/** Judged under the agents' locks, which whoever assigns holds too: no attempt is given to it meanwhile. */
async function assertNoneOpen(tx: Tx, agent: Agent, verb: 'removed' | 'renamed'): Promise<void> {
  await tx.agents.lockAll(agent.teamId);
  const open = (await tx.agents.attempts(agent.id, 200)).filter(({ endedAt }) => endedAt === null);
  const [first] = open;
  if (first === undefined) return;
  const more = open.length > 1 ? ` and ${open.length - 1} more` : '';
  throw new DomainError(
    'CONFLICT',
    `${agent.name} works on "${first.taskTitle}" of ${first.sessionSlug}${more}; drain it and wait, or stop the session. Until then it cannot be ${verb}.`,
    { details: { openAttempts: open.length } },
  );
}

/** The audit entry of a change, and its event for whoever watches the team. */
async function tell(
  tx: Tx,
  actor: Actor,
  agent: Agent,
  action: string,
  change: { before?: object; after?: object },
): Promise<void> {
  const type: EventType = action === 'agent.registered' ? 'agent.registered' : 'agent.updated';
  const { id: agentId, name, type: agentType, teamId } = agent;
  await tx.audit.append({ teamId, actor, action, subject: { kind: 'agent', id: agentId }, ...change });
  await tx.events.appendTeam(teamId, { type, actor, payload: { agentId, name, type: agentType, action } });
}

/** What of an agent is a person's choice. */
function facts(agent: Agent) {
  const { name, type, primaryCapabilities, secondaryCapabilities, runtimeId, model, temperature, systemPrompt } = agent;
  const { permissionPreset, preferredTechnologies, avoidedTechnologies, preferredSessionTypes } = agent;
  const { preferredComplexity, minimumQuality, maxConcurrentTasks, enabled, draining } = agent;
  return {
    name,
    type,
    primaryCapabilities,
    secondaryCapabilities,
    runtimeId,
    model,
    temperature,
    systemPrompt,
    permissionPreset,
    preferredTechnologies,
    avoidedTechnologies,
    preferredSessionTypes,
    preferredComplexity,
    minimumQuality,
    maxConcurrentTasks,
    enabled,
    draining,
  };
}

function counted(keys: readonly string[], agents: readonly Agent[], key: (agent: Agent) => string) {
  return Object.fromEntries(keys.map((one) => [one, agents.filter((agent) => key(agent) === one).length]));
}
