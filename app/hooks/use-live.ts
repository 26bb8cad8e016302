import { useEffect, useReducer, useRef, useState, useSyncExternalStore } from 'react';
import { useRevalidator } from 'react-router';
import { applyEvents, gapOf, type LiveEvent, type LiveState, rebase } from '../live.ts';
import { createLink, type LinkState, type TeamListener, type Wire } from '../live-link.ts';
import { createStreams, type StreamedPart, type Streams } from '../live-streams.ts';
import { useThrottled } from './use-throttled.ts';

/** The one connection of this tab. */
export { link as sharedLink };

// Born in the browser only, in the first effect that watches; the server never opens a connection to itself.
const link = createLink(async (): Promise<Wire> => {
  const { io } = await import('socket.io-client');
  return io({
    autoConnect: false,
    transports: ['websocket', 'polling'],
    tryAllTransports: true,
    reconnectionDelay: 500,
    reconnectionDelayMax: 5_000,
  });
});
const idle: LinkState = { kind: 'idle', since: new Date(0) };

/** The state of the tab's connection, for the LINK tile, the banner and the clocks. */
export function useLink(): LinkState {
  return useSyncExternalStore(link.subscribe, link.state, () => idle);
}

/**
 * Tells every batch of the team's events. An empty batch means that something may have been missed while the link was
 * away: load again.
 */
export function useTeamEvents(onBatch: TeamListener): void {
  const latest = useRef(onBatch);
  useEffect(() => {
    latest.current = onBatch;
  });
  useEffect(() => link.watchTeam((batch) => latest.current(batch)), []);
}

/** Tells when the server says that who sits here is another than before, or nobody any more. */
export function useIdentity(onChange: () => void): void {
  const latest = useRef(onChange);
  useEffect(() => {
    latest.current = onChange;
  });
  useEffect(() => link.watchIdentity(() => latest.current()), []);
}

export interface SessionLive {
  readonly state: LiveState;
  readonly streams: Streams;
}

type Change = { kind: 'loaded'; state: LiveState } | { kind: 'batch'; events: readonly LiveEvent[] };

function reduce(state: LiveState, change: Change): LiveState {
  return change.kind === 'loaded' ? rebase(change.state, state) : applyEvents(state, change.events);
}

/** The loader's data, kept current by the session's events. Loads again when only the loader can tell. */
export function useSessionLive(sessionId: string, loaded: LiveState): SessionLive {
  const [state, dispatch] = useReducer(reduce, loaded);
  const [streams] = useState(createStreams);
  const { revalidate } = useRevalidator();
  // Soon, but never more often than every 1.5 s however many events ask.
  const reload = useThrottled(() => void revalidate(), 1_500, 400);

  useEffect(() => dispatch({ kind: 'loaded', state: loaded }), [loaded]);

  const lastSeq = useRef(state.lastSeq);
  useEffect(() => {
    lastSeq.current = state.session.id === sessionId ? state.lastSeq : 0;
  });

  useEffect(
    () =>
      link.watchSession(sessionId, {
        after: () => lastSeq.current,
        onEvents(events) {
          streams.settle(events);
          dispatch({ kind: 'batch', events });
        },
        onOutput: streams.add,
        onMissed: reload,
      }),
    [sessionId, streams, reload],
  );

  const wanted = state.reloadSeq > loaded.lastSeq || gapOf(state) !== null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: every further event that only a loader can tell asks anew
  useEffect(() => {
    if (wanted) reload();
  }, [wanted, state.reloadSeq, state.held.length, reload]);

  // Another session was opened in the same layout: until its data is in the reducer, the loader's is shown.
  return { state: state.session.id === sessionId ? state : loaded, streams };
}

/** The text that streams right now. */
export function useStreams(streams: Streams): readonly StreamedPart[] {
  return useSyncExternalStore(streams.subscribe, streams.parts, streams.parts);
}
