import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { Task } from '../../server/domain/task.ts';
import { plural } from '../format.ts';
import { TaskPicker } from './task-table-picker.tsx';

interface ChangesBarProps {
  loaderData: {
    readonly diff: { readonly additions: number; readonly deletions: number };
    readonly files: number;
    readonly task: string | null;
    readonly view: 'unified' | 'split';
  };
  tasks: readonly Task[];
  base: string;
  /** How the change stands with people. */
  children: ReactNode;
}

/** What is shown of a change and how; its size, where it stands, and the way to take it along. */
export function ChangesBar({ loaderData: { diff, files, task, view }, tasks, base, children }: ChangesBarProps) {
  const query = (asked: string) =>
    `${base}/changes?${new URLSearchParams({ ...(task === null ? {} : { task }), view: asked })}`;
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line-1 px-3 py-2 lg:px-4">
      <TaskPicker tasks={tasks} value={task} all="The whole session" />
      {files > 0 && (
        <p className="font-data text-data">
          {plural(files, 'file')} <span className="text-live">+{diff.additions}</span>{' '}
          <span className="text-broken">−{diff.deletions}</span>
        </p>
      )}
      <nav aria-label="View" className="flex">
        {(['unified', 'split'] as const).map((one) => (
          <Link
            key={one}
            to={query(one)}
            preventScrollReset
            aria-current={one === view ? 'true' : undefined}
            className="engraved inline-flex min-h-11 items-center border border-line-3 px-3 text-micro aria-current:bg-inverse aria-current:text-on-inverse"
          >
            {one}
          </Link>
        ))}
      </nav>
      {files > 0 && (
        <>
          <a
            href={`${base}/patch${task === null ? '' : `?taskId=${task}`}`}
            download
            className="inline-flex min-h-11 items-center underline"
          >
            Download the patch
          </a>
          <a href={`${base}/report`} className="inline-flex min-h-11 items-center underline">
            Take the report (one HTML file)
          </a>
          <a href="#decide" className="inline-flex min-h-11 items-center underline">
            To the decision
          </a>
        </>
      )}
      {files > 0 && <div className="basis-full">{children}</div>}
    </div>
  );
}
