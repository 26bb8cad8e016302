import type { ReactNode } from 'react';
import { actorOf } from '../../auth.server.ts';
import { Panel, Reading } from '../../components/page.tsx';
import { SessionBudget } from '../../components/session-budget.tsx';
import { servicesContext } from '../../context.ts';
import { guarded } from '../../errors.server.ts';
import { duration, percent, plural, usd } from '../../format.ts';
import type { Route } from './+types/session-metrics.ts';

export const loader = guarded(async ({ context, params }: Route.LoaderArgs) => {
  const { metrics, budgets, system } = context.get(servicesContext);
  const actor = actorOf(context);
  const [figures, budget, team] = await Promise.all([
    metrics.ofSession(actor, params.slug),
    budgets.ofSession(actor, params.slug),
    budgets.ofTeam(actor),
  ]);
  return {
    metrics: figures,
    accounts: [budget.account, ...budget.above],
    resetsAt: team.resetsAt,
    parkedUntil: system.runtime().parkedUntil,
  };
});

const figure = (value: number) => value.toLocaleString('en-US');
const seconds = (value: number | null) => (value === null ? 'not yet' : duration(value));

/** What the session has used and made, counted in the database and in git. */
export default function SessionMetrics({ loaderData }: Route.ComponentProps) {
  const { metrics, accounts, resetsAt, parkedUntil } = loaderData;
  const { usage } = metrics;
  return (
    <>
      <Figures title="Time" aside="paused time is not running time">
        <Reading name="In the queue">{seconds(metrics.queueSeconds)}</Reading>
        <Reading name="Running">{seconds(metrics.executionSeconds)}</Reading>
        <Reading name="Since created">{duration(metrics.totalSeconds)}</Reading>
      </Figures>
      <Figures title="Model" aside={metrics.healthy ? 'healthy' : 'not healthy'}>
        <Reading name="Cost" tone={usage.costUsd === null ? 'text-caution' : ''}>
          {usage.costUsd === null ? 'unknown: no price is configured' : usd(usage.costUsd)}
        </Reading>
        <Reading name="Tokens in">{figure(usage.inputTokens)}</Reading>
        <Reading name="Tokens out">{figure(usage.outputTokens)}</Reading>
        <Reading name="Reasoning tokens">{figure(usage.reasoningTokens)}</Reading>
        <Reading name="Read from cache">{figure(usage.cacheReadTokens)}</Reading>
        <Reading name="Written to cache">{figure(usage.cacheWriteTokens)}</Reading>
        <Reading name="Calls">{figure(metrics.apiCalls)}</Reading>
        <Reading name="Failed calls" tone={metrics.apiErrors > 0 ? 'text-caution' : ''}>
          {figure(metrics.apiErrors)} ({percent(metrics.errorRate)})
        </Reading>
      </Figures>
      <SessionBudget accounts={accounts} resetsAt={resetsAt} parkedUntil={parkedUntil} />
      <Figures title="Work">
        <Reading name="Attempts">{figure(metrics.attempts)}</Reading>
        <Reading name="Repeated">
          {plural(metrics.retries, 'time')}
          <span className="block text-micro text-ink-3">attempts again, and retries of the session</span>
        </Reading>
        <Reading name="Checkpoints">{figure(metrics.checkpoints)}</Reading>
        <Reading name="Changed">{plural(metrics.filesChanged, 'file')}</Reading>
        <Reading name="Lines">
          <span className="text-live">+{figure(metrics.linesAdded)}</span>{' '}
          <span className="text-broken">−{figure(metrics.linesRemoved)}</span>
        </Reading>
      </Figures>
    </>
  );
}

function Figures({ title, aside, children }: { title: string; aside?: string; children: ReactNode }) {
  return (
    <Panel title={title} aside={aside}>
      <dl className="grid grid-cols-2 border-b border-line-2 sm:grid-cols-4 [&>div]:border-b [&>div]:border-r [&>div]:border-line-1">
        {children}
      </dl>
    </Panel>
  );
}
