import { Link } from 'react-router';
import type { AgentAttempt } from '../../../server/application/agents.ts';
import { refusal } from '../../../server/domain/actor.ts';
import { type Agent, agentTypes } from '../../../server/domain/agent.ts';
import { actorOf } from '../../auth.server.ts';
import { AgentCard } from '../../components/agent-card.tsx';
import { CapabilityMatrix } from '../../components/capability-matrix.tsx';
import { FilterTabs } from '../../components/filter-tabs.tsx';
import { PageHeader, Reading } from '../../components/page.tsx';
import { Radial } from '../../components/radial.tsx';
import { ActionLink, Empty, Notice } from '../../components/states.tsx';
import { servicesContext } from '../../context.ts';
import { guarded } from '../../errors.server.ts';
import { percent, plural } from '../../format.ts';
import { useRefresh } from '../../hooks/use-refresh.ts';
import { useRepeated } from '../../hooks/use-repeated.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/list.ts';

export const meta: Route.MetaFunction = ({ matches }) => roomTitle(matches, 'Agents');

const views = ['fleet', 'capabilities', 'handovers'] as const;

export const loader = guarded(async ({ url, context }: Route.LoaderArgs) => {
  const { agents, external, overview } = context.get(servicesContext);
  const actor = actorOf(context);
  const view = views.find((known) => known === url.searchParams.get('view')) ?? 'fleet';
  const [fleet, stats, outside] = await Promise.all([agents.list(actor), agents.stats(actor), external.list(actor)]);
  const working = fleet.filter((agent) => agent.load.current > 0);
  const current = await Promise.all(
    // A few more than are open: an attempt that ended may have begun later than one that runs.
    working.map(async ({ id, load }) => [id, openOnes(await agents.attempts(actor, id, load.current + 10))] as const),
  );
  return {
    agents: fleet.toSorted(byTypeAndName),
    stats,
    outside: Object.fromEntries(outside.map((one) => [one.agentId, one])),
    current: Object.fromEntries(current),
    view,
    handovers: view === 'handovers' ? await overview.handovers(actor) : null,
    refusal: refusal(actor, 'agent.manage'),
    removed: url.searchParams.get('removed'),
  };
});

function openOnes(attempts: readonly AgentAttempt[]) {
  return attempts
    .filter((attempt) => attempt.endedAt === null)
    .map(({ attemptId, sessionSlug, taskTitle }) => ({ attemptId, sessionSlug, taskTitle }));
}

function byTypeAndName(a: Agent, b: Agent): number {
  return agentTypes.indexOf(a.type) - agentTypes.indexOf(b.type) || a.name.localeCompare(b.name, 'en');
}

export default function Agents({ loaderData }: Route.ComponentProps) {
  useRefresh();
  // Heartbeats send no event.
  useRepeated(30);
  const { agents, stats, outside, current, view, refusal: refused, removed } = loaderData;
  const able = (stats.byState.online ?? 0) + (stats.byState.busy ?? 0);
  return (
    <>
      <PageHeader
        title="Agents"
        note="Who does the work. Each task goes to the best that fits; every choice can be opened and tried out under Routing."
      >
        {refused === null ? (
          <div className="flex flex-wrap gap-3">
            <ActionLink to="/agents/enrol">Enrol an external agent</ActionLink>
            <ActionLink to="/agents/new" creates>
              Register an agent
            </ActionLink>
          </div>
        ) : (
          <p className="max-w-xs text-data text-ink-2">{refused}</p>
        )}
      </PageHeader>
      {removed !== null && <Notice>{removed} was taken off the fleet. What it did stays in its sessions.</Notice>}
      <FilterTabs
        label="Views of the fleet"
        tabs={[
          { to: '/agents', words: 'Fleet', on: view === 'fleet' },
          { to: '/agents?view=capabilities', words: 'Capabilities', on: view === 'capabilities' },
          { to: '/agents?view=handovers', words: 'Hand-overs', on: view === 'handovers' },
        ]}
        aside={
          <Link to="/routing" className="flex min-h-11 items-center underline">
            Routing
          </Link>
        }
      />
      {agents.length === 0 ? (
        <Empty
          title="No agent is registered."
          {...(refused === null ? { action: { to: '/agents/new', words: 'Register an agent' } } : {})}
        >
          Without one no task can start: sessions wait, and say so.
        </Empty>
      ) : (
        <>
          <dl className="grid grid-cols-2 [&>*]:border-r [&>*]:border-b [&>*]:border-line-1 border-b border-line-2 sm:grid-cols-4">
            <Reading name="Agents">{stats.total}</Reading>
            <Reading name="Online" tone={able === 0 ? 'text-broken' : ''}>
              {able} of {stats.total}
            </Reading>
            <Reading name="Places taken">
              {stats.load.current} of {stats.load.max}
            </Reading>
            <Reading name="Load">
              {stats.load.max === 0 ? 'no place' : percent(stats.load.current / stats.load.max)}
            </Reading>
          </dl>
          {loaderData.handovers !== null ? (
            <Radial agents={agents} data={loaderData.handovers} />
          ) : view === 'capabilities' ? (
            <CapabilityMatrix agents={agents} />
          ) : (
            <ul
              aria-label={plural(agents.length, 'agent')}
              className="grid sm:grid-cols-2 lg:grid-cols-3 xl:grid-cols-4"
            >
              {agents.map((agent) => (
                <AgentCard
                  key={agent.id}
                  agent={agent}
                  tasks={current[agent.id] ?? []}
                  external={outside[agent.id] ?? null}
                />
              ))}
            </ul>
          )}
        </>
      )}
    </>
  );
}
