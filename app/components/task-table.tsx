import { Fragment } from 'react';
import type { AttemptBrief } from '../live-attempt.ts';
import { proofSigns, taskSigns } from '../status.ts';
import { Age } from './age.tsx';
import { Empty } from './states.tsx';
import { StatusBadge } from './status-badge.tsx';
import { dependencyWords, type GraphData } from './task-graph-model.ts';
import { TaskDetail } from './task-table-detail.tsx';
import { type TaskRow, taskRows } from './task-table-rows.ts';
import { Cell, Table } from './ui/table.tsx';

interface TaskTableProps extends GraphData {
  attempts: readonly AttemptBrief[];
  base: string;
}

const columns = [
  { words: 'Task' },
  { words: 'State' },
  { words: 'Proof', wide: true },
  { words: 'Waits for', wide: true },
  { words: 'Tries', wide: true, end: true },
  { words: 'Since', wide: true, end: true },
];

/** The graph in linear mode: the same tasks, states and dependencies, for keyboard, screen reader and phone. */
export function TaskTable({ attempts, base, ...graph }: TaskTableProps) {
  if (graph.tasks.length === 0) return <NoTasks />;
  return (
    <Table caption="Tasks in the order in which they can be done" columns={columns}>
      {taskRows(graph).map((row) => (
        <Fragment key={row.task.id}>
          <Line row={row} />
          <tr className="border-b border-line-2">
            <td colSpan={columns.length} className="px-3 lg:px-4" style={{ paddingLeft: indent(row.depth) }}>
              <details>
                <summary className="inline-flex min-h-11 items-center text-data text-ink-2 underline">
                  All about {row.task.key}
                </summary>
                <div className="pb-3">
                  <TaskDetail row={row} attempts={attempts} base={base} />
                </div>
              </details>
            </td>
          </tr>
        </Fragment>
      ))}
    </Table>
  );
}

/** Before the plan there is nothing to draw. */
export function NoTasks() {
  return (
    <Empty title="No plan yet">The tasks appear here as soon as the session is started and its plan is made.</Empty>
  );
}

const indent = (depth: number) => `${0.75 + depth * 1.5}rem`;

function Line({ row }: { row: TaskRow }) {
  const { task, depth, critical, group, after } = row;
  const since = task.endedAt ?? task.startedAt ?? task.readyAt;
  return (
    <tr>
      <th
        scope="row"
        className="min-w-0 px-3 py-2 text-left align-top font-normal"
        style={{ paddingLeft: indent(depth) }}
      >
        <span className="block font-data text-data font-bold">{task.key}</span>
        <span className="block break-words">{task.title}</span>
        <span className="block font-data text-micro text-ink-3">
          {[group ? 'group' : '', critical ? 'critical path' : '', task.optional ? 'optional' : '']
            .filter((mark) => mark !== '')
            .join(' · ')}
        </span>
      </th>
      <Cell>
        <StatusBadge sign={taskSigns[task.status]} />
        {task.reason !== null && <span className="block pt-1 text-data text-ink-2">{task.reason}</span>}
      </Cell>
      <Cell wide>
        <StatusBadge sign={proofSigns[task.proof]} />
      </Cell>
      <Cell wide className="font-data text-data">
        {after.length === 0
          ? 'nothing'
          : after
              .map((one) => [one.key, dependencyWords[one.type].short].filter((part) => part !== '').join(' '))
              .join(', ')}
      </Cell>
      <Cell wide end className="font-data text-data">
        {task.attemptCount}
      </Cell>
      <Cell wide end className="font-data text-data">
        {since === null ? <span className="text-ink-3">not begun</span> : <Age since={since} />}
      </Cell>
    </tr>
  );
}
