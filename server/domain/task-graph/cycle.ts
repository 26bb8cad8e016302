import { DomainError, invalid } from '../errors.ts';
import { beginOf, endOf, expand, orderOrCycle, pathText, tasksOn, wayBack } from './expanded.ts';
import { type GraphEdge, indexOf, type TaskGraph } from './graph.ts';

/** The ids of tasks that wait for each other, also through their groups, in the direction of work; null without one. */
export function findCycle(graph: TaskGraph): string[] | null {
  const index = indexOf(graph);
  const { cycle } = orderOrCycle(expand(index));
  return cycle === null ? null : tasksOn(index, cycle);
}

/**
 * Refuses an edge that must not be added (domain.md 2.3): INVALID for an unknown task, a task on itself and any cycle
 * (whatever the types, also through groups, naming the path); CONFLICT for a second edge between the same two tasks.
 */
export function assertAddable(graph: TaskGraph, edge: Pick<GraphEdge, 'from' | 'to'>): void {
  const index = indexOf(graph);
  const from = index.at.get(edge.from);
  const to = index.at.get(edge.to);
  if (from === undefined || to === undefined) {
    throw invalid([{ path: 'taskId', message: 'This session has no such task' }]);
  }
  if (from === to) throw invalid([{ path: 'taskId', message: 'A task cannot wait for itself' }]);
  if (index.edges.some((known) => known.from === from && known.to === to)) {
    throw new DomainError('CONFLICT', 'This dependency already exists', { details: { from: edge.from, to: edge.to } });
  }
  // The new arc closes a cycle exactly when its end is already before its start.
  const way = wayBack(expand(index), endOf(from), beginOf(to));
  if (way === null) return;
  const path = pathText(index, way.reverse());
  throw invalid([{ path: 'taskId', message: `This would make the tasks wait for each other: ${path}` }]);
}
