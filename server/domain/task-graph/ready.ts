import { blockedForGood } from '../task.ts';
import { type GraphEdge, indexOf, isGroup, type TaskGraph } from './graph.ts';
import { type EdgeState, edgeState, reachedOf } from './state.ts';

const holdsStart = (edge: GraphEdge): boolean => edge.type === 'finish_to_start' || edge.type === 'start_to_start';

/**
 * The leaves that may start now: pending (or blocked by a prerequisite that has been retried since), with every
 * finish-to-start and start-to-start dependency of their own and of their groups met. In the order of the list.
 */
export function readySet(graph: TaskGraph, now: Date): string[] {
  const index = indexOf(graph);
  const reached = reachedOf(index);
  const held = new Uint8Array(index.nodes.length);
  for (const { edge, from, to } of index.edges) {
    const prerequisite = reached[from];
    if (prerequisite === undefined) continue;
    const state = edgeState(edge, prerequisite, now);
    // What can never complete does not start either, whichever end the dependency ties.
    if (state === 'impossible' || (holdsStart(edge) && state === 'waiting')) held[to] = 1;
  }
  const ready: string[] = [];
  index.nodes.forEach((node, place) => {
    if (isGroup(index, place)) return;
    if (node.status !== 'pending' && !blockedForGood(node)) return;
    for (let above = place; above >= 0; above = index.parent[above] ?? -1) if (held[above] === 1) return;
    ready.push(node.id);
  });
  return ready;
}

/**
 * Whether a task whose own work is done may complete: its finish-to-finish and start-to-finish dependencies are met.
 * While not, it is blocked with the reason `waiting_to_complete`.
 */
export function mayComplete(graph: TaskGraph, taskId: string, now: Date): boolean {
  const states = edgeStates(graph, now);
  return graph.edges.every((edge, place) => edge.to !== taskId || holdsStart(edge) || states[place] === 'satisfied');
}

/** The state of each dependency, in the order of `graph.edges`. */
export function edgeStates(graph: TaskGraph, now: Date): EdgeState[] {
  const index = indexOf(graph);
  const reached = reachedOf(index);
  return graph.edges.map((edge) => {
    const prerequisite = reached[index.at.get(edge.from) ?? -1];
    return prerequisite === undefined ? 'impossible' : edgeState(edge, prerequisite, now);
  });
}
