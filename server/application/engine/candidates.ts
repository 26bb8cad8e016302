import { mayProbe } from '../../domain/agent-recovery.ts';
import type { RouteCandidate } from '../../domain/routing.ts';
import type { Deps } from '../deps.ts';
import type { Tx } from '../store-port.ts';

/**
 * The team's agents as routing judges them at this moment. Whoever assigns calls it under `agents.lockAll`, so that load
 * and probes are counted one after the other; a dry run sees the same without the locks.
 */
export async function candidatesFor(
  tx: Pick<Tx, 'agents'>,
  deps: Pick<Deps, 'runtime' | 'clock'>,
  teamId: string,
): Promise<RouteCandidate[]> {
  const [agents, idle] = [await tx.agents.list(teamId), await tx.agents.idle(teamId)];
  const restOf = new Map(idle.map((one) => [one.agentId, one]));
  const { circuit, parkedUntil } = deps.runtime.status();
  const now = deps.clock();
  return agents.map((agent) => {
    const { idleSince = null, probing = false } = restOf.get(agent.id) ?? {};
    return {
      agent,
      circuit,
      parkedUntil: parkedUntil !== null && parkedUntil > now ? parkedUntil : null,
      probe: mayProbe(agent, probing, now),
      idleSince,
    };
  });
}
