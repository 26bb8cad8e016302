import { attemptEnded, type FailureClass } from '../../domain/attempt.ts';
import { around, estimateOf } from '../../domain/estimate.ts';
import type { PlanSource, Session } from '../../domain/session.ts';
import type { Task } from '../../domain/task.ts';
import type { Deps } from '../deps.ts';
import { fallbackPlan } from '../plan-source.ts';
import type { Drivers } from './drivers.ts';
import { engineActor } from './engine-actor.ts';
import { roundsOf } from './planner-answer.ts';
import { startTasks } from './schedule.ts';
import { failPlanning, landPlan } from './write-plan.ts';

/** The key of the planner's own task; no plan can use it. */
const planTaskKey = '@plan';

/** What is expected of a planner: half an hour, so that anybody who can plan may. */
const planHours = 0.5;

/** Where every other task would fail the same way, a blueprint in place of the plan helps nobody. */
const hopeless: readonly FailureClass[] = ['auth', 'invalid'];

/** Makes the planner's own task, ready at once; it is told like any other and is no node of the graph. */
export async function openPlanner(deps: Deps, session: Session, source: PlanSource): Promise<Task> {
  const actor = engineActor(session.teamId);
  const id = deps.secrets.uuid();
  const title = `Plan the work: ${session.title}`.slice(0, 200);
  return deps.store.transaction(async (tx) => {
    await tx.sessions.lock(session.id);
    await tx.tasks.insertAll([
      {
        id,
        teamId: session.teamId,
        sessionId: session.id,
        kind: 'plan',
        key: planTaskKey,
        position: 0,
        parentTaskId: null,
        title,
        description: source.sentence,
        priority: 'normal',
        capabilities: ['task_decomposition'],
        technologies: [],
        optional: false,
        writes: [],
        verification: [],
        estimate: estimateOf(around(planHours), 'planner'),
      },
    ]);
    const payload = {
      taskId: id,
      key: planTaskKey,
      title,
      parentTaskId: null,
      kind: 'plan',
      sentence: source.sentence,
    };
    await tx.events.append(session.id, [{ type: 'task.created', actor, payload }], { epoch: session.epoch });
    return tx.tasks.moveAndRead({
      taskId: id,
      sessionId: session.id,
      from: ['pending'],
      to: 'ready',
      reason: null,
      actor,
      epoch: session.epoch,
    });
  });
}

/**
 * One look at a session whose planner is at work: drives what is open, gives the task to an agent, and takes a blueprint when
 * the planner has failed for good. The answer itself is taken where the attempt ends.
 */
export async function followPlanner(
  deps: Deps,
  session: Session,
  planner: Task,
  drivers: Pick<Drivers, 'start' | 'keepAttempts'>,
): Promise<Session | null> {
  const { store } = deps;
  const open = (await store.attempts.bySession(session.id)).filter((attempt) => !attemptEnded(attempt.status));
  drivers.keepAttempts(session.id, new Set(open.map((attempt) => attempt.id)));
  for (const attempt of open) drivers.start(attempt);
  if (open.length > 0) return null;

  if (planner.status === 'failed' || planner.status === 'cancelled') {
    const reason = planner.error?.message ?? planner.reason ?? 'it failed';
    if (hopeless.some((failure) => failure.toUpperCase() === planner.error?.code)) {
      await failPlanning(deps, session, `The planner failed, and so would every task: ${reason}`);
      return null;
    }
    const rounds = await roundsOf(store, planner);
    const { tasks, source } = await fallbackPlan(deps, session, { rounds, reason: reason.replace(/\.$/, '') });
    return landPlan(deps, session, tasks, source);
  }
  await startTasks(deps, session, drivers, [planner], 0);
  return null;
}
