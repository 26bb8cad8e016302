import { blockedForGood } from '../task.ts';
import { type GraphEdge, type GraphIndex, indexOf, isGroup, type TaskGraph } from './graph.ts';
import { type EdgeState, edgeState, reachedOf } from './state.ts';

const holdsStart = (edge: GraphEdge): boolean => edge.type === 'finish_to_start' || edge.type === 'start_to_start';

/**
 * The leaves that may start now: pending (or blocked by a prerequisite that has been retried since), with every
 * finish-to-start and start-to-start dependency of their own and of their groups met. In the order of the list.
 */
export function readySet(graph: TaskGraph, now: Date): string[] {
  const index = indexOf(graph);
  const holder = holdersOf(index, now);
  const ready: string[] = [];
  index.nodes.forEach((node, place) => {
    if (isGroup(index, place)) return;
    if (node.status !== 'pending' && !blockedForGood(node)) return;
    if (heldBy(index, holder, place) === null) ready.push(node.id);
  });
  return ready;
}

/**
 * Why a task that stands ready may not be given to an agent after all, or null: the graph has been edited since, so that it
 * waits for another task now, or is a group.
 */
export function startRefusal(graph: TaskGraph, taskId: string, now: Date): string | null {
  const index = indexOf(graph);
  const place = index.at.get(taskId);
  if (place === undefined) return 'it is no task of the graph any more';
  if (isGroup(index, place)) return 'it was split into other tasks';
  const holder = heldBy(index, holdersOf(index, now), place);
  return holder === null ? null : `it waits for ${holder}`;
}

/** For each node the key of a prerequisite that keeps it from starting. */
function holdersOf(index: GraphIndex, now: Date): (string | undefined)[] {
  const reached = reachedOf(index);
  const holders: (string | undefined)[] = new Array(index.nodes.length).fill(undefined);
  for (const { edge, from, to } of index.edges) {
    const prerequisite = reached[from];
    if (prerequisite === undefined) continue;
    const state = edgeState(edge, prerequisite, now);
    // What can never complete does not start either, whichever end the dependency ties.
    if (state === 'impossible' || (holdsStart(edge) && state === 'waiting')) holders[to] = index.nodes[from]?.key ?? '';
  }
  return holders;
}

function heldBy(index: GraphIndex, holders: readonly (string | undefined)[], place: number): string | null {
  for (let above = place; above >= 0; above = index.parent[above] ?? -1) {
    const holder = holders[above];
    if (holder !== undefined) return holder;
  }
  return null;
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
