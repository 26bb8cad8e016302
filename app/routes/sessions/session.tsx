import { useMemo } from 'react';
import type { ShouldRevalidateFunctionArgs } from 'react-router';
import { Outlet, useLocation } from 'react-router';
import { can, personOf } from '../../../server/domain/actor.ts';
import { actorOf } from '../../auth.server.ts';
import { CommandBar } from '../../components/command-bar.tsx';
import { CommandAnswer } from '../../components/command-bar-answer.tsx';
import { commandsOf, planIntents, planWaits } from '../../components/command-bar-rules.ts';
import { PastBar, pastRefusal } from '../../components/past-bar.tsx';
import { SessionHeader } from '../../components/session-header.tsx';
import { SessionInspector } from '../../components/session-inspector.tsx';
import { SessionKept } from '../../components/session-kept.tsx';
import { SessionPanes } from '../../components/session-panes.tsx';
import { SessionScrubber } from '../../components/session-scrubber.tsx';
import { SessionTabs, tabOf } from '../../components/session-tabs.tsx';
import { Timeline } from '../../components/timeline.tsx';
import { Watchers } from '../../components/watchers.tsx';
import { servicesContext } from '../../context.ts';
import { guarded } from '../../errors.server.ts';
import { useAddress } from '../../hooks/use-address.ts';
import { MomentProvider } from '../../hooks/use-clock.tsx';
import { useHistory } from '../../hooks/use-history.ts';
import { useHydrated } from '../../hooks/use-hydrated.ts';
import { sharedLink, useSessionLive } from '../../hooks/use-live.ts';
import type { SessionRoom } from '../../hooks/use-live-room.ts';
import { useWide } from '../../hooks/use-wide.ts';
import { unpackLive } from '../../live-packed.ts';
import { attemptsUntil } from '../../live-past.ts';
import type { Pane } from '../../pane-layout.ts';
import { asksTheSame, isOtherTab } from '../../session-address.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/session.ts';
import { commandAction } from './session-command.server.ts';
import { loadSession } from './session-load.server.ts';

export const meta: Route.MetaFunction = ({ matches, loaderData }) => {
  const session = loaderData?.live.session;
  return roomTitle(matches, session === undefined ? 'Session' : `${session.slug} ${session.title}`);
};

export const loader = guarded(async ({ context, params, request, url }: Route.LoaderArgs) =>
  loadSession(context.get(servicesContext), actorOf(context), params.slug, url, request.headers.get('cookie')),
);

export async function action(args: Route.ActionArgs) {
  return commandAction(args);
}

/**
 * A filter, a fold or a query is the page's own affair. Another tab shows the same session: while the link lives, events
 * have kept it current, and reading all of a large plan again would only let the tab wait.
 */
export function shouldRevalidate({
  currentUrl,
  nextUrl,
  formMethod,
  defaultShouldRevalidate,
}: ShouldRevalidateFunctionArgs) {
  if (asksTheSame(currentUrl, nextUrl)) return false;
  const kept = formMethod === undefined && sharedLink.state().kind === 'live';
  return kept && isOtherTab(currentUrl, nextUrl) ? false : defaultShouldRevalidate;
}

