import { beginOf, endOf, isBegin, nodeAt, orderOf } from './expanded.ts';
import {
  type GraphEdge,
  type GraphIndex,
  type GraphNode,
  indexOf,
  isGroup,
  leavesOf,
  type TaskGraph,
} from './graph.ts';

export interface CriticalPath {
  /** The leaves without slack, by earliest start. */
  readonly path: readonly string[];
  readonly slackHours: Readonly<Record<string, number>>;
  /** Length of the whole graph in hours, with any number of agents. */
  readonly hours: number;
}

/** How long a leaf takes and how long a dependency lags, in hours. */
export interface Durations {
  readonly hoursOf: (node: GraphNode) => number;
  readonly lagOf: (edge: GraphEdge) => number;
}

const planned: Durations = {
  hoursOf: (node) => (node.status === 'cancelled' ? 0 : node.hours),
  lagOf: (edge) => edge.lagSeconds / 3600,
};

/**
 * The critical path by expected hours (domain.md 2.4). Forward: FS ES_b ≥ EF_a + lag, SS ES_b ≥ ES_a + lag,
 * FF EF_b ≥ EF_a + lag, SF EF_b ≥ ES_a + lag, with EF = ES + hours; backward the same from the end; slack = LS − ES.
 * A group begins before and ends after its children and takes no time of its own.
 */
export function criticalPath(graph: TaskGraph, durations: Durations = planned): CriticalPath {
  const index = indexOf(graph);
  const order = orderOf(index);
  const hours = index.nodes.map((node, place) => (isGroup(index, place) ? 0 : durations.hoursOf(node)));
  const lags = index.edges.map(({ edge }) => durations.lagOf(edge));
  const early = forward(index, order, hours, lags);
  const total = early.reduce((most, time) => Math.max(most, time), 0);
  const late = backward(index, order, hours, lags, total);

  const slackHours: Record<string, number> = {};
  index.nodes.forEach((node, place) => {
    const slack = (late[beginOf(place)] ?? 0) - (early[beginOf(place)] ?? 0);
    // Sums of fractions differ in the last digits; a millionth of an hour is no slack.
    slackHours[node.id] = slack < 1e-6 ? 0 : slack;
  });
  const path = leavesOf(index)
    .filter((place) => slackHours[index.nodes[place]?.id ?? ''] === 0 && index.nodes[place]?.status !== 'cancelled')
    .sort(
      (a, b) => (early[beginOf(a)] ?? 0) - (early[beginOf(b)] ?? 0) || (early[endOf(a)] ?? 0) - (early[endOf(b)] ?? 0),
    )
    .flatMap((place) => index.nodes[place]?.id ?? []);
  return { path, slackHours, hours: total };
}

// Which end of each task a dependency ties: its type in two booleans.
const fromStart = (edge: GraphEdge) => edge.type === 'start_to_start' || edge.type === 'start_to_finish';
const toFinish = (edge: GraphEdge) => edge.type === 'finish_to_finish' || edge.type === 'start_to_finish';

function forward(index: GraphIndex, order: readonly number[], hours: readonly number[], lags: readonly number[]) {
  const incoming = edgesBy(index, 'to');
  const times = new Float64Array(2 * index.nodes.length);
  const at = (point: number) => times[point] ?? 0;
  for (const point of order) {
    const node = nodeAt(point);
    const group = isGroup(index, node);
    const own = hours[node] ?? 0;
    let time = isBegin(point) ? at(beginOf(index.parent[node] ?? -1)) : at(beginOf(node)) + own;
    if (!isBegin(point)) for (const child of index.children[node] ?? []) time = Math.max(time, at(endOf(child)));
    for (const place of incoming[node] ?? []) {
      const { edge, from } = index.edges[place] ?? {};
      if (edge === undefined || from === undefined) continue;
      const since = at(fromStart(edge) ? beginOf(from) : endOf(from)) + (lags[place] ?? 0);
      // A leaf is rigid: what binds its end binds its begin, its hours earlier. A group's end is bound by itself.
      if (isBegin(point)) time = Math.max(time, toFinish(edge) ? (group ? 0 : since - own) : since);
      else if (group && toFinish(edge)) time = Math.max(time, since);
    }
    times[point] = time;
  }
  return times;
}

function backward(
  index: GraphIndex,
  order: readonly number[],
  hours: readonly number[],
  lags: readonly number[],
  total: number,
) {
  const outgoing = edgesBy(index, 'from');
  const times = new Float64Array(2 * index.nodes.length).fill(total);
  const at = (point: number) => times[point] ?? total;
  for (let place = order.length - 1; place >= 0; place -= 1) {
    const point = order[place] ?? 0;
    const node = nodeAt(point);
    const begin = isBegin(point);
    const own = hours[node] ?? 0;
    const parent = index.parent[node] ?? -1;
    let time = begin ? at(endOf(node)) - own : parent < 0 ? total : at(endOf(parent));
    if (begin) for (const child of index.children[node] ?? []) time = Math.min(time, at(beginOf(child)));
    for (const which of outgoing[node] ?? []) {
      const { edge, to } = index.edges[which] ?? {};
      if (edge === undefined || to === undefined || fromStart(edge) !== begin) continue;
      time = Math.min(time, at(toFinish(edge) ? endOf(to) : beginOf(to)) - (lags[which] ?? 0));
    }
    times[point] = time;
    if (begin && !isGroup(index, node)) times[endOf(node)] = time + own;
  }
  return times;
}

function edgesBy(index: GraphIndex, side: 'from' | 'to'): number[][] {
  const lists: number[][] = index.nodes.map(() => []);
  index.edges.forEach((edge, place) => {
    lists[edge[side]]?.push(place);
  });
  return lists;
}
