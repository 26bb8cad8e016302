import type { DependencyType, Task } from '../../server/domain/task.ts';
import type { GraphData } from './task-graph-model.ts';
import { pathsOf } from './task-words.ts';

export interface TaskRow {
  readonly task: Task;
  /** How deep it lies inside groups. */
  readonly depth: number;
  readonly group: boolean;
  readonly critical: boolean;
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
export function taskRows({ tasks, edges, criticalPath, collisions = [] }: GraphData): TaskRow[] {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const critical = new Set(criticalPath);
  const children = Map.groupBy(tasks, (task) =>
    task.parentTaskId !== null && byId.has(task.parentTaskId) ? task.parentTaskId : null,
  );
  const level = levels(tasks, edges);
  const rows: TaskRow[] = [];
  const walk = (parent: string | null, depth: number) => {
    const ordered = (children.get(parent) ?? []).toSorted(
      (a, b) => (level.get(a.id) ?? 0) - (level.get(b.id) ?? 0) || a.position - b.position,
    );
    for (const task of ordered) {
      const after = edges.flatMap((edge) => {
        const before = edge.to === task.id ? byId.get(edge.from) : undefined;
        if (before === undefined) return [];
        return [{ ...edge, id: before.id, key: before.key }].map(({ id, key, type, required, lagSeconds }) => ({
          id,
          key,
          type,
          required,
          lagSeconds,
        }));
      });
      const collides = collisions.flatMap((one) => {
        if (one.first !== task.id && one.second !== task.id) return [];
        const other = byId.get(one.first === task.id ? one.second : one.first);
        return other === undefined ? [] : [{ key: other.key, paths: pathsOf(one) }];
      });
      rows.push({ task, depth, group: children.has(task.id), critical: critical.has(task.id), after, collides });
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