/** One session as an instrument: what is the matter, what can be done, and side by side its time, its work and one thing of it. */
export default function Session({ loaderData, actionData }: Route.ComponentProps) {
  const { actor, repository, rehearsal, conflicts, collisions, envelope, used, inspection, event, older } = loaderData;
  const loaded = useMemo(() => unpackLive(loaderData.live), [loaderData.live]);
  const live = useSessionLive(loaded.session.id, loaded);
  const address = useAddress();
  const { pathname } = useLocation();
  const tab = tabOf(pathname);
  const history = useHistory(live.state, loaderData.history);
  const replays = replayed.has(tab);
  const trimmed = loaderData.trims?.events ?? null;
  const past = address.at === null || !replays || trimmed !== null ? null : history.at(address.at);
  const at = past === null ? null : address.at;
  const state = past ?? live.state;
  const attempts = attemptsUntil(loaderData.attempts, at);
  const { session, tasks } = state;
  const base = `/sessions/${session.slug}`;
  const everStarted = tasks.some((task) => task.startedAt !== null);
  const deciding = at === null && planWaits(session);
  const commands = commandsOf({ ...session, everStarted }, actor).map((command) =>
    at === null ? command : { ...command, refusal: pastRefusal(at) },
  );
  const shown: Pane =
    replays && (inspection !== null || event !== null) ? 'inspector' : tab === '' ? 'timeline' : 'centre';
  const { timeline: timelineSeen, centre: centreSeen } = useSeen(shown);
  // A link to what waits must lead somewhere on a phone too.
  const waits = at === null && replays && (state.asks.length > 0 || conflicts.length > 0 || deciding);
  const kept = <SessionKept slug={session.slug} trims={loaderData.trims} />;
  const page = (
    <>
      <SessionHeader state={state} repository={repository} rehearsal={rehearsal} />
      <Watchers sessionId={session.id} me={personOf(actor)} />
      <div className="order-last desk:order-none">
        <CommandAnswer given={actionData} />
        <CommandBar
          session={session}
          tasks={tasks}
          commands={deciding ? commands.filter(({ intent }) => !planIntents.has(intent)) : commands}
        />
      </div>
      <div className="grid border-b-2 border-line-2 bg-surface-1 xl:grid-cols-[auto_minmax(20rem,1fr)]">
        <SessionTabs
          base={base}
          tasks={live.state.tasks.length}
          checkpoints={live.state.session.lastCheckpointSequence}
          audit={can(actor, 'session.audit.read', { teamId: session.teamId, createdBy: session.createdBy })}
        />
        <SessionScrubber
          session={live.state.session}
          history={history.events}
          failed={history.failed}
          trimmed={trimmed}
          address={address}
        />
      </div>
      <SessionPanes
        layout={loaderData.layout}
        shown={shown}
        beside={waits ? 'before' : tab === 'graph' || tab === 'tasks' ? 'after' : null}
        timeline={
          timelineSeen && (
            <Timeline state={live.state} history={history.events} attempts={loaderData.attempts} older={older} />
          )
        }
        centre={
          <section
            aria-label="Session"
            // biome-ignore lint/a11y/noNoninteractiveTabindex: a pane that scrolls must be reachable by keyboard
            tabIndex={0}
            className="flex min-h-0 flex-col outline-offset-[-3px]! desk:h-full desk:overflow-y-auto"
          >
            {centreSeen && <Outlet context={{ live, state, attempts, actor, at, collisions } satisfies SessionRoom} />}
          </section>
        }
        inspector={
          <SessionInspector
            {...{ state, actor, attempts, inspection, event, conflicts, collisions, envelope, used, at, deciding }}
            {...{ commands, address, base, lastSeq: live.state.lastSeq }}
            // On a desk the panes have the whole window; a phone shows one of them, so it stands under each.
            foot={<div className="mt-auto max-desk:hidden">{kept}</div>}
          />
        }
      />
      <div className="desk:hidden">{kept}</div>
    </>
  );
  return (
    <div className="session-page flex flex-col">
      {address.at !== null && <PastBar at={address.at} address={address} replays={replays} trimmed={trimmed} />}
      {at === null ? page : <MomentProvider at={at}>{page}</MomentProvider>}
    </div>
  );
}

/** The tabs that show a moment; the others know only what is now. */
const replayed: ReadonlySet<string> = new Set(['', 'graph', 'tasks']);

/** What is drawn: the server draws every pane, a narrow page only the one it shows. */
function useSeen(shown: Pane): { timeline: boolean; centre: boolean } {
  const wide = useWide();
  const all = !useHydrated() || wide;
  return { timeline: all || shown === 'timeline', centre: all || shown === 'centre' };
}
