import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { isExecuting, type Session } from '../../server/domain/session.ts';
import { ProgressBar } from './progress.tsx';

type Shown = Pick<Session, 'slug' | 'title' | 'status' | 'progress'>;

/** One session in a list: its name, and what the list is about as children. The whole line is the target. */
export function SessionLine({
  session,
  progress = false,
  children,
}: {
  session: Shown;
  progress?: boolean;
  children: ReactNode;
}) {
  return (
    <li data-row className="border-b border-line-1">
      <Link
        to={`/sessions/${session.slug}`}
        className="flex min-h-14 flex-col gap-1.5 px-3 py-2 hover:bg-surface-2 lg:px-4"
      >
        <span className="flex min-w-0 items-baseline gap-2">
          <span className="shrink-0 font-data text-data font-bold">{session.slug}</span>
          <span className="truncate">{session.title}</span>
        </span>
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1 font-data text-data">{children}</span>
        {progress && <ProgressBar {...session.progress} live={isExecuting(session.status)} wide />}
      </Link>
    </li>
  );
}
