import type { DependencyType, Task } from '../../server/domain/task.ts';
import { type Folding, foldEdges, foldGraph, type StateCounts } from '../../server/domain/task-graph/fold.ts';
import { nodeOf } from '../../server/domain/task-graph/graph.ts';
import { waves } from '../../server/domain/task-graph/order.ts';
import { layoutGraph } from '../graph-layout.ts';
import type { LiveCollision, LiveEdge } from '../live.ts';

/** What the picture and the table both show of a session's graph; a test keeps them equal. */
export interface GraphData {
  readonly tasks: readonly Task[];
  readonly edges: readonly LiveEdge[];
  readonly criticalPath: readonly string[];
  /** Tasks that may run at once and announce the same paths. */
  readonly collisions?: readonly LiveCollision[] | undefined;
  /** Groups whose children are not shown. */
  readonly folded?: ReadonlySet<string> | undefined;
}

/** One task as picture and table show it. */
export interface TaskSight {
  readonly task: Task;
  readonly critical: boolean;
  /** It has children: it is never run itself and ends with them. */
  readonly group: boolean;
  /** Its children are not shown; always false without any. */
  readonly folded: boolean;
  /** A group's leaves by state. */
  readonly counts: StateCounts;
  /** Tasks of the same wave may run at once; 1 is the first. Null for a group. */
  readonly wave: number | null;
}

export interface GraphNode extends TaskSight {
  readonly x: number;
  readonly y: number;
  /** How many must be done before it at least; a layer of many nodes has several columns. */
  readonly layer: number;
}

export interface GraphLine {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  /** `part_of` leads from a group to its children; `collision` orders nothing: both announce the same paths. */
  readonly type: DependencyType | 'part_of' | 'collision';
  readonly required: boolean;
  readonly critical: boolean;
  readonly label: string;
}

export interface GraphModel {
  readonly nodes: readonly GraphNode[];
  readonly lines: readonly GraphLine[];
  readonly width: number;
  readonly height: number;
}

export const nodeSize = { width: 232, height: 96, gapX: 72, gapY: 24 } as const;

export const dependencyWords: Record<DependencyType, { short: string; meaning: string }> = {
  finish_to_start: { short: '', meaning: 'starts when that one is done' },
  start_to_start: { short: 'SS', meaning: 'starts when that one has started' },
  finish_to_finish: { short: 'FF', meaning: 'is done only when that one is done' },
  start_to_finish: { short: 'SF', meaning: 'is done only when that one has started' },
};

// Edges differ by their dash, not by colour alone; the same dashes stand in the legend.
export const dashes: Record<GraphLine['type'], string> = {
  finish_to_start: '',
  start_to_start: '8 4',
  finish_to_finish: '2 4',
  start_to_finish: '10 3 2 3',
  part_of: '1 6',
  collision: '3 3',
};

/** The tasks that are seen, in the order of the list, each with what is said of it; and where the hidden ones are seen. */
export function taskSights({ tasks, edges, criticalPath, folded = nothing }: GraphData): {
  sights: TaskSight[];
  folding: Folding;
} {
  const groups = new Set(tasks.map((task) => task.parentTaskId));
  const critical = new Set(criticalPath);
  const folding = foldGraph(
    tasks.map(({ id, parentTaskId, status }) => ({ id, parentId: parentTaskId, status })),
    folded,
  );
  const wave = new Map(
    waves({ nodes: tasks.map(nodeOf), edges }).flatMap((ids, place) => ids.map((id) => [id, place + 1] as const)),
  );
  // What is critical inside a folded group is critical where it is seen.
  const criticalAt = new Set([...critical].map((id) => folding.seenAt.get(id)));
  const sights = tasks
    .filter((task) => folding.seenAt.get(task.id) === task.id)
    .map((task) => ({
      task,
      critical: criticalAt.has(task.id),
      group: groups.has(task.id),
      folded: groups.has(task.id) && folded.has(task.id),
      counts: folding.counts.get(task.id) ?? {},
      wave: wave.get(task.id) ?? null,
    }));
  return { sights, folding };
}

