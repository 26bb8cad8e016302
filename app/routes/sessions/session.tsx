import { useEffect, useRef } from 'react';
import { NavLink, Outlet, useLocation } from 'react-router';
import { can, personOf, refusal } from '../../../server/domain/actor.ts';
import type { Ask } from '../../../server/domain/ask.ts';
import type { Task } from '../../../server/domain/task.ts';
import { actorOf } from '../../auth.server.ts';
import { AskCard } from '../../components/ask-card.tsx';
import { CommandBar } from '../../components/command-bar.tsx';
import { CommandAnswer } from '../../components/command-bar-answer.tsx';
import { PlanDecision } from '../../components/command-bar-plan.tsx';
import { commandsOf, planIntents, planWaits } from '../../components/command-bar-rules.ts';
import { SessionConflicts } from '../../components/session-conflicts.tsx';
import { SessionHeader } from '../../components/session-header.tsx';
import { SessionPlan } from '../../components/session-plan.tsx';
import { TaskInspector } from '../../components/task-inspector.tsx';
import { Watchers } from '../../components/watchers.tsx';
import { servicesContext } from '../../context.ts';
import { guarded } from '../../errors.server.ts';
import { useSessionLive } from '../../hooks/use-live.ts';
import type { SessionRoom } from '../../hooks/use-live-room.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/session.ts';
import { commandAction } from './session-command.server.ts';
import { loadSession } from './session-load.server.ts';

export const meta: Route.MetaFunction = ({ matches, loaderData }) => {
  const session = loaderData?.live.session;
  return roomTitle(matches, session === undefined ? 'Session' : `${session.slug} ${session.title}`);
};

export const loader = guarded(async ({ context, params, url }: Route.LoaderArgs) =>
  loadSession(context.get(servicesContext), actorOf(context), params.slug, url),
);

export async function action(args: Route.ActionArgs) {
  return commandAction(args);
}

/** One session: what is the matter, what can be done, and the tabs that show every part of it live. */
export default function Session({ loaderData, actionData }: Route.ComponentProps) {
  const { actor, attempts, repository, rehearsal, usage, conflicts, collisions, envelope, used, inspection } =
    loaderData;
  const live = useSessionLive(loaderData.live.session.id, loaderData.live);
  const { state } = live;
  const { session, tasks, asks } = state;
  const base = `/sessions/${session.slug}`;
  const everStarted = tasks.some((task) => task.startedAt !== null);
  const keyOf = (id: string) => tasks.find((task) => task.id === id)?.key ?? 'a task';
  const commands = commandsOf({ ...session, everStarted }, actor);
  const deciding = planWaits(session);
  const plan = { state, attempts, envelope, used, collisions: collisions.length, base };
  const askRefusal = refusal(actor, 'ask.answer', { teamId: session.teamId, createdBy: session.createdBy });
  return (
    <>
      <SessionHeader state={state} usage={usage} repository={repository} rehearsal={rehearsal} />
      <Watchers sessionId={session.id} me={personOf(actor)} />
      <div
        className={`grid min-w-0 flex-1 content-start lg:grid-rows-[auto_1fr] ${
          inspection === null
            ? 'lg:grid-cols-[minmax(0,1fr)_22rem]'
            : 'lg:grid-cols-[minmax(0,1fr)_minmax(24rem,36rem)]'
        }`}
      >
        <div className="flex min-w-0 flex-col lg:col-start-2">
          <Asks asks={asks} tasks={tasks} action={base} refusal={askRefusal} />
          <SessionConflicts conflicts={conflicts} keyOf={keyOf} />
          {deciding && (
            <div className="border-4 border-waiting">
              <SessionPlan {...plan}>
                <PlanDecision session={session} commands={commands} />
              </SessionPlan>
            </div>
          )}
        </div>
        <div className="flex min-w-0 flex-col lg:col-start-1 lg:row-span-2 lg:row-start-1 lg:border-r-2 lg:border-line-2">
          <Tabs
            base={base}
            tasks={tasks.length}
            checkpoints={session.lastCheckpointSequence}
            audit={can(actor, 'session.audit.read', { teamId: session.teamId, createdBy: session.createdBy })}
          />
          <Outlet context={{ live, state, attempts, actor, collisions } satisfies SessionRoom} />
        </div>
        <aside aria-label="Orders to this session" className="border-t-2 border-line-2 lg:col-start-2 lg:border-t-0">
          <CommandAnswer given={actionData} />
          {inspection !== null && (
            <TaskInspector
              key={inspection.taskId}
              inspection={inspection}
              state={state}
              collisions={collisions}
              actor={actor}
              base={base}
            />
          )}
          <CommandBar
            session={session}
            tasks={tasks}
            commands={deciding ? commands.filter(({ intent }) => !planIntents.has(intent)) : commands}
          />
          {!deciding && <SessionPlan {...plan} />}
        </aside>
      </div>
    </>
  );
}

interface AsksProps {
  asks: readonly Ask[];
  tasks: readonly Task[];
  action: string;
  refusal: string | null;
}

/** What agents wait for: before everything else on a phone, beside the tabs on a desk. */
function Asks({ asks, tasks, action, refusal }: AsksProps) {
  if (asks.length === 0) return null;
  return (
    <section id="asks" aria-label="Waits for you" className="flex scroll-mt-32 flex-col gap-3 p-3">
      {asks.map((ask) => (
        <AskCard
          key={ask.id}
          ask={ask}
          task={tasks.find((task) => task.id === ask.taskId)}
          action={action}
          refusal={refusal}
        />
      ))}
    </section>
  );
}

interface TabsProps {
  base: string;
  tasks: number;
  checkpoints: number;
  /** For leads and up. */
  audit: boolean;
}

function Tabs({ base, tasks, checkpoints, audit }: TabsProps) {
  const tabs = [
    { to: base, word: 'Timeline' },
    { to: `${base}/graph`, word: 'Graph' },
    { to: `${base}/tasks`, word: 'Tasks', count: tasks },
    { to: `${base}/output`, word: 'Output' },
    { to: `${base}/changes`, word: 'Changes' },
    { to: `${base}/checkpoints`, word: 'Checkpoints', count: checkpoints },
    { to: `${base}/context`, word: 'Context' },
    { to: `${base}/metrics`, word: 'Metrics' },
    ...(audit ? [{ to: `${base}/audit`, word: 'Audit' }] : []),
  ];
  const nav = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another tab was opened
  useEffect(() => {
    const open = nav.current?.querySelector<HTMLElement>('[aria-current=page]');
    // Sideways only: the page itself must not move.
    if (open) nav.current?.scrollTo({ left: open.offsetLeft - 48 });
  }, [pathname]);
  return (
    <nav ref={nav} aria-label="Parts of the session" className="overflow-x-auto border-b-2 border-line-2 bg-surface-1">
      <ul className="flex">
        {tabs.map((tab) => (
          <li key={tab.to}>
            <NavLink
              to={tab.to}
              end={tab.to === base}
              preventScrollReset
              className={({ isActive }) =>
                `engraved flex min-h-11 items-center gap-2 whitespace-nowrap border-r border-line-1 px-4 text-data ${
                  isActive ? 'bg-inverse text-on-inverse' : 'text-ink-2 hover:bg-surface-3 hover:text-ink-1'
                }`
              }
            >
              {tab.word}
              {tab.count !== undefined && tab.count > 0 && <span className="font-data text-micro">{tab.count}</span>}
            </NavLink>
          </li>
        ))}
      </ul>
    </nav>
  );
}
