import { type SQL, sql } from 'drizzle-orm';
import { tasks } from '../../../db/schema/tasks.ts';
import { complexityOf, type Dependency, type Task, type TaskStatus } from '../../domain/task.ts';
import type { GraphNode } from '../../domain/task-graph/graph.ts';
import { edgeStates } from '../../domain/task-graph/ready.ts';
import type { Row } from './handle.ts';
import { decode } from './rows.ts';

/** A task's incoming dependencies, with what its prerequisites have reached, as a lateral join on `t`. */
export const taskEdges: SQL = sql`lateral (
  select coalesce(jsonb_agg(jsonb_build_object('id', d.id, 'taskId', d.from_task_id, 'type', d.type, 'required', d.required,
    'lagSeconds', d.lag_seconds, 'status', p.status, 'reason', p.reason, 'optional', p.optional,
    'startedAt', p.started_at, 'endedAt', p.ended_at) order by p.position, d.id), '[]'::jsonb) as edges
  from dependencies d join tasks p on p.id = d.from_task_id where d.to_task_id = t.id
) incoming`;

interface Edge extends Omit<Dependency, 'dependentId'> {
  status: TaskStatus;
  reason: string | null;
  optional: boolean;
  startedAt: string | null;
  endedAt: string | null;
}

/** `select t.*, incoming.edges` as the domain's task. */
export function taskOf(row: Row, now = new Date()): Task {
  const task = decode(tasks, row);
  const edges = (typeof row.edges === 'string' ? JSON.parse(row.edges) : row.edges) as Edge[];
  const nodes = edges.map(
    (edge): GraphNode => ({
      id: edge.taskId,
      key: edge.taskId,
      parentId: null,
      status: edge.status,
      reason: edge.reason,
      optional: edge.optional,
      hours: 0,
      startedAt: edge.startedAt === null ? null : new Date(edge.startedAt),
      endedAt: edge.endedAt === null ? null : new Date(edge.endedAt),
    }),
  );
  const graph = edges.map((edge) => ({ ...edge, from: edge.taskId, to: task.id }));
  const states = edges.length === 0 ? [] : edgeStates({ nodes, edges: graph }, now);
  return {
    ...task,
    complexity: complexityOf(task.estimate.expected),
    dependencies: edges.map(({ id, taskId, type, required, lagSeconds }, place) => ({
      id,
      taskId,
      type,
      required,
      lagSeconds,
      satisfied: states[place] === 'satisfied',
    })),
  };
}
