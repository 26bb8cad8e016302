import type { Runtime } from '../../domain/runtime.ts';
import type { Deps } from '../deps.ts';
import { credentialsPlace } from '../runtimes.ts';
import { engineActor } from './engine-actor.ts';
import { orderOf } from './order.ts';

/**
 * Follows the servers that teams enrolled: which there are, how each fares, and what it means for the agents on it. A
 * change is told once, however many instances look.
 */
export function createRuntimeWatch(deps: Deps) {
  const { store, fleet, encryption, log } = deps;
  const away = new Set<string>();
  const unreadable = new Set<string>();

  async function follow(runtime: Runtime & { teamId: string }): Promise<void> {
    const sight = fleet.sight(runtime.id);
    if (sight === null) return;
    const { id, teamId, name } = runtime;
    await store.transaction(async (tx) => {
      if (!(await tx.runtimes.observe(id, sight))) return;
      const { state, circuit, detail } = sight;
      const parkedUntil = sight.parkedUntil?.toISOString() ?? null;
      const payload = { runtimeId: id, name, state, circuit, detail, parkedUntil, at: deps.clock().toISOString() };
      await tx.events.appendTeam(teamId, { type: 'runtime.state_changed', actor: engineActor(teamId), payload });
    });
    // A parked or blind one lives: its agents are not silent.
    if (sight.state !== 'offline' && sight.state !== 'starting') await store.agents.heartbeat(id);
    if (sight.state === 'offline') away.add(id);
    else if (sight.state === 'online' && away.delete(id)) await endLost(id);
    if (sight.state !== runtime.state) deps.nudge();
  }

  /** What was given up while the server was gone may still run there: nobody waits for it. */
  async function endLost(runtimeId: string): Promise<void> {
    for (const attemptId of await store.runtimes.lost(runtimeId)) {
      const attempt = await store.attempts.get(attemptId);
      const task = attempt && (await store.tasks.get(attempt.teamId, attempt.taskId));
      const agent = attempt && (await store.agents.get(attempt.teamId, attempt.agentId));
      if (!attempt || !task || !agent || attempt.worktree === null) continue;
      const ended = await deps.runner.abort(orderOf(attempt, task, agent, []));
      log.info({ attempt: attemptId, ...ended }, 'A run that was given up while its server was gone is ended');
    }
  }

  return {
    async tick(): Promise<void> {
      const runtimes = await store.runtimes.watched();
      fleet.keep(
        runtimes.flatMap(({ id, url, username, credentials }) => {
          try {
            const password = encryption.open(credentials, credentialsPlace(id));
            return [{ id, url: url ?? '', username: username ?? '', password }];
          } catch (error) {
            if (!unreadable.has(id))
              log.error({ runtime: id, err: error }, 'The password of a runtime cannot be opened');
            unreadable.add(id);
            return [];
          }
        }),
      );
      for (const runtime of runtimes) {
        try {
          await follow(runtime);
        } catch (error) {
          log.error({ runtime: runtime.id, err: error }, 'Following a runtime failed; it is tried again');
        }
      }
    },
  };
}
