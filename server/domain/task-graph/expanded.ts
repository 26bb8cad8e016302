import { invalid } from '../errors.ts';
import type { GraphIndex } from './graph.ts';

/**
 * The graph with each task taken apart into its begin (2n) and its end (2n + 1), so that dependencies on groups and of
 * groups are plain arcs: a dependency runs from the end of the prerequisite to the begin of the dependent, a group
 * begins before and ends after its children. Arcs are kept backwards: `before[x]` must come before x.
 */
export interface Expanded {
  readonly before: readonly (readonly number[])[];
}

export const beginOf = (node: number): number => 2 * node;
export const endOf = (node: number): number => 2 * node + 1;
export const nodeAt = (point: number): number => point >> 1;
export const isBegin = (point: number): boolean => point % 2 === 0;

/** Takes a graph apart. */
export function expand(index: GraphIndex): Expanded {
  const before: number[][] = [];
  for (let node = 0; node < index.nodes.length; node += 1) before.push([], [beginOf(node)]);
  for (const { from, to } of index.edges) before[beginOf(to)]?.push(endOf(from));
  index.parent.forEach((parent, node) => {
    if (parent < 0) return;
    before[beginOf(node)]?.push(beginOf(parent));
    before[endOf(parent)]?.push(endOf(node));
  });
  return { before };
}

/** A way from `start` to `goal` against the arcs, both included, or null. */
export function wayBack(expanded: Expanded, start: number, goal: number): number[] | null {
  const cameFrom = new Map<number, number>([[start, start]]);
  // A Map is walked in insertion order, also over what is added on the way: this is a breadth-first search.
  for (const [point] of cameFrom) {
    if (point === goal) return retrace(cameFrom, goal);
    for (const next of expanded.before[point] ?? []) if (!cameFrom.has(next)) cameFrom.set(next, point);
  }
  return null;
}

function retrace(cameFrom: ReadonlyMap<number, number>, goal: number): number[] {
  const way = [goal];
  for (let point = goal; cameFrom.get(point) !== point; ) {
    point = cameFrom.get(point) ?? point;
    way.push(point);
  }
  return way.reverse();
}

interface Frame {
  readonly point: number;
  next: number;
}

/**
 * Every point after all that must come before it; what the arcs leave open keeps the order of the list. The second
 * answer is a cycle (its points in the direction of work), when there is one.
 */
export function orderOrCycle(expanded: Expanded): { order: number[]; cycle: number[] | null } {
  const state = new Uint8Array(expanded.before.length);
  const order: number[] = [];
  for (let root = 0; root < expanded.before.length; root += 1) {
    const stack: Frame[] = state[root] === 0 ? [{ point: root, next: 0 }] : [];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      state[top.point] = 1;
      const next = expanded.before[top.point]?.[top.next];
      top.next += 1;
      if (next === undefined) {
        state[top.point] = 2;
        order.push(top.point);
        stack.pop();
      } else if (state[next] === 1) {
        const points = stack.map((frame) => frame.point);
        return { order, cycle: points.slice(points.indexOf(next)).reverse() };
      } else if (state[next] === 0) stack.push({ point: next, next: 0 });
    }
  }
  return { order, cycle: null };
}

/** The order of all points; throws INVALID when the graph has a cycle. */
export function orderOf(index: GraphIndex): number[] {
  const { order, cycle } = orderOrCycle(expand(index));
  if (cycle === null) return order;
  throw invalid([{ path: 'dependsOn', message: `The tasks wait for each other: ${pathText(index, cycle)}` }]);
}

/** The tasks of a cycle, each once, in the direction of work. */
export function tasksOn(index: GraphIndex, points: readonly number[]): string[] {
  return [...new Set(points.map((point) => index.nodes[nodeAt(point)]?.id ?? ''))];
}

/** `a → b → a`, by key. */
export function pathText(index: GraphIndex, points: readonly number[]): string {
  const keys = tasksOn(index, points).map((id) => index.nodes[index.at.get(id) ?? -1]?.key ?? id);
  return [...keys, ...keys.slice(0, 1)].join(' → ');
}
