import { beginOf, endOf, expand, isBegin, nodeAt, orderOf } from './expanded.ts';
import { indexOf, isGroup, type TaskGraph } from './graph.ts';

/** All task ids, each after what it waits for and a group before its children; otherwise in the order of the list. */
export function topologicalOrder(graph: TaskGraph): string[] {
  const index = indexOf(graph);
  return orderOf(index)
    .filter(isBegin)
    .flatMap((point) => index.nodes[nodeAt(point)]?.id ?? []);
}

/** The leaves in parallel groups: each is one wave after the latest of what it waits for, whatever the type. */
export function waves(graph: TaskGraph): string[][] {
  const index = indexOf(graph);
  const { before } = expand(index);
  const level = new Int32Array(before.length);
  const result: string[][] = [];
  for (const point of orderOf(index)) {
    const node = nodeAt(point);
    let highest = 0;
    for (const earlier of before[point] ?? []) highest = Math.max(highest, level[earlier] ?? 0);
    const leaf = !isGroup(index, node);
    level[point] = leaf && point === endOf(node) ? highest + 1 : highest;
    if (!leaf || point !== beginOf(node)) continue;
    const wave = result[highest] ?? [];
    wave.push(index.nodes[node]?.id ?? '');
    result[highest] = wave;
  }
  return result;
}
