import type { Agent } from '../../domain/agent.ts';
import { byUrgency, nextInTurn, serviceCosts } from '../../domain/fair-share.ts';
import type { Session } from '../../domain/session.ts';
import type { Task } from '../../domain/task.ts';
import type { Deps } from '../deps.ts';
import type { Tx } from '../store-port.ts';
import type { SlotWait } from '../turn-port.ts';

/** A wait is asked for anew with each look at its session. Not heard of for so long, its owner is taken for dead. */
const freshSeconds = 10;

type Asking = Pick<Task, 'id' | 'sessionId'>;

/**
 * Takes a slot for an attempt of this agent, or says why not yet (domain.md 6). Inside the team the more urgent session goes
 * first, for the agent's slots and the team's; between teams that share a runtime it is deficit round robin weighted by
 * `maxParallelAttempts`. Slots that are others' turn are kept for them for a moment. Call it last before the attempt's row,
 * in the transaction that writes it and under the team's locks: the slot is taken by that row.
 */
export async function takeSlot(
  tx: Tx,
  deps: Pick<Deps, 'settings' | 'runtime' | 'nudge'>,
  session: Session,
  task: Asking,
  agent: Pick<Agent, 'id' | 'name' | 'runtimeId' | 'load'>,
): Promise<string | null> {
  const { teamId, priority } = session;
  // Each instance runs an OpenCode of its own, whose slots are no other instance's; the last part of an owner counts its lives.
  const owner = agent.runtimeId === deps.runtime.status().id ? deps.settings.owner : null;
  const queue = `runtime:${agent.runtimeId}${owner === null ? '' : `:${owner.replace(/\.\d+$/, '')}`}`;
  const ring = await tx.turns.lock(queue);
  const { now, capacity, running, waits, shares } = await tx.turns.slots(
    { queue, runtimeId: agent.runtimeId, owner, teamId },
    freshSeconds,
  );
  const before = waits.find(({ id }) => id === task.id);
  const me: SlotWait = {
    id: task.id,
    sessionId: task.sessionId,
    teamId,
    priority,
    queue,
    agentIds: [agent.id],
    granted: false,
    since: before?.since ?? now,
  };
  const refused = async (why: string) => {
    await tx.turns.wait(me);
    return why;
  };
  const others = waits.filter(({ id }) => id !== task.id);

  const { weight = 0, room = 0 } = shares.get(teamId) ?? {};
  if (room + (before?.granted ? 1 : 0) <= 0)
    return refused(`the team runs ${weight - room} attempts at once, its limit`);
  const ahead = others.filter(
    (one) => one.teamId === teamId && one.agentIds.includes(agent.id) && byUrgency(one, me, now) < 0,
  );
  if (ahead.length >= agent.load.max - agent.load.current)
    return refused(`${agent.name} is kept for a task that is more urgent or waits longer`);
  if (before?.granted) return take();

  const kept = others.filter((one) => one.queue === queue && one.granted).length;
  const free = capacity === null ? Number.MAX_SAFE_INTEGER : capacity - running - kept;
  if (free <= 0) return refused(`the runtime runs ${running + kept} attempts at once, its limit`);
  const waiting = [...others.filter((one) => one.queue === queue && !one.granted), me];
  const turn = nextInTurn(ring, waiting, shares, now, free, serviceCosts.attempt);
  await tx.turns.save(queue, turn.ring);
  const granted = turn.chosen.flatMap(({ id }) => (id === task.id ? [] : [id]));
  await tx.turns.grant(granted);
  if (granted.length > 0) deps.nudge();
  return turn.chosen.some(({ id }) => id === task.id) ? take() : refused("the free slots are others' turn");

  async function take(): Promise<null> {
    if (before !== undefined) await tx.turns.leave(task.id);
    return null;
  }
}

/**
 * Notes a task that waits because these agents, which could take it, are busy, so that the next free one is kept for it in
 * turn. Without any it waits for no slot.
 */
export async function waitForAgents(
  tx: Tx,
  session: Session,
  task: Asking,
  agentIds: readonly string[],
): Promise<void> {
  if (agentIds.length === 0) return tx.turns.leave(task.id);
  const { id, sessionId } = task;
  await tx.turns.wait({ id, sessionId, teamId: session.teamId, queue: '', agentIds: [...agentIds] });
}
