import clsx from 'clsx';
import { Link } from 'react-router';
import { proofSigns, taskSigns } from '../status.ts';
import { Age } from './age.tsx';
import { Empty } from './states.tsx';
import { StatusBadge } from './status-badge.tsx';
import { Counts, countWords } from './task-counts.tsx';
import { dependencyWords, type GraphData } from './task-graph-model.ts';
import { type TaskRow, taskRows } from './task-table-rows.ts';
import { reasonText } from './task-words.ts';
import { Cell, Table } from './ui/table.tsx';

interface TaskTableProps extends GraphData {
  /** The task the inspector shows. */
  inspected: string | null;
  /** The address that opens a task in the inspector. */
  to: (taskId: string) => string;
  /** Folds a group, or unfolds it. */
  onFold: (taskId: string) => void;
}

const columns = [
  { words: 'Task' },
  { words: 'State' },
  { words: 'Proof', wide: true },
  { words: 'Waits for', wide: true },
  { words: 'Wave', wide: true, end: true },
  { words: 'Tries', wide: true, end: true },
  { words: 'Since', wide: true, end: true },
];

/** The graph in linear mode: the same tasks, states and dependencies, for keyboard, screen reader and phone. */
export function TaskTable({ inspected, to, onFold, ...graph }: TaskTableProps) {
  if (graph.tasks.length === 0) return <NoTasks />;
  return (
    <Table caption="Tasks in the order in which they can be done" columns={columns}>
      {taskRows(graph).map((row) => (
        <Line key={row.task.id} row={row} open={row.task.id === inspected} to={to(row.task.id)} onFold={onFold} />
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

const indent = (depth: number) => `${depth * 1.5}rem`;

function Line({ row, open, to, onFold }: { row: TaskRow; open: boolean; to: string; onFold: (id: string) => void }) {
  const { task, depth, critical, group, folded, counts, wave, after, collides } = row;
  const since = task.endedAt ?? task.startedAt ?? task.readyAt;
  return (
    <tr
      aria-current={open ? 'true' : undefined}
      className={clsx(
        'relative border-b border-line-2 focus-within:bg-surface-2 hover:bg-surface-2',
        open && 'bg-surface-3',
      )}
    >
      <th scope="row" className="min-w-0 px-3 py-2 text-left align-top font-normal lg:px-4">
        <div style={{ paddingLeft: indent(depth) }}>
          <Link to={to} preventScrollReset className="block after:absolute after:inset-0">
            <span className="block font-data text-data font-bold">{task.key}</span>
            <span className="block wrap-anywhere">{task.title}</span>
          </Link>
          <span className="block font-data text-micro text-ink-3">
            {[group ? 'group' : '', critical ? 'critical path' : '', task.optional ? 'optional' : '']
              .filter((mark) => mark !== '')
              .join(' · ')}
          </span>
          {group && (
            <button
              type="button"
              aria-expanded={!folded}
              aria-label={`${folded ? 'Unfold' : 'Fold'} ${task.key}: ${countWords(counts)}`}
              onClick={() => onFold(task.id)}
              className="js-only relative z-1 mt-1 flex min-h-11 cursor-pointer items-center gap-2 border border-line-3 px-3 font-data text-micro hover:bg-surface-3"
            >
              <span aria-hidden="true" className="flex items-center gap-2">
                {folded ? '▸' : '▾'}
                <Counts counts={counts} />
              </span>
            </button>
          )}
        </div>
      </th>
      <Cell>
        <StatusBadge sign={taskSigns[task.status]} />
        {task.reason !== null && <span className="block pt-1 text-data text-ink-2">{reasonText(task.reason)}</span>}
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
        {collides.map((one) => (
          <span key={one.key} className="block break-all text-caution">
            may collide with {one.key}: {one.paths}
          </span>
        ))}
      </Cell>
      <Cell wide end className="font-data text-data">
        {wave ?? 'group'}
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