const nothing: ReadonlySet<string> = new Set();

/** More tasks than this are too many to be read at once: their groups begin folded. */
const unfoldedTasks = 60;

/** The folded groups: by rule all of a large graph and none of a small one, but for those the address names by key. */
export function foldedGroups(tasks: readonly Task[], toggled: readonly string[]): ReadonlySet<string> {
  const groups = new Set(tasks.map((task) => task.parentTaskId));
  const rule = tasks.length > unfoldedTasks;
  return new Set(tasks.flatMap(({ id, key }) => (groups.has(id) && rule !== toggled.includes(key) ? [id] : [])));
}

/** Nodes below each other at most, so that many without an order fill a window and not a thread of it; a window is wider than high. */
const tallestColumn = (nodes: number) => Math.max(12, Math.ceil(2 * Math.sqrt(nodes)));

/** Nodes with their places and lines with their kinds. */
export function graphModel(data: GraphData): GraphModel {
  const { tasks, edges, collisions = [] } = data;
  const { sights, folding } = taskSights(data);
  const critical = new Set(sights.filter((sight) => sight.critical).map((sight) => sight.task.id));
  const lines: GraphLine[] = foldEdges(edges, folding).map((edge) => ({
    ...edge,
    critical: critical.has(edge.from) && critical.has(edge.to),
    label: labelOf(edge),
  }));
  const seen = new Set(sights.map((sight) => sight.task.id));
  for (const { task } of sights) {
    const { id, parentTaskId } = task;
    if (parentTaskId === null || !seen.has(parentTaskId)) continue;
    const line = { from: parentTaskId, to: id, type: 'part_of', required: true, critical: false, label: '' } as const;
    lines.push({ id: `part-${id}`, ...line });
  }
  const ids = sights.map((sight) => sight.task.id);
  const { positions, width, height } = layoutGraph(ids, lines, nodeSize, tallestColumn(ids.length));
  const nodes = sights.map((sight) => {
    const at = positions.get(sight.task.id) ?? { x: 0, y: 0, layer: 0 };
    return { ...sight, ...at };
  });
  // After the layout: what may collide is no order. Drawn from the upper one down, beside the dependencies.
  const known = new Set(tasks.map((task) => task.id));
  for (const one of collisions) {
    if (!known.has(one.first) || !known.has(one.second)) continue;
    const ends = [folding.seenAt.get(one.first) ?? one.first, folding.seenAt.get(one.second) ?? one.second] as const;
    const [upper, lower] = ends.toSorted((a, b) => (positions.get(a)?.y ?? 0) - (positions.get(b)?.y ?? 0));
    if (upper === undefined || lower === undefined || upper === lower) continue;
    const line = { from: upper, to: lower, type: 'collision', required: false, critical: false } as const;
    lines.push({ id: `collision-${one.first}-${one.second}`, ...line, label: collisionLabel(one) });
  }
  return { nodes, lines, width, height };
}

const longestLabel = 24;

/** The first path in question; the table and the inspector name all of them. */
function collisionLabel({ globs }: LiveCollision): string {
  const first = globs[0]?.[1] ?? '';
  const path = first.length > longestLabel ? `…${first.slice(1 - longestLabel)}` : first;
  return globs.length > 1 ? `${path} +${globs.length - 1}` : path;
}

function labelOf(edge: LiveEdge & { count: number }): string {
  // The kind is told by the dash: in a dense graph a word on every line would cover the lines.
  const parts = [edge.count > 1 ? `${edge.count} ×` : '', edge.lagSeconds > 0 ? `+${edge.lagSeconds} s` : ''];
  if (!edge.required) parts.push('optional');
  return parts.filter((part) => part !== '').join(' ');
}
