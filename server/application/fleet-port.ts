/** The store's verbs for the runtimes here and the agents on them; its promises stand in `store-port.ts`. */
import type { Agent, AgentState, AgentTier, Capability } from '../domain/agent.ts';
import type { RuntimeRecordStore } from './runtime-port.ts';

export interface StoredRuntimeState {
  state: 'starting' | 'online' | 'degraded' | 'parked' | 'offline';
  detail: string;
  softwareVersion: string | null;
  circuit: 'closed' | 'open' | 'half_open';
  parkedUntil: Date | null;
}

export interface RuntimeStore extends RuntimeRecordStore {
  /** The pool of every instance's embedded OpenCode, made once; since when tells one installation from another. */
  upsertEmbedded(row: { id: string; name: string; capacity?: number }): Promise<{ id: string; createdAt: Date }>;
  setState(id: string, state: StoredRuntimeState): Promise<void>;
  /** The pool is as good as the best of the living instances' own; answers what it became, null when nothing changed. */
  followInstances(id: string): Promise<StoredRuntimeState | null>;
}

export interface AgentStore {
  create(
    agent: Omit<
      Agent,
      | 'version'
      | 'state'
      | 'tier'
      | 'load'
      | 'performance'
      | 'lastHeartbeatAt'
      | 'degradedAt'
      | 'recoveredAt'
      | 'createdAt'
    >,
  ): Promise<void>;
  /** With load counted from open attempts and performance from finished ones, in this transaction. */
  list(teamId: string): Promise<Agent[]>;
  get(teamId: string, idOrName: string): Promise<Agent | null>;
  /** Row locks of the candidates, in id order: load is judged under them. */
  lockAll(teamId: string): Promise<void>;
  /** When each agent of the team last finished something, and whether a probe of it is open. */
  idle(teamId: string): Promise<{ agentId: string; idleSince: Date | null; probing: boolean }[]>;
  heartbeat(runtimeId: string): Promise<void>;
  /** What its model calls are sent with; null when it is gone. Cheap: asked with every call. */
  temperatureOf(id: string): Promise<number | null>;
  /** Guarded by the version when given; version + 1. A name that is taken is CONFLICT. */
  update(
    teamId: string,
    id: string,
    patch: Partial<
      Pick<
        Agent,
        | 'name'
        | 'primaryCapabilities'
        | 'secondaryCapabilities'
        | 'runtimeId'
        | 'model'
        | 'temperature'
        | 'systemPrompt'
        | 'permissionPreset'
        | 'preferredTechnologies'
        | 'avoidedTechnologies'
        | 'preferredSessionTypes'
        | 'preferredComplexity'
        | 'minimumQuality'
        | 'maxConcurrentTasks'
        | 'enabled'
        | 'draining'
      >
    >,
    version?: number,
  ): Promise<Agent>;
  /** Takes it off the fleet; CONFLICT while it has open attempts. Its name is free again, its attempts stay. */
  remove(teamId: string, id: string): Promise<void>;
  /** Counts, means and success by capability, technology and day (domain.md 3.3). */
  record(agentId: string): Promise<AgentRecord>;
  /** Ended and open attempts of the agent, newest first. */
  attempts(
    agentId: string,
    limit: number,
  ): Promise<
    {
      attemptId: string;
      taskId: string;
      sessionSlug: string;
      taskTitle: string;
      role: string;
      status: string;
      startedAt: Date;
      endedAt: Date | null;
      failure: string | null;
    }[]
  >;
  /** What of every team's agents was last told, and what is true now: for the sweep. */
  watch(): Promise<
    {
      agent: Agent;
      toldState: AgentState | null;
      toldTier: AgentTier | null;
      degradedAt: Date | null;
      probesInARow: number;
    }[]
  >;
  /** Notes what was told (and since when its record is degraded, or that it recovered); in the transaction of the event. */
  told(
    agentId: string,
    facts: { state?: AgentState; tier?: AgentTier; degradedAt?: Date | null; recoveredAt?: Date | null },
  ): Promise<void>;
}

/** Success of the attempts that used one capability, technology or day. */
export interface RecordSlice {
  total: number;
  successful: number;
  partial: number;
  failed: number;
}

/** An agent's record; each mean is over the attempts that gave a sample, null without one. */
export interface AgentRecord {
  total: number;
  successful: number;
  failed: number;
  partial: number;
  quality: number | null;
  meanSeconds: number | null;
  meanTokens: number | null;
  meanCostUsd: number | null;
  byCapability: (RecordSlice & { capability: Capability })[];
  byTechnology: (RecordSlice & { technology: string })[];
  /** The last 30 days, oldest first, days without an attempt included; `day` is `2026-11-20`, UTC. */
  days: (RecordSlice & { day: string })[];
}
