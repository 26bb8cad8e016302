import type { DependencyType, Task } from '../../server/domain/task.ts';
import { foldEdges } from '../../server/domain/task-graph/fold.ts';
import { type GraphData, type TaskSight, taskSights } from './task-graph-model.ts';
import { pathsOf } from './task-words.ts';

export interface TaskRow extends TaskSight {
  /** How deep it lies inside groups. */
  readonly depth: number;
  readonly after: readonly {
    readonly id: string;
    readonly key: string;
    readonly type: DependencyType;
    readonly required: boolean;
    readonly lagSeconds: number;
  }[];
  /** Tasks it may collide with, and on which paths. */
  readonly collides: readonly { readonly key: string; readonly paths: string }[];
}

/** The graph as a list to be read from top to bottom: what comes first stands first, children under their group. */
export function taskRows(data: GraphData): TaskRow[] {
  const { tasks, edges, collisions = [] } = data;
  const { sights, folding } = taskSights(data);
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const incoming = Map.groupBy(foldEdges(edges, folding), (edge) => edge.to);
  const seen = new Set(sights.map((sight) => sight.task.id));
  const children = Map.groupBy(sights, ({ task: { parentTaskId } }) =>
    parentTaskId !== null && seen.has(parentTaskId) ? parentTaskId : null,
  );
  const level = levels(tasks, edges);
  const rows: TaskRow[] = [];
  const walk = (parent: string | null, depth: number) => {
    const ordered = (children.get(parent) ?? []).toSorted(
      ({ task: a }, { task: b }) => (level.get(a.id) ?? 0) - (level.get(b.id) ?? 0) || a.position - b.position,
    );
    for (const sight of ordered) {
      const { task } = sight;
      const after = (incoming.get(task.id) ?? []).map(({ from, type, required, lagSeconds }) => ({
        ...{ id: from, key: byId.get(from)?.key ?? 'a task', type, required, lagSeconds },
      }));
      const collides = collisions.flatMap((one) => {
        if (one.first !== task.id && one.second !== task.id) return [];
        const other = byId.get(one.first === task.id ? one.second : one.first);
        return other === undefined ? [] : [{ key: other.key, paths: pathsOf(one) }];
      });
      rows.push({ ...sight, depth, after, collides });
      walk(task.id, depth + 1);
    }
  };
  walk(null, 0);
  return rows;
}

/** The longest way to each task from one without prerequisites. */
function levels(tasks: readonly Task[], edges: GraphData['edges']): Map<string, number> {
  const level = new Map(tasks.map((task) => [task.id, 0]));
  // At most as many rounds as there are tasks; usually a few, since tasks come in their order.
  for (let round = 0; round < tasks.length; round++) {
    let moved = false;
    for (const { from, to } of edges) {
      const next = (level.get(from) ?? 0) + 1;
      if (level.has(from) && next > (level.get(to) ?? Number.POSITIVE_INFINITY)) {
        level.set(to, next);
        moved = true;
      }
    }
    if (!moved) break;
  }
  return level;
}
