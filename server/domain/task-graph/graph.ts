import type { DependencyType, Task, TaskStatus } from '../task.ts';

/** A task as the graph's answers need it. `hours` are the expected hours. */
export interface GraphNode {
  readonly id: string;
  readonly key: string;
  readonly parentId: string | null;
  readonly status: TaskStatus;
  readonly reason: string | null;
  readonly optional: boolean;
  readonly hours: number;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
}

/** `from` is the prerequisite of `to`. */
export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly type: DependencyType;
  readonly required: boolean;
  readonly lagSeconds: number;
}

export interface TaskGraph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** The graph as the API shows it (api.md, Graph). */
export interface GraphView {
  readonly nodes: readonly Task[];
  readonly edges: readonly (GraphEdge & { readonly id: string })[];
  readonly waves: readonly (readonly string[])[];
  readonly criticalPath: readonly string[];
  readonly slackHours: Readonly<Record<string, number>>;
  readonly progress: number;
  readonly remainingHours: number;
  readonly etaAt: Date | null;
}

/** The node of a stored task. */
export function nodeOf(task: Task): GraphNode {
  return {
    id: task.id,
    key: task.key,
    parentId: task.parentTaskId,
    status: task.status,
    reason: task.reason,
    optional: task.optional,
    hours: task.estimate.expected,
    startedAt: task.startedAt,
    endedAt: task.endedAt,
  };
}

/** Numbers instead of ids: every answer below is one or two passes over these arrays. */
export interface GraphIndex {
  readonly nodes: readonly GraphNode[];
  readonly at: ReadonlyMap<string, number>;
  /** Index of the parent, -1 for none. */
  readonly parent: readonly number[];
  /** Undefined for a leaf. */
  readonly children: readonly (readonly number[] | undefined)[];
  readonly edges: readonly IndexedEdge[];
}

export interface IndexedEdge {
  readonly edge: GraphEdge;
  readonly from: number;
  readonly to: number;
}

/** Reads a graph once. Edges and parents that name no node of the graph are left out. */
export function indexOf(graph: TaskGraph): GraphIndex {
  const at = new Map<string, number>();
  for (const node of graph.nodes) at.set(node.id, at.size);
  const parent: number[] = [];
  const children: (number[] | undefined)[] = new Array(graph.nodes.length).fill(undefined);
  for (const node of graph.nodes) {
    const above = node.parentId === null ? -1 : (at.get(node.parentId) ?? -1);
    if (above >= 0) {
      const siblings = children[above] ?? [];
      siblings.push(parent.length);
      children[above] = siblings;
    }
    parent.push(above);
  }
  const edges: IndexedEdge[] = [];
  for (const edge of graph.edges) {
    const from = at.get(edge.from);
    const to = at.get(edge.to);
    if (from !== undefined && to !== undefined) edges.push({ edge, from, to });
  }
  return { nodes: graph.nodes, at, parent, children, edges };
}

/** Whether the node has children: a group is never run itself. */
export function isGroup(index: GraphIndex, node: number): boolean {
  return index.children[node] !== undefined;
}

/** The tasks that are run: those without children. */
export function leavesOf(index: GraphIndex): number[] {
  return index.nodes.map((_, node) => node).filter((node) => !isGroup(index, node));
}
