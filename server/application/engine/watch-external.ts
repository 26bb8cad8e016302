import { silence } from '../../domain/agent.ts';
import type { Deps } from '../deps.ts';
import { engineActor } from './engine-actor.ts';

/** Marks the runtimes of agents outside that have gone silent, and tells it once; who drives their attempts settles those. */
export async function watchExternal(deps: Deps): Promise<void> {
  const { store, settings, clock } = deps;
  const seconds = settings.heartbeatSeconds;
  await store.transaction(async (tx) => {
    const fallen = await tx.external.settleSilence(silence.degraded * seconds, silence.offline * seconds);
    for (const { runtimeId, teamId, state } of fallen)
      await tx.events.appendTeam(teamId, {
        type: 'runtime.state_changed',
        actor: engineActor(teamId),
        payload: {
          runtimeId,
          state,
          circuit: 'closed',
          detail: 'No heartbeat from the agent',
          parkedUntil: null,
          at: clock().toISOString(),
        },
      });
  });
}
