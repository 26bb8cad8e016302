import clsx from 'clsx';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { BudgetAccount } from '../../server/domain/budget.ts';
import type { Flow } from '../../server/domain/flow.ts';
import { type SessionStatus, sessionStatuses } from '../../server/domain/session.ts';
import { count, usd } from '../format.ts';
import { useClockStopped } from '../hooks/use-clock.tsx';
import { sessionSigns, toneText } from '../status.ts';
import { Age } from './age.tsx';

/** Shown even at nought: what an operator looks for first. */
const always: readonly SessionStatus[] = ['queued', 'running'];
const tokensOf = ({ inputTokens, outputTokens, reasoningTokens, cacheReadTokens, cacheWriteTokens }: Flow['today']) =>
  inputTokens + outputTokens + reasoningTokens + cacheReadTokens + cacheWriteTokens;

/** How many sessions are in each state; those that are nowhere are left out. Struck through while the link is lost. */
export function StateCounts({ counts }: { counts: Partial<Record<SessionStatus, number>> }) {
  const stopped = useClockStopped();
  return (
    <nav
      aria-label="Sessions by state"
      className={clsx(
        'order-last flex w-full grow sm:order-none sm:w-auto',
        stopped && '[&_a>span:last-child]:line-through',
      )}
    >
      <ul className="flex grow flex-wrap gap-px bg-line-1 font-data text-data">
        {sessionStatuses
          .filter((status) => (counts[status] ?? 0) > 0 || always.includes(status))
          .map((status) => (
            <li key={status} className="grow bg-surface-0">
              <Link
                to={`/sessions?status=${status}`}
                title={sessionSigns[status].meaning}
                className="flex min-h-11 flex-col justify-center px-3 hover:bg-surface-2 focus-visible:-outline-offset-2"
              >
                <Name>{sessionSigns[status].word}</Name>
                <span className={clsx('font-bold', (counts[status] ?? 0) > 0 && toneText[sessionSigns[status].tone])}>
                  {counts[status] ?? 0}
                </span>
              </Link>
            </li>
          ))}
      </ul>
    </nav>
  );
}

/** What flows: throughput, the age of the queue, what is burnt. Struck through while the link is lost. */
export function FlowStrip({ flow }: { flow: Flow & { month: BudgetAccount } }) {
  const stopped = useClockStopped();
  const ended = Object.values(flow.ended).reduce((sum, amount) => sum + (amount ?? 0), 0);
  const { caps, spent } = flow.month;
  return (
    <dl
      aria-label="Flow"
      className={clsx(
        'flex flex-wrap gap-px border-b border-line-2 bg-line-1 font-data text-data [&>*]:grow [&>*]:bg-surface-0',
        stopped && '[&_dd]:line-through',
      )}
    >
      <Reading name="Queue waits">{flow.queuedSince === null ? 'nothing' : <Age since={flow.queuedSince} />}</Reading>
      <Reading name="Tasks done, 1 h / 24 h">
        <span className="flex items-center gap-2">
          {flow.tasksByHour.at(-1) ?? 0} / {flow.tasksByHour.reduce((sum, amount) => sum + amount, 0)}
          <Spark values={flow.tasksByHour} />
        </span>
      </Reading>
      <Reading name="Sessions ended, 24 h">
        {ended}
        {ended > 0 && <span className="text-ink-3"> ({flow.ended.completed ?? 0} completed)</span>}
      </Reading>
      <Reading name="Burnt today, UTC">
        {usd(flow.today.costUsd)} <span className="text-ink-3">{count(tokensOf(flow.today))} tokens</span>
      </Reading>
      <Reading name="Last hour">
        {usd(flow.lastHour.costUsd)} <span className="text-ink-3">{count(tokensOf(flow.lastHour))} tokens</span>
      </Reading>
      <Reading name="This month">
        {caps.tokens === null ? count(spent.tokens) : `${count(spent.tokens)} of ${count(caps.tokens)}`}{' '}
        <span className="text-ink-3">tokens</span>
      </Reading>
    </dl>
  );
}

function Name({ children }: { children: ReactNode }) {
  return <span className="engraved block font-words text-micro leading-4 tracking-normal text-ink-3">{children}</span>;
}

function Reading({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex min-h-11 flex-col justify-center px-3 lg:px-4">
      <dt>
        <Name>{name}</Name>
      </dt>
      <dd className="whitespace-nowrap">{children}</dd>
    </div>
  );
}

/** The hours of a day as bars, the present one last. */
function Spark({ values }: { values: readonly number[] }) {
  const most = Math.max(1, ...values);
  return (
    <svg viewBox={`0 0 ${values.length * 3} 12`} width={values.length * 3} height={12} aria-hidden="true">
      {values.map((value, hour) => (
        <rect
          // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its hour
          key={hour}
          x={hour * 3}
          y={11 - (value / most) * 11}
          width={2}
          height={Math.max(1, (value / most) * 11 + 1)}
          fill={value === 0 ? 'var(--color-line-2)' : 'var(--color-ink-2)'}
        />
      ))}
    </svg>
  );
}
