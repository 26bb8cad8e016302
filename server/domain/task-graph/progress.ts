import { movesBetween, type TaskStatus, taskEnded } from '../task.ts';
import { criticalPath } from './critical-path.ts';
import { type GraphNode, indexOf, isGroup, leavesOf, type TaskGraph } from './graph.ts';
import { reachedOf } from './state.ts';

/**
 * Completed ÷ countable leaves. Cancelled leaves were taken out of the plan and optional ones that failed or were
 * skipped are only a warning: neither is counted.
 */
export function progress(graph: TaskGraph): { completed: number; total: number; ratio: number } {
  const index = indexOf(graph);
  const leaves = leavesOf(index).flatMap((place) => index.nodes[place] ?? []);
  const total = leaves.filter(
    ({ status, optional }) => status !== 'cancelled' && !(optional && (status === 'failed' || status === 'skipped')),
  ).length;
  const completed = leaves.filter((node) => node.status === 'completed').length;
  return { completed, total, ratio: total === 0 ? 0 : completed / total };
}

function remainingOf(node: GraphNode, now: Date): number {
  if (taskEnded(node.status)) return 0;
  if (node.status !== 'in_progress' || node.startedAt === null) return node.hours;
  return Math.max(0, node.hours - (now.getTime() - node.startedAt.getTime()) / 3_600_000);
}

/** Expected hours of work that are left, over all leaves; what runs counts for what its estimate has left. */
export function remainingHours(graph: TaskGraph, now: Date): number {
  const index = indexOf(graph);
  return leavesOf(index).reduce((sum, place) => {
    const node = index.nodes[place];
    return node === undefined ? sum : sum + remainingOf(node, now);
  }, 0);
}

/**
 * When the graph is expected to be done: the longer of what is left of the critical path and what is left of all work
 * shared among `parallelism` tasks at once. Null when nothing is left to do.
 */
export function eta(graph: TaskGraph, parallelism: number, now: Date): Date | null {
  const index = indexOf(graph);
  const open = leavesOf(index).some((place) => !taskEnded(index.nodes[place]?.status ?? 'completed'));
  if (!open) return null;
  const { hours } = criticalPath(graph, {
    hoursOf: (node) => remainingOf(node, now),
    lagOf: (edge) => {
      const prerequisite = index.nodes[index.at.get(edge.from) ?? -1];
      const since = (edge.type.startsWith('start') ? prerequisite?.startedAt : prerequisite?.endedAt) ?? null;
      const gone = since === null ? 0 : (now.getTime() - since.getTime()) / 1000;
      return Math.max(0, edge.lagSeconds - Math.max(0, gone)) / 3600;
    },
  });
  const needed = Math.max(hours, remainingHours(graph, now) / Math.max(1, parallelism));
  return new Date(now.getTime() + needed * 3_600_000);
}

export interface GroupMove {
  readonly taskId: string;
  readonly to: TaskStatus;
  readonly moves: readonly TaskStatus[];
}

/**
 * The groups whose status lags behind their children, inner ones first, with the legal steps to catch up: in progress
 * once a child has started, completed when its children have, failed (or skipped, cancelled) when that cannot happen.
 */
export function groupMoves(graph: TaskGraph): GroupMove[] {
  const index = indexOf(graph);
  const reached = reachedOf(index);
  const result: (GroupMove & { depth: number })[] = [];
  index.nodes.forEach((group, place) => {
    const state = reached[place];
    if (!isGroup(index, place) || state === undefined || group.status === 'completed') return;
    const leaves = statusesUnder(place);
    const running = state.startedAt === null ? null : 'in_progress';
    const to = leaves.every(taskEnded) ? endOfGroup(state.doneAt !== null, leaves) : running;
    if (to === null || to === group.status) return;
    const moves = movesBetween(group.status, to);
    if (moves === null) return;
    let depth = 0;
    for (let above = index.parent[place] ?? -1; above >= 0; above = index.parent[above] ?? -1) depth += 1;
    result.push({ taskId: group.id, to, moves, depth });
  });
  return result.sort((a, b) => b.depth - a.depth).map(({ taskId, to, moves }) => ({ taskId, to, moves }));

  function statusesUnder(node: number): TaskStatus[] {
    if (!isGroup(index, node)) return [index.nodes[node]?.status ?? 'cancelled'];
    return (index.children[node] ?? []).flatMap(statusesUnder);
  }
}

function endOfGroup(done: boolean, leaves: readonly TaskStatus[]): TaskStatus {
  if (done) return 'completed';
  if (leaves.every((status) => status === 'cancelled')) return 'cancelled';
  if (leaves.every((status) => status === 'skipped' || status === 'cancelled')) return 'skipped';
  return 'failed';
}
