import { Link } from 'react-router';
import type { Task } from '../../server/domain/task.ts';
import { duration } from '../format.ts';
import type { LiveCollision } from '../live.ts';
import { proofSigns, taskSigns } from '../status.ts';
import { Age, Countdown } from './age.tsx';
import { Reading } from './page.tsx';
import { StatusBadge } from './status-badge.tsx';
import { dependencyWords } from './task-graph-model.ts';
import type { TaskRow } from './task-table-rows.ts';
import { pathsOf, reasonText, roleWords } from './task-words.ts';

interface TaskFactsProps {
  row: TaskRow;
  collisions: readonly LiveCollision[];
  /** A task's key by its id. */
  keyOf: (id: string) => string;
  base: string;
}

/** Why a task stands where it stands, what it waits for and what it will write. */
export function TaskFacts({ row, collisions, keyOf, base }: TaskFactsProps) {
  const { task } = row;
  return (
    <div className="flex flex-col gap-3 p-3 lg:p-4">
      <div className="flex flex-wrap items-center gap-2">
        <StatusBadge sign={taskSigns[task.status]} />
        <StatusBadge sign={proofSigns[task.proof]} />
        <span className="text-data text-ink-2">{proofSigns[task.proof].meaning}</span>
      </div>
      <Why task={task} />
      {task.description !== '' && <p className="whitespace-pre-wrap break-words text-ink-2">{task.description}</p>}
      <dl className="grid grid-cols-2 border border-line-1 [&>div]:border-b [&>div]:border-line-1 [&>div]:odd:border-r">
        <Reading name="Needs">{words(task.capabilities)}</Reading>
        <Reading name="Technologies">{task.technologies.length === 0 ? 'any' : task.technologies.join(', ')}</Reading>
        <Reading name="Estimate">
          {task.estimate.expected.toFixed(1)} h ± {task.estimate.sd.toFixed(1)}
          <span className="block text-micro text-ink-3">
            {task.estimate.source}, {task.complexity}
          </span>
        </Reading>
        <Reading name="Proved by">
          {task.verification.length === 0 ? 'the repository’s commands' : task.verification.join(' && ')}
        </Reading>
        <Reading name="Will write">
          <span className="break-all">{task.writes.length === 0 ? 'not said' : task.writes.join(', ')}</span>
          {task.predictedWrites.length > 0 && (
            <span className="block break-all text-micro text-ink-3">
              and by history {task.predictedWrites.join(', ')}
            </span>
          )}
        </Reading>
        <Reading name="Priority">
          {task.priority}
          {task.optional && <span className="block text-micro text-ink-3">optional</span>}
        </Reading>
      </dl>
      <ul className="text-data">
        {row.after.map((after) => (
          <li key={after.id}>
            <b className="font-data">{after.key}</b>: this one {dependencyWords[after.type].meaning}
            {after.lagSeconds > 0 && `, ${duration(after.lagSeconds)} later`}
            {!after.required && ' (optional)'}
          </li>
        ))}
        {collisions.map((one) => (
          <li key={`${one.first} ${one.second}`} className="text-caution">
            May collide with <b className="font-data">{keyOf(one.first === task.id ? one.second : one.first)}</b>:{' '}
            <span className="break-all">{pathsOf(one)}</span>. Whoever comes second waits.
          </li>
        ))}
      </ul>
      <p className="flex flex-wrap gap-x-6">
        <Link to={`${base}/output?task=${task.id}`} className="inline-flex min-h-11 items-center underline">
          Its output
        </Link>
        <Link to={`${base}/changes?task=${task.id}`} className="inline-flex min-h-11 items-center underline">
          Its changes
        </Link>
      </p>
    </div>
  );
}

const words = (values: readonly string[]) => values.map((one) => one.replaceAll('_', ' ')).join(', ');

function Why({ task }: { task: Task }) {
  const { error, reason, next, notBefore, waiver } = task;
  return (
    <>
      {(error !== null || reason !== null) && (
        <p className={error === null ? 'text-ink-2' : 'border-l-4 border-broken-rule pl-3 text-broken'}>
          {error?.message ?? reasonText(reason ?? '')}
        </p>
      )}
      {next !== null && (
        <p className="border-l-4 border-stream pl-3">
          Next: {roleWords[next.role].word}
          {next.preferredAgentType === null ? '' : `, for a ${next.preferredAgentType}`}. {next.reason}
          {notBefore !== null && (
            <>
              {' '}
              Not before <Countdown to={notBefore} past="now" />.
            </>
          )}
        </p>
      )}
      {waiver !== null && (
        <p className="border-l-4 border-caution pl-3 text-caution">
          {waiver.byName} waived its proof <Age since={new Date(waiver.at)} /> ago: “{waiver.reason}”
        </p>
      )}
    </>
  );
}
