import type { Actor } from '../../domain/actor.ts';
import { attemptEnded } from '../../domain/attempt.ts';
import { DomainError, invalid, invalidFromZod } from '../../domain/errors.ts';
import { estimateOf } from '../../domain/estimate.ts';
import type { Task, TaskDependency, TaskStatus } from '../../domain/task.ts';
import { assignTaskInput, editTaskInput } from '../../domain/task-edit-input.ts';
import { assertAddable } from '../../domain/task-graph/cycle.ts';
import { dependencyInput } from '../../domain/task-input.ts';
import type { Deps } from '../deps.ts';
import { nextAttempt } from '../engine/next-attempt.ts';
import { defined } from '../repositories.ts';
import { assertEditable, cannot, editGraph, findTask, leavesUnder, refuseScript } from './graph-edit.ts';

/** What is said of a task changes; a running attempt keeps what it was sent, its proof follows the new words. */
export async function editTask(
  deps: Deps,
  actor: Actor,
  taskId: string,
  raw: unknown,
  options: { version?: number | undefined },
): Promise<Task> {
  const found = await findTask(deps, actor, taskId, 'session.edit');
  const parsed = editTaskInput.safeParse(raw);
  if (!parsed.success) throw invalidFromZod(parsed.error);
  const { estimate, ...plain } = parsed.data;
  refuseScript(deps, plain.description ?? '');
  return editGraph(deps, actor, found, 'edit', async ({ tx, session, task }) => {
    assertEditable(session);
    if (task.status === 'completed') throw cannot('completed', 'edited', 'A completed task stands as it is.');
    const fields = { ...defined(plain), ...(estimate ? { estimate: estimateOf(estimate, 'manual') } : {}) };
    const after = await tx.tasks.edit(task.id, fields, { version: options.version, status: [task.status] });
    const changes = Object.fromEntries(
      Object.keys(fields).map((key) => [key, { from: task[key as keyof Task], to: after[key as keyof Task] }]),
    );
    return { event: { changes } };
  });
}

/** Takes a task off the graph that never ran, with its dependencies. The last one, of the session or its group, is cancelled instead. */
export async function removeTask(deps: Deps, actor: Actor, taskId: string): Promise<void> {
  const found = await findTask(deps, actor, taskId, 'session.edit');
  await editGraph(deps, actor, found, 'remove', async ({ tx, session, tasks, task }) => {
    assertEditable(session);
    if (task.status === 'completed') throw cannot('completed', 'removed', 'A completed task stands as it is.');
    const alone = (of: string | null) => tasks.filter(({ parentTaskId }) => parentTaskId === of).length === 1;
    if (tasks.length === 1 || (task.parentTaskId !== null && alone(task.parentTaskId)))
      throw new DomainError('CONFLICT', 'It is the only task here; cancel it instead.');
    await tx.tasks.remove(task.id);
    return { event: { removed: true, title: task.title } };
  });
}

const assignable: readonly TaskStatus[] = ['pending', 'ready', 'blocked', 'paused'];

/** The next attempt of a task that is not running goes to this agent, if it may take it at all. */
export async function assignTo(deps: Deps, actor: Actor, taskId: string, raw: unknown): Promise<Task> {
  const found = await findTask(deps, actor, taskId, 'session.edit');
  const parsed = assignTaskInput.safeParse(raw);
  if (!parsed.success) throw invalidFromZod(parsed.error);
  const agent = await deps.store.agents.get(found.task.teamId, parsed.data.agent);
  if (!agent) throw invalid([{ path: 'agent', message: 'There is no such agent.' }]);
  return editGraph(deps, actor, found, 'assign', async ({ tx, session, tasks, task }) => {
    assertEditable(session);
    if (tasks.some(({ parentTaskId }) => parentTaskId === task.id))
      throw cannot(task.status, 'assigned', 'A group is not run itself; name an agent for its tasks.');
    if (!assignable.includes(task.status))
      throw cannot(
        task.status,
        'assigned',
        `The task is ${task.status}; an agent is named before an attempt begins.`,
        assignable,
      );
    const needed = task.next?.requiredCapabilities ?? task.capabilities;
    const held = [...agent.primaryCapabilities, ...agent.secondaryCapabilities];
    const missing = needed.filter((one) => !held.includes(one));
    if (missing.length > 0)
      throw invalid([{ path: 'agent', message: `${agent.name} does not hold ${missing.join(', ')}` }]);
    const next = task.next ?? nextAttempt({});
    const excludedAgents = next.excludedAgents.filter((id) => id !== agent.id);
    const reason = `${actor.name} asked for ${agent.name}`;
    await tx.tasks.edit(
      task.id,
      { next: { ...next, preferredAgent: agent.id, excludedAgents, reason } },
      { status: [task.status] },
    );
    return { event: { changes: { agent: { from: null, to: agent.name } } }, after: { agent: agent.name } };
  });
}

/** This task will wait for that one. INVALID for itself and any cycle, CONFLICT for a second edge between the two. */
export async function linkTasks(deps: Deps, actor: Actor, taskId: string, raw: unknown): Promise<TaskDependency> {
  const found = await findTask(deps, actor, taskId, 'session.edit');
  const parsed = dependencyInput.safeParse(raw);
  if (!parsed.success) throw invalidFromZod(parsed.error);
  const { taskId: fromTaskId, ...how } = parsed.data;
  const edge = { id: deps.secrets.uuid(), fromTaskId, toTaskId: taskId, ...how };
  const after = await editGraph(deps, actor, found, 'link', async ({ tx, session, tasks, graph, task }) => {
    assertEditable(session);
    assertAddable(graph, { from: fromTaskId, to: task.id });
    const start = how.type === 'finish_to_start' || how.type === 'start_to_start';
    for (const leaf of leavesUnder(tasks, task.id)) {
      if (leaf.status === 'completed')
        throw cannot(leaf.status, 'linked', 'A completed task waits for nothing any more.');
      const begun = (await tx.attempts.byTask(leaf.id)).some(({ status }) => !attemptEnded(status));
      if (start && begun)
        throw cannot(leaf.status, 'linked', 'It has begun already; only its completion can still be made to wait.', [
          'finish_to_finish',
          'start_to_finish',
        ]);
    }
    await tx.tasks.insertDependencies(session.id, [edge]);
    const prerequisite = tasks.find(({ id }) => id === fromTaskId);
    return { event: { dependency: { added: { ...edge, key: prerequisite?.key ?? null } } } };
  });
  const dependency = after.dependencies.find(({ id }) => id === edge.id);
  return dependency ?? { id: edge.id, taskId: fromTaskId, ...how, satisfied: false };
}

/** Takes a dependency of this task away; what it held back goes on. */
export async function unlinkTasks(deps: Deps, actor: Actor, taskId: string, dependencyId: string): Promise<void> {
  const found = await findTask(deps, actor, taskId, 'session.edit');
  await editGraph(deps, actor, found, 'unlink', async ({ tx, session, edges, task }) => {
    assertEditable(session);
    const edge = edges.find(({ id, toTaskId }) => id === dependencyId && toTaskId === task.id);
    if (!edge) throw new DomainError('NOT_FOUND', 'This task has no such dependency.');
    await tx.tasks.removeDependency(session.id, edge.id);
    return { event: { dependency: { removed: edge } } };
  });
}
