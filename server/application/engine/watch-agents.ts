import { type AgentState, type AgentTier, heardLongEnough } from '../../domain/agent.ts';
import { recoveryOf } from '../../domain/agent-recovery.ts';
import type { Deps } from '../deps.ts';
import type { AgentStore } from '../fleet-port.ts';
import { engineActor } from './engine-actor.ts';

type Watched = Awaited<ReturnType<AgentStore['watch']>>[number];

// Failures that say nothing of the agent: they do not count for its record either (domain.md 3.3).
const notItsOwn: readonly string[] = ['crash', 'quota_exhausted', 'auth'];

/** Tells each change of an agent's state and tier once, and keeps since when its record is degraded or that it recovered. */
export async function watchAgents(deps: Deps): Promise<void> {
  // Ends of attempts carry the database's time; what is noted beside them must too.
  const now = await deps.store.now();
  const listening = { since: deps.instance.startedAt, now: deps.clock() };
  for (const watched of await deps.store.agents.watch())
    if (heardLongEnough(watched.agent, listening)) await look(deps, watched, now);
}

async function look(
  deps: Deps,
  { agent, toldState, toldTier, degradedAt, probesInARow }: Watched,
  now: Date,
): Promise<void> {
  const { store } = deps;
  const lastFailedAt = agent.tier === 'degraded' && degradedAt !== null ? await lastFailure(deps, agent.id) : null;
  const facts = { tier: agent.tier, degradedAt, probesInARow, lastFailedAt };
  const { tier, note } = recoveryOf(facts, now);
  const { state } = agent;
  if (state === toldState && tier === toldTier && Object.keys(note).length === 0) return;
  await store.transaction(async (tx) => {
    await tx.agents.told(agent.id, { state, tier, ...note });
    const change = (type: 'agent.state_changed' | 'agent.tier_changed', from: AgentState | AgentTier, to: string) =>
      tx.events.appendTeam(agent.teamId, {
        type,
        actor: engineActor(agent.teamId),
        payload: { agentId: agent.id, name: agent.name, from, to },
      });
    // The first look at an agent is no change: its registration was told.
    if (toldState !== null && toldState !== state) await change('agent.state_changed', toldState, state);
    if (toldTier !== null && toldTier !== tier) await change('agent.tier_changed', toldTier, tier);
  });
}

async function lastFailure(deps: Deps, agentId: string): Promise<Date | null> {
  const attempts = await deps.store.agents.attempts(agentId, 20);
  const failed = attempts.filter(({ status, failure }) => status === 'failed' && !notItsOwn.includes(failure ?? ''));
  const ends = failed.flatMap(({ endedAt }) => (endedAt === null ? [] : [endedAt.getTime()]));
  return ends.length === 0 ? null : new Date(Math.max(...ends));
}
