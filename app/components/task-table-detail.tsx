import { Link } from 'react-router';
import { duration } from '../format.ts';
import type { AttemptBrief } from '../live-attempt.ts';
import { attemptSigns, proofSigns, taskSigns } from '../status.ts';
import { Reading } from './page.tsx';
import { StatusBadge } from './status-badge.tsx';
import { dependencyWords } from './task-graph-model.ts';
import type { TaskRow } from './task-table-rows.ts';

interface TaskDetailProps {
  row: TaskRow;
  attempts: readonly AttemptBrief[];
  base: string;
}

/** Everything the page knows of one task: why it stands where it stands, what it waits for, what was tried. */
export function TaskDetail({ row, attempts, base }: TaskDetailProps) {
  const { task } = row;
  const tries = attempts.filter((attempt) => attempt.taskId === task.id).toSorted((a, b) => a.number - b.number);
  return (
    <div className="flex flex-col gap-3 border-l-4 border-line-2 bg-surface-1 p-3 lg:p-4">
      <div className="flex flex-wrap items-center gap-3">
        <h3 className="text-lead font-semibold">{task.title}</h3>
        <StatusBadge sign={taskSigns[task.status]} />
        <StatusBadge sign={proofSigns[task.proof]} />
      </div>
      {(task.error !== null || task.reason !== null) && (
        <p className={task.error === null ? 'text-ink-2' : 'text-broken'}>{task.error?.message ?? task.reason}</p>
      )}
      {task.description !== '' && (
        <p className="max-w-prose whitespace-pre-wrap break-words text-ink-2">{task.description}</p>
      )}
      <dl className="grid grid-cols-2 border border-line-1 sm:grid-cols-4 [&>div]:border-r [&>div]:border-line-1">
        <Reading name="Needs">{task.capabilities.map((one) => one.replaceAll('_', ' ')).join(', ')}</Reading>
        <Reading name="Estimate">
          {task.estimate.expected.toFixed(1)} h ± {task.estimate.sd.toFixed(1)}
        </Reading>
        <Reading name="Complexity">{task.complexity}</Reading>
        <Reading name="Proved by">
          {task.verification.length === 0 ? 'the repository’s commands' : task.verification.join(', ')}
        </Reading>
      </dl>
      {row.after.length > 0 && (
        <ul className="text-data">
          {row.after.map((after) => (
            <li key={after.id}>
              <b className="font-data">{after.key}</b>: this one {dependencyWords[after.type].meaning}
              {after.lagSeconds > 0 && `, ${duration(after.lagSeconds)} later`}
              {!after.required && ' (optional)'}
            </li>
          ))}
        </ul>
      )}
      {tries.length > 0 && (
        <ul className="flex flex-col gap-1 font-data text-data">
          {tries.map((attempt) => (
            <li key={attempt.id} className="flex flex-wrap items-center gap-2">
              attempt {attempt.number} <StatusBadge sign={attemptSigns[attempt.status]} />
              {attempt.error !== null && <span className="text-ink-2">{attempt.error.message}</span>}
              {attempt.bundle !== null && <span className="text-ink-3">unfinished work kept as {attempt.bundle}</span>}
            </li>
          ))}
        </ul>
      )}
      <p className="flex flex-wrap gap-x-6">
        <Link to={`${base}/output?task=${task.id}`} className="inline-flex min-h-11 items-center underline">
          Its output
        </Link>
        <Link to={`${base}/changes?task=${task.id}`} className="inline-flex min-h-11 items-center underline">
          Its changes and proof
        </Link>
      </p>
    </div>
  );
}
