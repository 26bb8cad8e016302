import { can } from '../../server/domain/actor.ts';
import { type MatrixSpan, matrixSpans } from '../../server/domain/matrix.ts';
import { wholeStrip } from '../annunciator.ts';
import { actorOf } from '../auth.server.ts';
import { Age } from '../components/age.tsx';
import { AgentSlots } from '../components/agent-slots.tsx';
import { DoNext } from '../components/do-next.tsx';
import { FlowStrip, StateCounts } from '../components/flow-strip.tsx';
import { Machine } from '../components/machine.tsx';
import { Matrix } from '../components/matrix.tsx';
import { MatrixSpans } from '../components/matrix-spans.tsx';
import { NoSession } from '../components/no-session.tsx';
import { Panel } from '../components/page.tsx';
import { RecentChanges } from '../components/recent-changes.tsx';
import { Scroller } from '../components/scroller.tsx';
import { ActionLink } from '../components/states.tsx';
import { servicesContext } from '../context.ts';
import { guarded } from '../errors.server.ts';
import { plural } from '../format.ts';
import { useRepeated } from '../hooks/use-repeated.ts';
import { useTracks } from '../hooks/use-tracks.ts';
import { spanWords } from '../matrix-words.ts';
import { concernsOf } from '../situation.ts';
import { roomTitle } from '../title.ts';
import type { Route } from './+types/overview.ts';

export const meta: Route.MetaFunction = ({ matches }) => roomTitle(matches, 'Overview');

const spans = Object.keys(matrixSpans) as MatrixSpan[];
/** The figures are read again every 15 s at the latest. */
const promisedSeconds = 60;
/** So many fit one screen; the rest is one link away. */
const limits = { fits: 20, most: 200 };

export const loader = guarded(async ({ url, context }: Route.LoaderArgs) => {
  const { overview, sessions, agents, repositories, system } = context.get(servicesContext);
  const actor = actorOf(context);
  const span = spans.find((known) => known === url.searchParams.get('span')) ?? '1h';
  const all = url.searchParams.get('rows') === 'all';
  const [matrix, counts, flow, work, fleet, changes, known, tiles, health] = await Promise.all([
    overview.matrix(actor, span, all ? limits.most : limits.fits),
    sessions.counts(actor),
    overview.flow(actor),
    overview.work(actor),
    agents.list(actor),
    overview.changes(actor, 16),
    repositories.list(actor, { limit: 1 }),
    system.annunciator(actor),
    system.health(),
  ]);
  return {
    span,
    all,
    matrix,
    counts: counts.status,
    flow,
    work,
    fleet,
    changes,
    repositories: known.total,
    concerns: concernsOf(wholeStrip(tiles), health.parts),
    parts: health.parts,
    runtime: system.runtime(),
    version: system.version,
    mayCreate: can(actor, 'session.create'),
    mayRegister: can(actor, 'repository.manage'),
  };
});

/** The first screen of the control room: what is wrong, what to do, and how everything stood lately. */
export default function Overview({ loaderData }: Route.ComponentProps) {
  const { span, all, matrix, counts, flow, work, fleet, repositories } = loaderData;
  const { tracks, waiting, setReading } = useTracks(matrix.tracks);
  // Loops that stop and disks that fill send no event.
  useRepeated(15);
  const total = Object.values(counts).reduce((sum, amount) => sum + (amount ?? 0), 0);
  const running = (counts.running ?? 0) + (counts.degraded ?? 0);

  return (
    <>
      <header className="flex flex-wrap items-stretch justify-between border-b-2 border-line-2 sm:flex-nowrap">
        <h1 className="engraved flex min-h-11 items-center border-line-1 px-3 text-lead sm:border-r font-bold lg:px-4">
          Overview
        </h1>
        <StateCounts counts={counts} />
        {loaderData.mayCreate && repositories > 0 && (
          <ActionLink to="/sessions/new" creates>
            New session
          </ActionLink>
        )}
      </header>
      <DoNext concerns={loaderData.concerns} running={running} />
      <FlowStrip flow={flow} />
      <div className="grid flex-1 grid-cols-1 content-start gap-px bg-line-1 xl:grid-cols-[minmax(0,1fr)_20rem] xl:content-stretch">
        <section aria-labelledby="matrix" className="min-w-0 bg-surface-0">
          <div className="flex flex-wrap items-center justify-between gap-x-4 border-b border-line-2 bg-surface-1">
            <h2 id="matrix" className="engraved px-3 py-1.5 text-data lg:px-4">
              Mission control
            </h2>
            <p className="mr-auto font-data text-micro text-ink-3">
              figures of <Age since={flow.at} promise={promisedSeconds} /> ago
            </p>
            <MatrixSpans span={span} limits={limits} all={all} shown={tracks.length} total={matrix.total} />
          </div>
          {tracks.length === 0 ? (
            <NoSession
              title={total === 0 ? 'No session yet.' : `Nothing was at work in the last ${spanWords[span]}.`}
              repositories={repositories}
              mayCreate={loaderData.mayCreate}
              mayRegister={loaderData.mayRegister}
            />
          ) : (
            <Matrix
              tracks={tracks}
              span={span}
              unreadBefore={matrix.unreadBefore}
              waiting={waiting}
              onReading={setReading}
            />
          )}
        </section>
        <div className="grid min-w-0 content-start gap-px bg-line-1 md:grid-cols-2 xl:grid-cols-1 xl:grid-rows-[auto_minmax(0,1fr)_auto] xl:content-stretch">
          <Panel title="Agents and places" aside={`${plural(work.length, 'attempt')} at work`}>
            <AgentSlots agents={fleet} work={work} />
          </Panel>
          <Panel title="Changed in the last hour" className="relative xl:min-h-32">
            {/* As high as whole rows of it: half a line at the end reads as a fault. */}
            <Scroller
              label="Changes of the last hour"
              className="xl:absolute! xl:inset-x-0 xl:top-8 xl:h-[round(down,calc(100%-2rem),25px)] xl:max-h-[calc(100%-2rem)]"
            >
              <RecentChanges events={loaderData.changes} />
            </Scroller>
          </Panel>
          <Machine parts={loaderData.parts} runtime={loaderData.runtime} version={loaderData.version} />
        </div>
      </div>
    </>
  );
}
