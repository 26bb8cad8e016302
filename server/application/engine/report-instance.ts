import type { Deps } from '../deps.ts';
import { engineActor } from './engine-actor.ts';

/**
 * Writes down how this instance fares, and what the pool of all instances' runtimes is by that. A change of the pool is
 * told to every team in the transaction that made it, so once however many instances look.
 */
export async function reportInstance(deps: Deps, runtimeId: string): Promise<void> {
  const { store, settings, instance } = deps;
  const { id, host, pid, url, clustered, startedAt } = instance;
  const { loops, ...load } = instance.vitals();
  const status = deps.runtime.status();
  await store.instances.report({
    id,
    host,
    pid,
    url,
    clustered,
    startedAt,
    ...load,
    loops: [...loops],
    owner: settings.owner,
    version: settings.version,
    runtimeState: status.state,
    runtimeDetail: status.detail,
    runtimeVersion: status.version,
    circuit: status.circuit,
    parkedUntil: status.parkedUntil,
  });
  await store.transaction(async (tx) => {
    const pool = await tx.runtimes.followInstances(runtimeId);
    if (pool === null) return;
    const { state, circuit, detail } = pool;
    const parkedUntil = pool.parkedUntil?.toISOString() ?? null;
    const payload = { runtimeId, state, circuit, detail, parkedUntil, at: deps.clock().toISOString() };
    for (const team of await tx.teams.list())
      await tx.events.appendTeam(team.id, { type: 'runtime.state_changed', actor: engineActor(team.id), payload });
  });
}
