import { expandBlueprint, type PlanTask } from '../../domain/blueprint.ts';
import { errorCodeOf } from '../../domain/errors.ts';
import { estimateOf } from '../../domain/estimate.ts';
import type { Session } from '../../domain/session.ts';
import type { Deps } from '../deps.ts';
import { endSession } from '../sessions/endings.ts';
import { engineActor } from './engine-actor.ts';

/**
 * Writes the task graph of a running session, once: tasks, dependencies and `plan.proposed` in one transaction. Answers
 * null when there is no plan to be had: the session has then failed with the reason.
 */
export async function planSession(deps: Deps, session: Session): Promise<Session | null> {
  const { store, secrets, clock } = deps;
  const actor = engineActor(session.teamId);
  const blueprint = session.blueprint ?? 'single_task';
  const plan = planOf(session, blueprint);
  if ('refused' in plan) {
    await store.transaction(async (tx) => {
      await endSession(tx, await tx.sessions.lock(session.id), {
        to: 'failed',
        reason: `planning: ${plan.refused}`,
        actor,
        now: clock(),
        epoch: session.epoch,
        error: { code: 'PLANNING', message: plan.refused, context: { blueprint } },
      });
    });
    return null;
  }
  const ids = new Map(plan.map((task) => [task.key, secrets.uuid()]));
  const idOf = (key: string): string => ids.get(key) ?? '';

  const planned = await store.transaction(async (tx) => {
    const { autonomy } = await tx.sessions.lock(session.id);
    const updated = await tx.sessions.update(
      session.id,
      { plannedAt: clock(), ...(autonomy === 'auto' ? { planApprovedAt: clock() } : {}) },
      { epoch: session.epoch, status: ['running', 'degraded'] },
    );
    await tx.tasks.insertAll(
      plan.map((task, position) => ({
        id: idOf(task.key),
        teamId: session.teamId,
        sessionId: session.id,
        key: task.key,
        position,
        parentTaskId: null,
        title: task.title,
        description: task.description,
        priority: 'normal' as const,
        capabilities: task.capabilities,
        technologies: task.technologies ?? session.technologies,
        optional: task.optional ?? false,
        writes: task.writes ?? [],
        verification: task.verification ?? [],
        estimate: estimateOf(task.estimate, 'blueprint'),
      })),
    );
    await tx.tasks.insertDependencies(
      session.id,
      plan.flatMap((task) =>
        (task.dependsOn ?? []).map((edge) => ({
          id: secrets.uuid(),
          fromTaskId: idOf(edge.key),
          toTaskId: idOf(task.key),
          type: edge.type ?? ('finish_to_start' as const),
          required: edge.required ?? true,
          lagSeconds: edge.lagSeconds ?? 0,
        })),
      ),
    );
    await tx.events.append(
      session.id,
      [
        {
          type: 'plan.proposed',
          actor,
          payload: {
            blueprint,
            source: 'blueprint',
            tasks: plan.map((task) => ({ key: task.key, title: task.title })),
          },
        },
        ...(autonomy === 'auto' ? [{ type: 'plan.accepted' as const, actor, payload: { automatically: true } }] : []),
        ...plan.map((task) => ({
          type: 'task.created' as const,
          actor,
          payload: { taskId: idOf(task.key), key: task.key, title: task.title },
        })),
      ],
      { epoch: session.epoch },
    );
    if (autonomy === 'plan_approval') await tx.sessions.setAttention(session.id, 'approval', actor);
    return updated;
  });
  deps.fault('after_plan');
  return planned;
}

/** What a person must mend (a blueprint that is gone, a parameter it no longer takes) is said; anything else is thrown. */
function planOf(session: Session, blueprint: string): PlanTask[] | { refused: string } {
  try {
    return expandBlueprint(blueprint, session.parameters, session);
  } catch (error) {
    if (errorCodeOf(error) !== 'INVALID' || !(error instanceof Error)) throw error;
    return { refused: error.message };
  }
}
