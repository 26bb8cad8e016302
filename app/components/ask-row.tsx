import clsx from 'clsx';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { inboxAddress } from '../ask-filter.ts';
import type { AskItem } from '../ask-item.ts';
import { askSigns } from '../status.ts';
import { Age, Countdown } from './age.tsx';
import { StatusBadge } from './status-badge.tsx';

interface AskRowProps {
  ask: AskItem;
  search: string;
  /** Its answers are shown below it. */
  open: boolean;
  /** Why this person may not answer; such an ask cannot be selected. */
  refusal: string | null;
  children: ReactNode;
}

/** One ask of the inbox: what, by whom, for which task, since when, what it holds up, when it counts as no. */
export function AskRow({ ask, search, open, refusal, children }: AskRowProps) {
  const what = ask.command ?? ask.question ?? ask.title;
  return (
    <li data-row className={clsx('border-b border-line-1', open && 'border-l-4 border-l-waiting bg-surface-1')}>
      <div className="flex items-stretch">
        <label className="flex w-11 shrink-0 cursor-pointer items-center justify-center">
          <span className="sr-only">Select {what}</span>
          <input
            type="checkbox"
            name="ids"
            value={ask.id}
            form="ask-batch"
            disabled={refusal !== null}
            className="size-5"
            data-row-select={ask.kind}
          />
        </label>
        <Link
          to={inboxAddress(search, { ask: open ? 'none' : ask.id })}
          preventScrollReset
          aria-expanded={open}
          data-row-open
          className="grid min-h-11 min-w-0 flex-1 gap-x-4 py-2 pr-3 hover:bg-surface-2 md:grid-cols-[minmax(0,1fr)_16rem_5.5rem_9rem] lg:pr-4"
        >
          <span className="min-w-0">
            <span className="flex min-w-0 items-baseline gap-2">
              {ask.status === 'escalated' && <StatusBadge sign={askSigns.escalated} />}
              <span className="truncate font-data text-data font-bold">{what}</span>
            </span>
            <span className="block truncate text-data text-ink-2">
              {ask.kind === 'question' ? 'question' : (ask.permission ?? 'permission')} · {ask.agentName}
              {ask.subAgent ? ' (sub-agent)' : ''} · {ask.runtimeName}
              {ask.paths.length > 0 && ask.command !== null ? ` · ${ask.paths.join(', ')}` : ''}
            </span>
          </span>
          <span className="min-w-0 text-data">
            <span className="block truncate">
              <span className="font-data font-bold">{ask.sessionSlug}</span> {ask.sessionTitle}
            </span>
            <span className="block truncate text-ink-2">
              {ask.taskKey} {ask.taskTitle}
            </span>
          </span>
          <span className="flex gap-2 font-data text-data md:block md:text-right">
            <span className="text-ink-2 md:sr-only">holds up</span>
            <span className="font-bold">{ask.heldUp + 1}</span> <span>{ask.heldUp === 0 ? 'task' : 'tasks'}</span>
          </span>
          <span className="flex gap-2 font-data text-data md:block md:text-right">
            <span className="font-bold md:block">
              <Age since={ask.openedAt} />
            </span>
            <span className="text-ink-2">
              no in <Countdown to={ask.expiresAt} past="a moment" />
            </span>
          </span>
        </Link>
      </div>
      {open && <div className="px-3 pb-4 lg:pl-11 lg:pr-4">{children}</div>}
    </li>
  );
}
