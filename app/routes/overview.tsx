import { Link } from 'react-router';
import { can } from '../../server/domain/actor.ts';
import { sessionStatuses } from '../../server/domain/session.ts';
import { actorOf } from '../auth.server.ts';
import { Age, Countdown } from '../components/age.tsx';
import { NoSession } from '../components/no-session.tsx';
import { PageHeader, Panel } from '../components/page.tsx';
import { PartList } from '../components/part-list.tsx';
import { SessionLine } from '../components/session-line.tsx';
import { ActionLink } from '../components/states.tsx';
import { StatusBadge } from '../components/status-badge.tsx';
import { servicesContext } from '../context.ts';
import { guarded } from '../errors.server.ts';
import { bytes, plural } from '../format.ts';
import { useRefresh } from '../hooks/use-refresh.ts';
import { attentionSigns, runtimeSigns, sessionSigns, toneText } from '../status.ts';
import { roomTitle } from '../title.ts';
import type { Route } from './+types/overview.ts';

export const meta: Route.MetaFunction = ({ matches }) => roomTitle(matches, 'Overview');

export const loader = guarded(async ({ context }: Route.LoaderArgs) => {
  const { sessions, repositories, system } = context.get(servicesContext);
  const actor = actorOf(context);
  const [counts, waiting, executing, broken, known, health] = await Promise.all([
    sessions.counts(actor),
    sessions.list(
      actor,
      { attention: ['permission', 'question', 'approval', 'conflict'], sort: 'attention' },
      { limit: 20 },
    ),
    sessions.list(actor, { status: ['running', 'degraded', 'paused', 'queued'], sort: 'attention' }, { limit: 20 }),
    sessions.list(
      actor,
      { status: ['failed', 'timeout', 'orphaned', 'partially_completed'], sort: 'newest' },
      { limit: 5 },
    ),
    repositories.list(actor, { limit: 1 }),
    system.health(),
  ]);
  return {
    counts: counts.status,
    waiting: waiting.items,
    executing: executing.items,
    broken: broken.items,
    repositories: known.total,
    health,
    runtime: system.runtime(),
    version: system.version,
    mayCreate: can(actor, 'session.create'),
    mayRegister: can(actor, 'repository.manage'),
  };
});

export default function Overview({ loaderData }: Route.ComponentProps) {
  useRefresh();
  const { counts, waiting, executing, broken, repositories, health, runtime, version } = loaderData;
  const total = Object.values(counts).reduce((sum, amount) => sum + (amount ?? 0), 0);
  const runtimeSign = runtimeSigns[runtime.state];

  return (
    <>
      <PageHeader title="Overview">
        {loaderData.mayCreate && repositories > 0 && (
          <ActionLink to="/sessions/new" creates>
            New session
          </ActionLink>
        )}
      </PageHeader>

      <nav aria-label="Sessions by state" className="border-b-2 border-line-2">
        <ul className="grid grid-cols-3 gap-px bg-line-1 sm:grid-cols-4 lg:grid-cols-6 xl:grid-cols-12">
          {sessionStatuses.map((status) => {
            const amount = counts[status] ?? 0;
            return (
              // A phone shows only the states that have sessions.
              <li key={status} className={amount === 0 ? 'hidden bg-surface-0 sm:block' : 'bg-surface-0'}>
                <Link
                  to={`/sessions?status=${status}`}
                  title={sessionSigns[status].meaning}
                  className="flex h-full min-h-16 flex-col justify-between px-3 py-2 hover:bg-surface-2"
                >
                  <span
                    className={`font-data text-lead font-bold ${amount === 0 ? 'text-ink-3' : toneText[sessionSigns[status].tone]}`}
                  >
                    {amount}
                  </span>
                  <span className="engraved text-micro leading-4 tracking-normal text-ink-3">
                    {sessionSigns[status].word}
                  </span>
                </Link>
              </li>
            );
          })}
        </ul>
      </nav>

      <div className="grid flex-1 grid-cols-1 content-start gap-px bg-line-1 lg:grid-cols-[minmax(0,3fr)_minmax(0,4fr)_minmax(18rem,2fr)] lg:content-stretch">
        <Panel title="Needs you" aside={plural(waiting.length, 'session')}>
          {waiting.length === 0 ? (
            <p className="px-3 py-4 text-ink-2 lg:px-4">Nothing waits for a person.</p>
          ) : (
            <ul>
              {waiting.map((session) => (
                <SessionLine key={session.id} session={session}>
                  <StatusBadge sign={attentionSigns[session.attention.kind]} />
                  {session.attention.since !== null && <Age since={session.attention.since} label="for" />}
                </SessionLine>
              ))}
            </ul>
          )}
          <div className="border-t border-line-1">
            <Panel title="Went wrong last" aside={plural(broken.length, 'session')}>
              {broken.length === 0 ? (
                <p className="px-3 py-4 text-ink-2 lg:px-4">No session failed.</p>
              ) : (
                <ul>
                  {broken.map((session) => (
                    <SessionLine key={session.id} session={session}>
                      <StatusBadge sign={sessionSigns[session.status]} />
                      <Age since={session.statusSince} />
                    </SessionLine>
                  ))}
                </ul>
              )}
            </Panel>
          </div>
        </Panel>

        <Panel title="In the room" aside={plural(executing.length, 'session')}>
          {executing.length === 0 ? (
            <NoSession
              title={total === 0 ? 'No session yet.' : 'All quiet. No session is running, paused or queued.'}
              repositories={repositories}
              mayCreate={loaderData.mayCreate}
              mayRegister={loaderData.mayRegister}
            />
          ) : (
            <ul>
              {executing.map((session) => (
                <SessionLine key={session.id} session={session} progress>
                  <StatusBadge sign={sessionSigns[session.status]} />
                  <Age since={session.statusSince} />
                  {session.deadlineAt !== null && session.status === 'running' && (
                    <span className="text-ink-3">
                      limit in <Countdown to={session.deadlineAt} past="now" />
                    </span>
                  )}
                </SessionLine>
              ))}
            </ul>
          )}
        </Panel>

        <Panel title="Machine" aside={`version ${version}`}>
          <div className="flex items-center justify-between gap-3 border-b border-line-1 px-3 py-3 lg:px-4">
            <h3 className="font-semibold">OpenCode runtime</h3>
            <StatusBadge sign={runtimeSign} />
          </div>
          <p className="border-b border-line-1 px-3 py-2 text-data text-ink-2 lg:px-4">
            {runtime.detail || runtimeSign.meaning}
          </p>
          <dl className="grid grid-cols-2 border-b border-line-1 font-data text-data">
            <Figure name="Version" value={runtime.version ?? 'unknown'} />
            <Figure name="Memory" value={runtime.residentBytes === null ? 'unknown' : bytes(runtime.residentBytes)} />
            <Figure name="Restarts" value={String(runtime.restarts)} />
            <Figure name="Circuit" value={runtime.circuit.replace('_', ' ')} />
          </dl>
          <PartList parts={health.parts} />
        </Panel>
      </div>
    </>
  );
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div className="px-3 py-2 lg:px-4">
      <dt className="engraved font-words text-micro text-ink-3">{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
