import clsx from 'clsx';
import { type ReactNode, useEffect, useRef } from 'react';
import { Form, Link, useLocation, useNavigation } from 'react-router';
import { type Acknowledged, iconFor, markedTitle, type Tile } from '../annunciator.ts';
import { time } from '../format.ts';
import { useAcknowledged } from '../hooks/use-acknowledged.ts';
import { useCall } from '../hooks/use-call.ts';
import { useClockStopped, useNow } from '../hooks/use-clock.tsx';
import { AcknowledgeKey, Annunciator } from './annunciator.tsx';
import { Hands } from './hands.tsx';
import { RehearsalMark } from './rehearsal-mark.tsx';
import { Rooms } from './rooms.tsx';
import { TeamSwitch } from './team-switch.tsx';

interface ShellProps {
  tiles: readonly Tile[];
  /** What was acknowledged on this device when the page was loaded. */
  acknowledged: Acknowledged;
  user: {
    name: string;
    role: string;
    teamId: string;
    teams: readonly { id: string; name: string; role: string }[];
  };
  rehearsal: boolean;
  /** Whether single letters are keys on this device. */
  keys?: boolean;
  banner?: ReactNode;
  children: ReactNode;
}

/** The frame of every room: skip link, header with clock, annunciator, main, and the rooms at thumb's reach on a phone. */
export function Shell({ tiles, acknowledged: loaded, user, rehearsal, keys = true, banner, children }: ShellProps) {
  const { acknowledged, confirm } = useAcknowledged(tiles, loaded);
  const main = useFocusOnNavigation();
  const admin = user.role === 'admin';
  useTitleMark(tiles);
  useCall(tiles);

  return (
    <div className="flex min-h-dvh flex-col">
      <link rel="icon" type="image/svg+xml" href={iconFor(tiles)} />
      <a
        href="#main"
        className="sr-only z-50 bg-inverse px-4 py-3 text-on-inverse focus:not-sr-only focus:absolute focus:left-2 focus:top-2"
      >
        Skip to the content
      </a>
      <header className="z-20 bg-surface-0 lg:sticky lg:top-0">
        <div className="flex items-stretch justify-between border-b border-line-1">
          <Link to="/" className="flex min-h-11 items-center bg-inverse px-3 text-on-inverse lg:px-4">
            <span className="engraved text-body font-bold tracking-widest">
              OIO<span className="sr-only"> OpenCode Industrial Orchestrator, overview</span>
            </span>
          </Link>
          <Rooms className="hidden lg:flex" admin={admin} />
          <div className="flex flex-1 items-center justify-end gap-3 pl-3 max-[22.4rem]:gap-1.5 max-[22.4rem]:pl-1.5 lg:gap-5">
            {rehearsal && <RehearsalMark />}
            <StationClock />
            <TeamSwitch teams={user.teams} current={user.teamId} name={user.name} />
            <AcknowledgeKey tiles={tiles} acknowledged={acknowledged} onAcknowledge={confirm} />
            <Form method="post" action="/logout" className="-ml-5 hidden lg:block">
              <button
                type="submit"
                className="engraved min-h-11 cursor-pointer px-4 text-data text-ink-2 hover:bg-surface-2 hover:text-ink-1"
              >
                Log out
              </button>
            </Form>
          </div>
        </div>
        <Annunciator tiles={tiles} acknowledged={acknowledged} onAcknowledge={confirm} />
        <Progress />
      </header>
      <main id="main" ref={main} tabIndex={-1} className="flex flex-1 flex-col pb-16 outline-none lg:pb-0">
        {children}
      </main>
      {banner}
      <Hands admin={admin} singles={keys} />
      <Rooms
        className="fixed inset-x-0 bottom-0 z-20 grid grid-cols-5 border-t-2 border-line-2 bg-surface-0 lg:hidden"
        phone
        admin={admin}
      />
    </div>
  );
}

/** The server's time; it stands still, struck through, while the link is lost. */
function StationClock() {
  const now = useNow();
  const stopped = useClockStopped();
  return (
    <time
      dateTime={now.toISOString()}
      className={clsx('whitespace-nowrap text-ink-2', stopped && 'text-broken line-through')}
    >
      {time(now)}
    </time>
  );
}

/** A navigation under way: one rule, no spinner; said after a moment only by being there. */
function Progress() {
  const { state } = useNavigation();
  return (
    <div role="status" className="h-0">
      {state !== 'idle' && (
        <>
          <div className="h-1 w-full bg-live" />
          <span className="sr-only">Loading</span>
        </>
      )}
    </div>
  );
}

/** Moves the focus to the content when another page opens; filters and anchors of the same page leave it alone. */
function useFocusOnNavigation() {
  const main = useRef<HTMLElement>(null);
  const { pathname, hash } = useLocation();
  const before = useRef(pathname);
  useEffect(() => {
    if (before.current === pathname) return;
    before.current = pathname;
    if (hash === '') main.current?.focus({ preventScroll: true });
  }, [pathname, hash]);
  return main;
}

/** Keeps the most urgent tile at the front of the title while tiles change without a navigation. */
function useTitleMark(tiles: readonly Tile[]) {
  const { key } = useLocation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a navigation sets the title anew, so its key belongs here
  useEffect(() => {
    const words = document.title.replace(/^\[[^\]]*\] /, '').replace(/ · Control room$/, '');
    document.title = markedTitle(words, tiles);
  }, [tiles, key]);
}
