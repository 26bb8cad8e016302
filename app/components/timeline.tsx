import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { isActive } from '../../server/domain/session.ts';
import { useAddress } from '../hooks/use-address.ts';
import { useHydrated } from '../hooks/use-hydrated.ts';
import { useTimelinePages } from '../hooks/use-timeline.ts';
import { useTimelineSearch } from '../hooks/use-timeline-search.ts';
import type { LiveEvent, LiveState } from '../live.ts';
import type { AttemptBrief } from '../live-attempt.ts';
import { attemptBars } from './timeline-bars.ts';
import { eventGroups } from './timeline-entry.ts';
import { TimelineFilter } from './timeline-filter.tsx';
import { TimelineList } from './timeline-list.tsx';
import { TimelinePlain } from './timeline-plain.tsx';
import { type EventFilter, rowsOf } from './timeline-rows.ts';
import { namesOf } from './timeline-words.ts';

interface TimelineProps {
  state: LiveState;
  /** What moved the session since its beginning; null until it is read. */
  history: readonly LiveEvent[] | null;
  attempts: readonly AttemptBrief[];
  /** An older page asked for without scripts, shown instead of the newest. */
  older: readonly LiveEvent[] | null;
}

/** Everything that happened, in order. Without scripts a plain list; with them virtual, live and filterable. */
export function Timeline({ state, history, attempts, older }: TimelineProps) {
  const hydrated = useHydrated();
  const base = `/sessions/${state.session.slug}`;
  const told = history ?? state.events;
  const names = useMemo(() => namesOf(state.tasks, plansIn(attempts, told)), [state.tasks, attempts, told]);
  const bars = useMemo(() => attemptBars(told, told.at(-1)?.at ?? new Date(0)), [told]);
  if (!hydrated || older !== null) {
    const rows = rowsOf(older ?? state.events, names);
    return <TimelinePlain rows={rows} bars={bars} base={base} paged={older !== null} />;
  }
  return <Moving state={state} history={told} names={names} bars={bars} base={base} />;
}

interface MovingProps {
  state: LiveState;
  history: readonly LiveEvent[];
  names: ReturnType<typeof namesOf>;
  bars: ReturnType<typeof attemptBars>;
  base: string;
}

function Moving({ state, history, names, bars, base }: MovingProps) {
  const address = useAddress();
  const { filter, change } = useFilter(address);
  const agents = useMemo(() => agentsIn(history), [history]);
  const agentOf = useCallback((attemptId: unknown) => agents.get(attemptId) ?? null, [agents]);
  const { pages, pairs } = useTimelinePages(state);
  const search = useTimelineSearch(state, filter, names, agentOf);
  const over = useMemo(
    () => new Set(history.flatMap(({ type, payload }) => (type === 'attempt.ended' ? [payload.attemptId] : []))),
    [history],
  );
  return (
    <section aria-label="Timeline" className="flex min-h-0 flex-col desk:h-full">
      <TimelineFilter
        filter={filter}
        onChange={change}
        agents={[...new Set(agents.values())].toSorted()}
        total={state.lastSeq}
        search={search}
      />
      <TimelineList
        key={search === null ? 'all' : 'found'}
        total={state.lastSeq}
        pages={pages}
        pairs={pairs}
        found={search?.found ?? null}
        searching={search !== null && search.searched < state.lastSeq}
        history={history}
        names={names}
        bars={bars}
        over={over}
        base={base}
        address={address}
        live={isActive(state.session.status)}
      />
    </section>
  );
}

/** The filter as the address says it; what is typed stands at once, the address follows. */
function useFilter(address: ReturnType<typeof useAddress>) {
  const { kinds, find, agent, go } = address;
  const [typed, setTyped] = useState(find);
  // What was typed comes back by the address one word after the other; only what came from elsewhere is taken from it.
  const sent = useRef<string[]>([]);
  useEffect(() => {
    const own = sent.current.indexOf(find);
    if (own < 0) setTyped(find);
    else sent.current.splice(0, own + 1);
  }, [find]);
  const groups = useMemo(() => new Set(eventGroups.filter((group) => kinds.includes(group))), [kinds]);
  const filter = useMemo<EventFilter>(() => ({ groups, text: typed, agent }), [groups, typed, agent]);
  const change = (next: EventFilter) => {
    if (next.text !== typed) sent.current.push(next.text);
    setTyped(next.text);
    go({ kinds: [...next.groups], find: next.text, agent: next.agent }, { replace: true });
  };
  return { filter, change };
}

/** Which agent made an attempt. */
function agentsIn(history: readonly LiveEvent[]): ReadonlyMap<unknown, string> {
  return new Map(
    history.flatMap(({ type, payload }) =>
      type === 'attempt.started' && typeof payload.agent === 'string' ? [[payload.attemptId, payload.agent]] : [],
    ),
  );
}

/** The tasks that are a planner's own run: no node of the graph, so only its attempts and events know them. */
function plansIn(attempts: readonly AttemptBrief[], events: readonly LiveEvent[]): Set<string> {
  const ids = new Set(attempts.filter(({ role }) => role === 'plan').map(({ taskId }) => taskId));
  for (const { type, payload } of events) {
    const plan = type === 'task.created' && payload.kind === 'plan';
    if (plan && typeof payload.taskId === 'string') ids.add(payload.taskId);
  }
  return ids;
}
