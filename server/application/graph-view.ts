import type { Task, TaskDependency } from '../domain/task.ts';
import { criticalPath } from '../domain/task-graph/critical-path.ts';
import { type GraphEdge, nodeOf, type TaskGraph } from '../domain/task-graph/graph.ts';
import { waves } from '../domain/task-graph/order.ts';
import { eta, progress, remainingHours } from '../domain/task-graph/progress.ts';
import { edgeStates } from '../domain/task-graph/ready.ts';
import type { StoredEdge } from './work-port.ts';

/** The graph as the API shows it (api.md, Graph): `from` is the prerequisite. */
export interface GraphView {
  nodes: Task[];
  edges: (GraphEdge & { id: string })[];
  waves: string[][];
  criticalPath: readonly string[];
  slackHours: Readonly<Record<string, number>>;
  progress: { completed: number; total: number; ratio: number };
  remainingHours: number;
  etaAt: Date | null;
}

/** The stored rows as the domain's graph. */
export function graphOf(tasks: readonly Task[], edges: readonly StoredEdge[]): TaskGraph {
  return { nodes: tasks.map(nodeOf), edges: edges.map(edgeOf) };
}

/** A stored dependency as an edge of the graph. */
export const edgeOf = (edge: StoredEdge): GraphEdge & { id: string } => ({
  id: edge.id,
  from: edge.fromTaskId,
  to: edge.toTaskId,
  type: edge.type,
  required: edge.required,
  lagSeconds: edge.lagSeconds,
});

/** Each task with the dependencies it waits for and whether they are satisfied now. */
export function taskViews(tasks: readonly Task[], edges: readonly StoredEdge[], now: Date): Task[] {
  const states = edgeStates(graphOf(tasks, edges), now);
  const into = new Map<string, TaskDependency[]>();
  edges.forEach((edge, index) => {
    const known = into.get(edge.toTaskId) ?? [];
    known.push({
      id: edge.id,
      taskId: edge.fromTaskId,
      type: edge.type,
      required: edge.required,
      lagSeconds: edge.lagSeconds,
      satisfied: states[index] === 'satisfied',
    });
    into.set(edge.toTaskId, known);
  });
  return tasks.map((task) => ({ ...task, dependencies: into.get(task.id) ?? [] }));
}

export function graphView(
  tasks: readonly Task[],
  edges: readonly StoredEdge[],
  how: { parallelism: number; now: Date },
): GraphView {
  const graph = graphOf(tasks, edges);
  const path = criticalPath(graph);
  return {
    nodes: taskViews(tasks, edges, how.now),
    edges: edges.map(edgeOf),
    waves: waves(graph),
    criticalPath: path.path,
    slackHours: path.slackHours,
    progress: progress(graph),
    remainingHours: remainingHours(graph, how.now),
    etaAt: eta(graph, how.parallelism, how.now),
  };
}
