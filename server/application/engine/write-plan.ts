import type { Actor } from '../../domain/actor.ts';
import type { PlanTask } from '../../domain/blueprint.ts';
import { estimateOf } from '../../domain/estimate.ts';
import type { PlanSource, Session } from '../../domain/session.ts';
import type { Deps } from '../deps.ts';
import { endSession } from '../sessions/endings.ts';
import type { Tx } from '../store-port.ts';
import { learnTasks } from '../task-learning.ts';
import { engineActor } from './engine-actor.ts';

/** Writes a plan in a transaction of its own. */
export async function landPlan(
  deps: Deps,
  session: Session,
  plan: readonly PlanTask[],
  source: PlanSource,
): Promise<Session> {
  const planned = await deps.store.transaction((tx) => writePlan(tx, deps, session, plan, source));
  deps.fault('after_plan');
  return planned;
}

/** Tasks, dependencies, `plan.proposed` and the session's plan source, once; call inside a transaction. */
export async function writePlan(
  tx: Tx,
  deps: Deps,
  session: Session,
  plan: readonly PlanTask[],
  source: PlanSource,
): Promise<Session> {
  const { secrets, clock } = deps;
  const actor = engineActor(session.teamId);
  const { autonomy } = await tx.sessions.lock(session.id);
  const planned = await tx.sessions.update(
    session.id,
    { plannedAt: clock(), planSource: source, ...(autonomy === 'auto' ? { planApprovedAt: clock() } : {}) },
    { epoch: session.epoch, status: ['running', 'degraded'] },
  );
  const learned = await learnTasks(
    tx,
    session,
    plan.map((task) => ({ ...task, planKey: planKeyOf(source, task) })),
    source.kind === 'planner' ? 'planner' : 'blueprint',
  );
  const ids = new Map(plan.map((task) => [task.key, secrets.uuid()]));
  const idOf = (key: string): string => ids.get(key) ?? '';
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
      technologies: task.technologies.length > 0 ? task.technologies : session.technologies,
      optional: task.optional,
      writes: task.writes,
      verification: task.verification,
      estimate: learned[position]?.estimate ?? estimateOf(task.estimate, 'blueprint'),
      predictedWrites: learned[position]?.predictedWrites ?? [],
      planKey: planKeyOf(source, task),
    })),
  );
  await tx.tasks.insertDependencies(
    session.id,
    plan.flatMap((task) =>
      task.dependsOn.map((edge) => ({
        id: secrets.uuid(),
        fromTaskId: idOf(edge.key),
        toTaskId: idOf(task.key),
        type: edge.type,
        required: edge.required,
        lagSeconds: edge.lagSeconds,
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
          source: source.kind,
          blueprint: source.blueprint,
          sentence: source.sentence,
          offered: source.offered,
          rounds: source.rounds,
          tasks: plan.map((task) => ({ key: task.key, title: task.title })),
        },
      },
      ...(autonomy === 'auto' ? [{ type: 'plan.accepted' as const, actor, payload: { automatically: true } }] : []),
      ...plan.map((task) => createdEvent(actor, { id: idOf(task.key), ...task, parentTaskId: null })),
    ],
    { epoch: session.epoch },
  );
  if (autonomy === 'plan_approval') await tx.sessions.setAttention(session.id, 'approval', actor);
  return planned;
}

/** Under what the history of a blueprint's task is kept. */
const planKeyOf = ({ blueprint }: PlanSource, { key }: PlanTask): string | null =>
  blueprint === null ? null : `${blueprint}/${key}`;

/** `task.created` as every way of making a task tells it. */
export function createdEvent(
  actor: Actor,
  task: { id: string; key: string; title: string; parentTaskId: string | null },
) {
  const { id, key, title, parentTaskId } = task;
  return { type: 'task.created' as const, actor, payload: { taskId: id, key, title, parentTaskId } };
}

/** Ends a session that cannot be planned, with the reason. */
export async function failPlanning(deps: Deps, session: Session, message: string): Promise<void> {
  await deps.store.transaction(async (tx) => {
    await endSession(tx, await tx.sessions.lock(session.id), {
      to: 'failed',
      reason: `planning: ${message}`,
      actor: engineActor(session.teamId),
      now: deps.clock(),
      epoch: session.epoch,
      error: { code: 'PLANNING', message, context: { blueprint: session.blueprint } },
    });
  });
}
