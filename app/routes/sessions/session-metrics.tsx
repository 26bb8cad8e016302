import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { actorOf } from '../../auth.server.ts';
import { Panel, Reading } from '../../components/page.tsx';
import { SessionBudget } from '../../components/session-budget.tsx';
import { Cell, Table } from '../../components/ui/table.tsx';
import { servicesContext } from '../../context.ts';
import { guarded } from '../../errors.server.ts';
import { dateTime, duration, percent, plural, usd } from '../../format.ts';
import { useSessionRoom } from '../../hooks/use-live-room.ts';
import { type Share, sharesOf } from '../../session-shares.ts';
import type { Route } from './+types/session-metrics.ts';

export const loader = guarded(async ({ context, params }: Route.LoaderArgs) => {
  const { metrics, budgets, system } = context.get(servicesContext);
  const actor = actorOf(context);
  const { tasks, agents } = context.get(servicesContext);
  const [figures, budget, team, attempts, fleet, graph] = await Promise.all([
    metrics.ofSession(actor, params.slug),
    budgets.ofSession(actor, params.slug),
    budgets.ofTeam(actor),
    tasks.attemptsOf(actor, params.slug),
    agents.list(actor),
    tasks.graph(actor, params.slug),
  ]);
  const now = new Date();
  const nameOf = new Map(fleet.map(({ id, name }) => [id, name]));
  return {
    metrics: figures,
    byTask: sharesOf(attempts, ({ taskId }) => taskId, now),
    byAgent: sharesOf(attempts, ({ agentId }) => nameOf.get(agentId) ?? 'an agent that is gone', now),
    ahead: { remainingHours: graph.remainingHours, etaAt: graph.etaAt },
    accounts: [budget.account, ...budget.above],
    resetsAt: team.resetsAt,
    parkedUntil: system.runtime().parkedUntil,
  };
});

const figure = (value: number) => value.toLocaleString('en-US');
const seconds = (value: number | null) => (value === null ? 'not yet' : duration(value));

/** What the session has used and made, counted in the database and in git. */
export default function SessionMetrics({ loaderData }: Route.ComponentProps) {
  const { metrics, accounts, resetsAt, parkedUntil, byTask, byAgent, ahead } = loaderData;
  const { state } = useSessionRoom();
  const keyOf = new Map(state.tasks.map(({ id, key }) => [id, key]));
  const { usage } = metrics;
  return (
    <>
      <Figures title="Time" aside="paused time is not running time">
        <Reading name="In the queue">{seconds(metrics.queueSeconds)}</Reading>
        <Reading name="Running">{seconds(metrics.executionSeconds)}</Reading>
        <Reading name="Since created">{duration(metrics.totalSeconds)}</Reading>
        <Reading name="Work left">
          {ahead.etaAt === null ? 'none' : `${ahead.remainingHours.toFixed(1)} h`}
          <span className="block text-micro text-ink-3">
            {ahead.etaAt === null ? 'every task has ended' : `as estimated, until ${dateTime(ahead.etaAt)}`}
          </span>
        </Reading>
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
      <Shares
        title="Where it went"
        first="Task"
        shares={byTask}
        nameOf={(id) => keyOf.get(id) ?? 'the plan'}
        linkOf={(id) => (keyOf.has(id) ? `?task=${id}` : null)}
      />
      <Shares title="Who took it" first="Agent" shares={byAgent} nameOf={(id) => id} linkOf={(id) => `/agents/${id}`} />
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

interface SharesProps {
  title: string;
  first: string;
  shares: readonly Share[];
  nameOf: (id: string) => string;
  linkOf: (id: string) => string | null;
}

/** Attempts, time, tokens and cost by task or agent; the bar is the share of all tokens, of the time without any. */
function Shares({ title, first, shares, nameOf, linkOf }: SharesProps) {
  const tokens = shares.reduce((sum, share) => sum + share.tokens, 0);
  const seconds = shares.reduce((sum, share) => sum + share.seconds, 0);
  const columns = [
    { words: first },
    { words: 'Attempts', end: true },
    { words: 'At work', end: true },
    { words: 'Tokens', end: true },
    { words: 'Cost, USD', end: true },
  ];
  return (
    <Panel title={title} aside={tokens > 0 ? 'share of all tokens' : 'share of the time at work'}>
      {shares.length === 0 ? (
        <p className="px-3 py-3 text-ink-2 lg:px-4">No attempt has begun yet.</p>
      ) : (
        <Table caption={title} columns={columns}>
          {shares.map((share) => {
            const part = tokens > 0 ? share.tokens / tokens : seconds > 0 ? share.seconds / seconds : 0;
            const to = linkOf(share.id);
            return (
              <tr key={share.id} className="border-b border-line-1">
                <th scope="row" className="px-3 py-1 text-left font-data text-data font-bold lg:px-4">
                  {to === null ? (
                    nameOf(share.id)
                  ) : (
                    <Link
                      to={to}
                      preventScrollReset
                      className="inline-flex min-h-11 min-w-20 items-center wrap-anywhere underline"
                    >
                      {nameOf(share.id)}
                    </Link>
                  )}
                  <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" className="block h-1 w-full">
                    <rect width="100" height="4" fill="var(--color-surface-3)" />
                    <rect width={part * 100} height="4" fill="var(--color-ink-2)" />
                  </svg>
                </th>
                <Cell end className="font-data text-data">
                  {share.succeeded} of {share.attempts}
                </Cell>
                <Cell end className="font-data text-data">
                  {duration(share.seconds)}
                  {tokens === 0 && <span className="text-ink-3"> ({percent(part)})</span>}
                </Cell>
                <Cell end className="font-data text-data">
                  {figure(share.tokens)}
                  {tokens > 0 && <span className="text-ink-3"> ({percent(part)})</span>}
                </Cell>
                <Cell end className="font-data text-data">
                  {usd(share.usage.costUsd)}
                </Cell>
              </tr>
            );
          })}
        </Table>
      )}
    </Panel>
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
