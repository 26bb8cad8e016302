import type { DependencyType, Task } from '../../server/domain/task.ts';
import { layoutGraph } from '../graph-layout.ts';
import type { LiveCollision, LiveEdge } from '../live.ts';

/** What the picture and the table both show of a session's graph; a test keeps them equal. */
export interface GraphData {
  readonly tasks: readonly Task[];
  readonly edges: readonly LiveEdge[];
  readonly criticalPath: readonly string[];
  /** Tasks that may run at once and announce the same paths. */
  readonly collisions?: readonly LiveCollision[] | undefined;
}

export interface GraphNode {
  readonly task: Task;
  readonly x: number;
  readonly y: number;
  readonly critical: boolean;
  /** It has children: it is never run itself and ends with them. */
  readonly group: boolean;
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

/** Nodes with their places and lines with their kinds. */
export function graphModel({ tasks, edges, criticalPath, collisions = [] }: GraphData): GraphModel {
  const critical = new Set(criticalPath);
  const groups = new Set(tasks.map((task) => task.parentTaskId));
  const known = new Set(tasks.map((task) => task.id));
  const lines: GraphLine[] = edges
    .filter((edge) => known.has(edge.from) && known.has(edge.to))
    .map((edge) => ({
      ...edge,
      critical: critical.has(edge.from) && critical.has(edge.to),
      label: labelOf(edge),
    }));
  for (const { id, parentTaskId } of tasks) {
    if (parentTaskId === null || !known.has(parentTaskId)) continue;
    const line = { from: parentTaskId, to: id, type: 'part_of', required: true, critical: false, label: '' } as const;
    lines.push({ id: `part-${id}`, ...line });
  }
  const ids = tasks.map((task) => task.id);
  const { positions, width, height } = layoutGraph(ids, lines, nodeSize);
  const nodes = tasks.map((task) => {
    const at = positions.get(task.id) ?? { x: 0, y: 0 };
    return { task, x: at.x, y: at.y, critical: critical.has(task.id), group: groups.has(task.id) };
  });
  // After the layout: what may collide is no order. Drawn from the upper one down, beside the dependencies.
  for (const one of collisions) {
    const [upper, lower] = [one.first, one.second].sort(
      (a, b) => (positions.get(a)?.y ?? 0) - (positions.get(b)?.y ?? 0),
    );
    if (upper === undefined || lower === undefined || !known.has(upper) || !known.has(lower)) continue;
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

function labelOf(edge: LiveEdge): string {
  // The kind is told by the dash: in a dense graph a word on every line would cover the lines.
  const parts = [edge.lagSeconds > 0 ? `+${edge.lagSeconds} s` : ''];
  if (!edge.required) parts.push('optional');
  return parts.filter((part) => part !== '').join(' ');
}
