import { type Actor, authorize } from '../../domain/actor.ts';
import { maxPlanTasks } from '../../domain/blueprint.ts';
import { type FieldIssue, invalid, invalidFromZod } from '../../domain/errors.ts';
import { estimateOf } from '../../domain/estimate.ts';
import { type Task, taskEnded } from '../../domain/task.ts';
import { type AddTaskInput, addTaskInput } from '../../domain/task-edit-input.ts';
import { findCycle } from '../../domain/task-graph/cycle.ts';
import type { Deps } from '../deps.ts';
import { depthOf, maxTaskDepth } from '../engine/split.ts';
import { createdEvent } from '../engine/write-plan.ts';
import { graphOf } from '../graph-view.ts';
import { findSession } from '../sessions/find.ts';
import { learnTasks } from '../task-learning.ts';
import type { StoredEdge } from '../work-port.ts';
import { assertEditable, refuseScript } from './graph-edit.ts';

/** A task put into the graph of a session that is planned and not over; INVALID names what does not fit. */
export async function addTask(deps: Deps, actor: Actor, ref: string, raw: unknown): Promise<Task> {
  const { store, secrets } = deps;
  const found = await findSession(deps, actor, ref, 'session.edit');
  authorize(actor, 'session.edit', { teamId: found.teamId, createdBy: found.createdBy });
  const parsed = addTaskInput.safeParse(raw);
  if (!parsed.success) throw invalidFromZod(parsed.error);
  const input = parsed.data;
  refuseScript(deps, input.description);
  const id = secrets.uuid();
  await store.transaction(async (tx) => {
    const session = await tx.sessions.lock(found.id);
    assertEditable(session);
    const tasks = await tx.tasks.bySession(session.id);
    const issues = issuesOf(tasks, input);
    if (issues.length > 0) throw invalid(issues);
    const known = new Map(tasks.map((task) => [task.key, task.id]));
    const edges: StoredEdge[] = input.dependsOn.map(({ key, type, required, lagSeconds }) => ({
      id: secrets.uuid(),
      fromTaskId: known.get(key) ?? '',
      toTaskId: id,
      type,
      required,
      lagSeconds,
    }));
    const [learned] = await learnTasks(tx, session, [{ ...input, planKey: null }], 'manual');
    const key = input.key ?? freshKey(tasks);
    const parentTaskId = input.parentTaskId ?? null;
    await tx.tasks.insertAll([
      {
        id,
        teamId: session.teamId,
        sessionId: session.id,
        key,
        position: Math.max(-1, ...tasks.map(({ position }) => position)) + 1,
        parentTaskId,
        title: input.title,
        description: input.description,
        priority: input.priority,
        capabilities: input.capabilities,
        technologies: input.technologies.length > 0 ? input.technologies : session.technologies,
        optional: input.optional,
        writes: input.writes,
        verification: input.verification,
        estimate: learned?.estimate ?? estimateOf(input.estimate, 'manual'),
        predictedWrites: learned?.predictedWrites ?? [],
      },
    ]);
    await tx.tasks.insertDependencies(session.id, edges);
    refuseCycle(await tx.tasks.bySession(session.id), await tx.tasks.dependencies(session.id));
    await tx.events.append(session.id, [createdEvent(actor, { id, key, title: input.title, parentTaskId })]);
    await tx.audit.append({
      teamId: session.teamId,
      actor,
      action: 'task.add',
      subject: { kind: 'task', id },
      after: { sessionId: session.id, key, title: input.title },
    });
  });
  deps.nudge();
  const added = await store.tasks.get(found.teamId, id);
  if (!added) throw invalid([{ path: '', message: 'The task was taken off again.' }]);
  return added;
}

function issuesOf(tasks: readonly Task[], input: AddTaskInput): FieldIssue[] {
  const issues: FieldIssue[] = [];
  if (tasks.length >= maxPlanTasks)
    issues.push({ path: '', message: `A session has at most ${maxPlanTasks} tasks, and this one has ${tasks.length}` });
  if (tasks.some(({ key }) => key === input.key))
    issues.push({ path: 'key', message: `The session has a task ${input.key} already` });
  input.dependsOn.forEach(({ key }, place) => {
    const path = `dependsOn.${place}.key`;
    if (!tasks.some((task) => task.key === key)) issues.push({ path, message: `There is no task ${key}` });
    if (input.dependsOn.findIndex((one) => one.key === key) < place)
      issues.push({ path, message: `The dependency on ${key} stands twice` });
  });
  const parent = tasks.find(({ id }) => id === input.parentTaskId);
  if (input.parentTaskId !== undefined) {
    const path = 'parentTaskId';
    const group = tasks.some(({ parentTaskId }) => parentTaskId === input.parentTaskId);
    if (!parent) issues.push({ path, message: 'This session has no such task' });
    else if (taskEnded(parent.status)) issues.push({ path, message: `That task is ${parent.status}` });
    else if (!group && parent.attemptCount > 0)
      issues.push({ path, message: 'That task has been worked on already; it takes no tasks under it' });
    else if (depthOf(tasks, parent) + 1 > maxTaskDepth)
      issues.push({ path, message: `Tasks nest at most ${maxTaskDepth} deep` });
  }
  return issues;
}

function freshKey(tasks: readonly Task[]): string {
  const taken = new Set(tasks.map(({ key }) => key));
  let number = tasks.length + 1;
  while (taken.has(`task-${number}`)) number += 1;
  return `task-${number}`;
}

// A dependency may close a circle through the group the task stands in.
function refuseCycle(tasks: readonly Task[], edges: readonly StoredEdge[]): void {
  const cycle = findCycle(graphOf(tasks, edges));
  if (cycle === null) return;
  const keys = cycle.map((id) => tasks.find((task) => task.id === id)?.key ?? id);
  const message = `This would make the tasks wait for each other: ${[...keys, keys[0]].join(' → ')}`;
  throw invalid([{ path: 'dependsOn', message }]);
}
