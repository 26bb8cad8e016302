import type { DependencyPolicy } from '../session.ts';
import { blockedForGood, movesBetween, type TaskStatus, taskEnded } from '../task.ts';
import { type GraphIndex, type GraphNode, indexOf, isGroup, type TaskGraph } from './graph.ts';
import { reachedOf } from './state.ts';

/** What becomes of one dependent. `moves` are the legal steps to `to`, in order. */
export interface Consequence {
  readonly taskId: string;
  readonly to: 'skipped' | 'blocked';
  readonly moves: readonly TaskStatus[];
  /** The prerequisite it waited for directly. */
  readonly because: string;
  readonly reason: string;
}

/**
 * What follows when a task has failed, was cancelled or skipped: everything that needs it through required
 * dependencies, transitively and through groups, is skipped (or blocked, by the session's policy). Ended tasks stay as
 * they are. Under `block` a task that cannot legally become blocked (ready, assigned, paused, or done and waiting to
 * complete) is skipped too.
 */
export function consequencesOfFailure(graph: TaskGraph, taskId: string, policy: DependencyPolicy): Consequence[] {
  const index = indexOf(graph);
  const root = index.nodes[index.at.get(taskId) ?? -1];
  if (root === undefined) return [];
  const dependents = requiredDependents(index);
  const consequences: Consequence[] = [];
  const dead = new Set<number>([index.at.get(taskId) ?? -1]);
  const reached = reachedOf(index);
  // A group dies with a child it needs, and when nothing is left in it that could complete.
  const dies = (parent: number, child: number) =>
    index.nodes[child]?.optional === false ||
    (index.children[parent] ?? []).every((one) => dead.has(one) || reached[one]?.dead === true);
  // A Set is walked in insertion order, also over what is added on the way.
  for (const node of dead) {
    const parent = index.parent[node] ?? -1;
    if (parent >= 0 && dies(parent, node)) dead.add(parent);
    for (const target of dependents.get(node) ?? []) {
      for (const place of allUnder(index, target)) {
        const dependent = index.nodes[place];
        if (dependent === undefined || dead.has(place) || taskEnded(dependent.status)) continue;
        dead.add(place);
        if (isGroup(index, place)) continue;
        if (!blockedForGood(dependent)) consequences.push(consequenceOf(dependent, index.nodes[node], root, policy));
      }
    }
  }
  return consequences;
}

function consequenceOf(
  dependent: GraphNode,
  prerequisite: GraphNode | undefined,
  root: GraphNode,
  policy: DependencyPolicy,
): Consequence {
  const blockable = dependent.status === 'pending' || dependent.status === 'in_progress';
  const to = policy === 'block' && blockable ? 'blocked' : 'skipped';
  const direct = prerequisite ?? root;
  const cause = direct.id === root.id ? '' : `${direct.key} cannot complete because `;
  return {
    taskId: dependent.id,
    to,
    moves: movesBetween(dependent.status, to) ?? [],
    because: direct.id,
    reason: `prerequisite_failed: ${cause}${root.key} ${taskEnded(root.status) ? root.status : 'failed'}`,
  };
}

function requiredDependents(index: GraphIndex): Map<number, number[]> {
  const dependents = new Map<number, number[]>();
  for (const { edge, from, to } of index.edges) {
    if (!edge.required) continue;
    const known = dependents.get(from);
    if (known === undefined) dependents.set(from, [to]);
    else known.push(to);
  }
  return dependents;
}

function allUnder(index: GraphIndex, node: number): number[] {
  return [node, ...(index.children[node] ?? []).flatMap((child) => allUnder(index, child))];
}
