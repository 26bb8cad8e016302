import type { Actor } from '../../domain/actor.ts';
import { maxPlanTasks, type PlanTask } from '../../domain/blueprint.ts';
import { type Estimate, type EstimateSource, estimateOf, pert } from '../../domain/estimate.ts';
import type { Session } from '../../domain/session.ts';
import type { Task } from '../../domain/task.ts';
import type { Deps } from '../deps.ts';
import type { Tx } from '../store-port.ts';
import { engineActor } from './engine-actor.ts';
import { createdEvent } from './write-plan.ts';

/** Deepest allowed tree of tasks, the outermost included (domain.md 4). */
export const maxTaskDepth = 5;

export interface Split {
  readonly source: 'planner' | 'blueprint' | 'person';
  readonly blueprint?: string | undefined;
  /** Without it the children's hours are scaled so that their expected total stays the parent's. */
  readonly keepEstimates?: boolean | undefined;
  readonly actor?: Actor | undefined;
}

/** Why a task cannot become so many, as a sentence, or null. */
export function splitRefusal(tasks: readonly Task[], task: Task, children: number): string | null {
  if (tasks.length + children > maxPlanTasks)
    return `A session has at most ${maxPlanTasks} tasks; it has ${tasks.length} and ${children} would come`;
  if (depthOf(tasks, task) + 1 > maxTaskDepth) return `Tasks nest at most ${maxTaskDepth} deep`;
  if (tasks.some((one) => one.parentTaskId === task.id)) return 'The task is split already';
  return null;
}

/** How deep a task stands, the outermost being 1. */
export function depthOf(tasks: readonly Task[], task: Task): number {
  const byId = new Map(tasks.map((one) => [one.id, one]));
  let depth = 1;
  for (let above = task.parentTaskId; above !== null; above = byId.get(above)?.parentTaskId ?? null) depth += 1;
  return depth;
}

/**
 * Makes a task the group of these tasks: its dependencies stay on the group, so whatever waited for it waits for all of
 * them, and they begin when it may. Call under the session's lock, when `splitRefusal` has nothing against it.
 */
export async function splitTask(
  tx: Tx,
  deps: Deps,
  session: Session,
  task: Task,
  children: readonly PlanTask[],
  how: Split,
): Promise<void> {
  const actor = how.actor ?? engineActor(session.teamId);
  const tasks = await tx.tasks.bySession(session.id);
  const keys = freshKeys(
    tasks.map(({ key }) => key),
    task.key,
    children,
  );
  const ids = new Map(children.map(({ key }) => [key, deps.secrets.uuid()]));
  const waitedFor = new Set(children.flatMap(({ dependsOn }) => dependsOn.map(({ key }) => key)));
  const shares = how.keepEstimates
    ? children.map((child) => estimateOf(child.estimate, sourceOf(how)))
    : shared(task.estimate, children);
  const rows = children.map((child, place) => ({
    id: ids.get(child.key) ?? '',
    teamId: task.teamId,
    sessionId: task.sessionId,
    key: keys.get(child.key) ?? child.key,
    position: Math.max(...tasks.map(({ position }) => position)) + 1 + place,
    parentTaskId: task.id,
    title: child.title,
    description: child.description,
    priority: task.priority,
    capabilities: child.capabilities,
    technologies: child.technologies.length > 0 ? child.technologies : task.technologies,
    optional: task.optional || child.optional,
    writes: child.writes,
    // What proved the whole proves it where it ends.
    verification: child.verification.length > 0 || waitedFor.has(child.key) ? child.verification : task.verification,
    estimate: shares[place] ?? task.estimate,
    planKey: how.blueprint === undefined ? null : `${how.blueprint}/${child.key}`,
  }));
  await tx.tasks.insertAll(rows);
  await tx.tasks.insertDependencies(
    session.id,
    children.flatMap((child) =>
      child.dependsOn.map(({ key, type, required, lagSeconds }) => ({
        id: deps.secrets.uuid(),
        fromTaskId: ids.get(key) ?? '',
        toTaskId: ids.get(child.key) ?? '',
        type,
        required,
        lagSeconds,
      })),
    ),
  );
  await tx.tasks.edit(task.id, { next: null }, {});
  await tx.events.append(session.id, [
    {
      type: 'task.decomposed',
      actor,
      payload: {
        taskId: task.id,
        key: task.key,
        source: how.source,
        blueprint: how.blueprint ?? null,
        children: rows.map(({ id, key, title }) => ({ taskId: id, key, title })),
      },
    },
    ...rows.map((row) => createdEvent(actor, row)),
  ]);
}

/** The children's own hours, scaled so that their expected hours add up to the parent's (domain.md 2.5). */
function shared(whole: Estimate, children: readonly PlanTask[]): Estimate[] {
  const sum = children.reduce((total, child) => total + pert(child.estimate).expected, 0);
  return children.map(({ estimate }) => {
    const factor = sum === 0 ? 0 : whole.expected / sum;
    const even = whole.expected / children.length;
    return estimateOf(
      {
        optimistic: sum === 0 ? even : estimate.optimistic * factor,
        likely: sum === 0 ? even : estimate.likely * factor,
        pessimistic: sum === 0 ? even : estimate.pessimistic * factor,
      },
      'split',
      whole.confidence,
    );
  });
}

const sourceOf = ({ source }: Split): EstimateSource => (source === 'person' ? 'manual' : source);

/** A child keeps its key where the session has none like it; else its parent's stands before it, and a number after it. */
function freshKeys(taken: readonly string[], parent: string, children: readonly PlanTask[]): Map<string, string> {
  const used = new Set(taken);
  const keys = new Map<string, string>();
  for (const { key } of children) {
    let fresh = used.has(key) ? `${parent}-${key}`.slice(0, 60) : key;
    for (let number = 2; used.has(fresh); number += 1) fresh = `${`${parent}-${key}`.slice(0, 56)}-${number}`;
    used.add(fresh);
    keys.set(key, fresh);
  }
  return keys;
}
