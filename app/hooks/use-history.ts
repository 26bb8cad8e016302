import { useEffect, useMemo, useState } from 'react';
import { type LiveEvent, type LiveState, reviveEvent } from '../live.ts';
import { createReplay, historyTypes } from '../live-replay.ts';

/** The history as a loader answers it, and the event it was read up to. */
export interface HistoryAnswer {
  readonly history: readonly LiveEvent[];
  readonly upTo: number;
}

export interface History {
  /** The events of `historyTypes` from the first to the newest; null until they are here. */
  readonly events: readonly LiveEvent[] | null;
  /** The session as it stood at a moment; null until the history is here. */
  readonly at: (moment: Date) => LiveState | null;
  /** It could not be read; it is tried again with the next event. */
  readonly failed: boolean;
}

const told: ReadonlySet<string> = new Set(historyTypes);

/**
 * What moved the session since its beginning: read once when the page stands, then carried on by the live events. A
 * page opened at an earlier moment brings it along, so that it is right before any script runs.
 */
export function useHistory(state: LiveState, loaded: HistoryAnswer | null): History {
  const { slug } = state.session;
  const [answer, setAnswer] = useState<{ slug: string; read: HistoryAnswer | null; failed: boolean } | null>(null);
  const mine = answer?.slug === slug ? answer : null;
  const read = mine?.read ?? loaded;
  const first = state.events[0]?.seq ?? state.lastSeq + 1;
  // The live tail must join what was read, or there would be a hole between them.
  const joins = read !== null && read.upTo >= first - 1;
  const failed = mine?.failed ?? false;
  const again = failed ? state.lastSeq : 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: asks once, when the tail has moved past it, and after a failure
  useEffect(() => {
    if (joins) return;
    const stop = new AbortController();
    readHistory(slug, stop.signal)
      .then((history) => setAnswer({ slug, read: history, failed: false }))
      .catch(() => {
        if (!stop.signal.aborted) setAnswer({ slug, read: null, failed: true });
      });
    return () => stop.abort();
  }, [slug, joins, again]);

  const events = useMemo(() => (read === null ? null : carryOn(read.history, state.events)), [read, state.events]);
  const replay = useMemo(() => (events === null ? null : createReplay(state, events)), [events, state]);
  return useMemo(
    () => ({ events, at: (moment: Date) => replay?.at(moment) ?? null, failed }),
    [events, replay, failed],
  );
}

async function readHistory(slug: string, signal: AbortSignal): Promise<HistoryAnswer> {
  const response = await fetch(`/sessions/${slug}/history`, { signal });
  if (!response.ok) throw new Error(`The history could not be read: the server answered ${response.status}.`);
  const { history, upTo } = (await response.json()) as HistoryAnswer;
  return { history: history.map(reviveEvent), upTo };
}

/** The history with what has come since; what is known already is not taken twice. */
function carryOn(history: readonly LiveEvent[], live: readonly LiveEvent[]): readonly LiveEvent[] {
  const last = history.at(-1)?.seq ?? 0;
  const more = live.filter((event) => (event.seq ?? 0) > last && told.has(event.type));
  return more.length === 0 ? history : [...history, ...more];
}
