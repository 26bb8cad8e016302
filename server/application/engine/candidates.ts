import { mayProbe } from '../../domain/agent-recovery.ts';
import type { RouteCandidate } from '../../domain/routing.ts';
import { isFull, roomRefusal } from '../../domain/runtime.ts';
import type { Deps } from '../deps.ts';
import type { Tx } from '../store-port.ts';

/**
 * The team's agents as routing judges them at this moment. Whoever assigns calls it under `agents.lockAll`, so that load
 * and probes are counted one after the other; a dry run sees the same without the locks.
 */
export async function candidatesFor(
  tx: Pick<Tx, 'agents' | 'runtimes'>,
  deps: Pick<Deps, 'runtime' | 'fleet' | 'clock'>,
  teamId: string,
  asked: { model?: string | null; stickTo?: string | null } = {},
): Promise<RouteCandidate[]> {
  const [agents, idle] = [await tx.agents.list(teamId), await tx.agents.idle(teamId)];
  const restOf = new Map(idle.map((one) => [one.agentId, one]));
  const runtimes = new Map((await tx.runtimes.list(teamId)).map((runtime) => [runtime.id, runtime]));
  const own = deps.runtime.status();
  const now = deps.clock();
  return agents.map((agent) => {
    const { idleSince = null, probing = false } = restOf.get(agent.id) ?? {};
    const kept = runtimes.get(agent.runtimeId);
    // Of our own OpenCode this process knows more than the row, which is a few seconds old.
    const runtime = kept?.kind === 'opencode_embedded' ? { ...kept, ...own, kind: kept.kind } : kept;
    const { circuit, parkedUntil } = runtime ?? own;
    return {
      agent,
      circuit,
      parkedUntil: parkedUntil !== null && parkedUntil > now ? parkedUntil : null,
      runtimeRefusal: runtime
        ? roomRefusal(runtime, asked.model ?? agent.model ?? deps.fleet.defaultModel())
        : 'is gone',
      fullRuntime: runtime && isFull(runtime) ? `${runtime.open} of ${runtime.capacity} attempts` : null,
      sticky: runtime?.kind === 'opencode_external' && runtime.id === asked.stickTo,
      probe: mayProbe(agent, probing, now),
      idleSince,
    };
  });
}
