import type { Actor } from '../../domain/actor.ts';
import { attemptEnded } from '../../domain/attempt.ts';
import { type PlanTask, parsePlan } from '../../domain/blueprint.ts';
import { invalid, invalidFromZod } from '../../domain/errors.ts';
import type { Session } from '../../domain/session.ts';
import type { Task, TaskStatus } from '../../domain/task.ts';
import { decomposeInput } from '../../domain/task-edit-input.ts';
import type { Deps } from '../deps.ts';
import { nextAttempt, planners } from '../engine/next-attempt.ts';
import { type Split, splitRefusal, splitTask } from '../engine/split.ts';
import { choosePlan } from '../plan-source.ts';
import { assertEditable, cannot, editGraph, findTask } from './graph-edit.ts';

const splittable: readonly TaskStatus[] = ['pending', 'ready', 'blocked', 'paused'];

/**
 * Splits a task that is not at work into tasks under it: those that are given, a blueprint's, or, without either, what a
 * planner answers when the task's turn has come. Its dependencies stay on the group; its hours are shared.
 */
export async function decomposeTask(deps: Deps, actor: Actor, taskId: string, raw: unknown): Promise<Task> {
  const found = await findTask(deps, actor, taskId, 'session.edit');
  const parsed = decomposeInput.safeParse(raw ?? {});
  if (!parsed.success) throw invalidFromZod(parsed.error);
  const { tasks: given, blueprint, parameters, keepEstimates } = parsed.data;
  const children = await childrenOf(deps, found, { given, blueprint, parameters });
  return editGraph(deps, actor, found, 'decompose', async ({ tx, session, tasks, task }) => {
    assertEditable(session);
    if (!splittable.includes(task.status))
      throw cannot(
        task.status,
        'decomposed',
        `The task is ${task.status}; only one that is not at work is split.`,
        splittable,
      );
    // Its work is done and waits to land, or stands on the branch already: its parts would do it a second time.
    const decided = task.next?.role === 'conflict' || task.next?.role === 'waiver';
    if (decided || task.reason === 'waiting_to_complete')
      throw cannot(
        task.status,
        'decomposed',
        'Its work is done and only waits; a task is split before it is worked on.',
      );
    if ((await tx.attempts.byTask(task.id)).some(({ status }) => !attemptEnded(status)))
      throw cannot(task.status, 'decomposed', 'An attempt of it is under way; cancel or wait for it first.');
    const against = splitRefusal(tasks, task, children?.length ?? 1);
    if (against !== null) throw invalid([{ path: 'tasks', message: against }]);
    if (children === null) {
      const next = nextAttempt({
        role: 'plan',
        reason: `${actor.name} asked for the task to be split`,
        requiredCapabilities: planners,
      });
      await tx.tasks.edit(task.id, { next }, { status: [task.status] });
      return { event: { changes: { next: { from: task.next?.role ?? 'work', to: 'plan' } } } };
    }
    const how: Split = {
      source: blueprint === undefined ? 'person' : 'blueprint',
      actor,
      ...(blueprint === undefined ? {} : { blueprint }),
      ...(keepEstimates === undefined ? {} : { keepEstimates }),
    };
    await splitTask(tx, deps, session, task, children, how);
    return { after: { children: children.map(({ key }) => key) } };
  });
}

async function childrenOf(
  deps: Deps,
  { task, session }: { task: Task; session: Session },
  asked: {
    given: readonly unknown[] | undefined;
    blueprint: string | undefined;
    parameters: Readonly<Record<string, unknown>> | undefined;
  },
): Promise<PlanTask[] | null> {
  if (asked.given !== undefined) return parsePlan([...asked.given]);
  if (asked.blueprint === undefined) return null;
  const { teamId } = session;
  const prompt = task.description === '' ? session.prompt : task.description;
  const parameters = asked.parameters ?? {};
  return (
    await choosePlan(deps, {
      teamId,
      title: task.title,
      prompt,
      blueprint: asked.blueprint,
      parameters,
      parentId: null,
    })
  ).tasks;
}
