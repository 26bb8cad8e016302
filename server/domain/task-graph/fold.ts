import { type TaskStatus, taskStatuses } from '../task.ts';

export interface FoldNode {
  readonly id: string;
  readonly parentId: string | null;
  readonly status: TaskStatus;
}

/** How many of the tasks in a group stand in which state; states nobody stands in are left out. */
export type StateCounts = Partial<Record<TaskStatus, number>>;

export interface Folding {
  /** Where each task is seen: itself, or the outermost folded group it lies in. */
  readonly seenAt: ReadonlyMap<string, string>;
  /** The leaves under each group by state, folded or not. */
  readonly counts: ReadonlyMap<string, StateCounts>;
}

/** Folds groups: what lies in a folded one is seen at it. Nodes whose parent is not among them stand for themselves. */
export function foldGraph(nodes: readonly FoldNode[], folded: ReadonlySet<string>): Folding {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const groups = new Set(nodes.map((node) => node.parentId));
  const seenAt = new Map<string, string>();
  const counts = new Map<string, StateCounts>();
  for (const node of nodes) {
    let seen = node.id;
    const leaf = !groups.has(node.id);
    // A parent that leads back here is no parent: what is stored has no circles, what is typed may.
    const walked = new Set([node.id]);
    for (let above = node.parentId; above !== null && byId.has(above) && !walked.has(above); ) {
      walked.add(above);
      if (folded.has(above)) seen = above;
      if (leaf) {
        const known = counts.get(above) ?? {};
        known[node.status] = (known[node.status] ?? 0) + 1;
        counts.set(above, known);
      }
      above = byId.get(above)?.parentId ?? null;
    }
    seenAt.set(node.id, seen);
  }
  return { seenAt, counts };
}

/**
 * The edges as they are seen: each between the places its ends are seen at, one for all of the same kind between the same
 * two, none from a place to itself. `count` says how many it stands for.
 */
export function foldEdges<E extends { from: string; to: string; type: string; required: boolean }>(
  edges: readonly E[],
  { seenAt }: Pick<Folding, 'seenAt'>,
): (E & { count: number })[] {
  const seen = new Map<string, E & { count: number }>();
  for (const edge of edges) {
    const from = seenAt.get(edge.from);
    const to = seenAt.get(edge.to);
    if (from === undefined || to === undefined || from === to) continue;
    const key = `${from} ${to} ${edge.type} ${edge.required}`;
    const known = seen.get(key);
    if (known === undefined) seen.set(key, { ...edge, from, to, count: 1 });
    else known.count += 1;
  }
  return [...seen.values()];
}

/** How all leaves of a graph stand: groups end with what is in them and are not counted. */
export function leafCounts(
  tasks: readonly { id: string; parentTaskId: string | null; status: TaskStatus }[],
): StateCounts {
  const groups = new Set(tasks.map((task) => task.parentTaskId));
  const counts: StateCounts = {};
  for (const { id, status } of tasks) if (!groups.has(id)) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** States with their numbers in the order a task goes through them. */
export function countsInOrder(counts: StateCounts): [TaskStatus, number][] {
  return taskStatuses.flatMap((status) => {
    const count = counts[status] ?? 0;
    return count === 0 ? [] : [[status, count] as [TaskStatus, number]];
  });
}
