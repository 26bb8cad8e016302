import { useEffect, useMemo, useState } from 'react';
import { useFetcher, useLocation } from 'react-router';
import { isActive } from '../../server/domain/session.ts';
import { useHydrated } from '../hooks/use-hydrated.ts';
import type { SessionLive } from '../hooks/use-live.ts';
import type { LiveEvent } from '../live.ts';
import type { AttemptBrief } from '../live-attempt.ts';
import { attemptBars } from './timeline-bars.ts';
import { TimelineFilter } from './timeline-filter.tsx';
import { TimelineList } from './timeline-list.tsx';
import { TimelinePlain } from './timeline-plain.tsx';
import { filterRows, type RowFilter, rowsOf } from './timeline-rows.ts';
import { namesOf } from './timeline-words.ts';

interface TimelineProps {
  live: SessionLive;
  attempts: readonly AttemptBrief[];
  /** An older page asked for without scripts, shown instead of the newest. */
  older: readonly LiveEvent[] | null;
}

/** Everything that happened, in order. Without scripts a plain list; with them virtual, live and filterable. */
export function Timeline({ live, attempts, older }: TimelineProps) {
  const { state } = live;
  const hydrated = useHydrated();
  const [filter, setFilter] = useState<RowFilter>({ groups: new Set(), text: '' });
  const events = older ?? state.events;
  const names = useMemo(() => namesOf(state.tasks, plansIn(attempts, events)), [state.tasks, attempts, events]);
  const rows = useMemo(() => rowsOf(events, names), [events, names]);
  const shown = useMemo(() => filterRows(rows, filter), [rows, filter]);
  const bars = useMemo(() => attemptBars(events, events.at(-1)?.at ?? new Date(0)), [events]);
  const target = useTarget();
  const pages = useOlder(live, target);
  const base = `/sessions/${state.session.slug}`;

  if (!hydrated || older !== null) return <TimelinePlain rows={rows} bars={bars} base={base} paged={older !== null} />;
  return (
    <section aria-label="Timeline" className="flex min-h-0 flex-1 flex-col">
      <TimelineFilter filter={filter} onChange={setFilter} shown={shown.length} total={rows.length} />
      <TimelineList
        rows={shown}
        bars={bars}
        base={base}
        target={target}
        live={isActive(state.session.status)}
        filtered={shown !== rows}
        hasOlder={(state.events[0]?.seq ?? 1) > 1}
        loadingOlder={pages.loading}
        onOlder={pages.load}
      />
    </section>
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

/** The event the address names: `#42`. */
function useTarget(): number | null {
  const { hash } = useLocation();
  const seq = Number(hash.slice(1));
  return hash !== '' && Number.isInteger(seq) && seq > 0 ? seq : null;
}

const page = 200;
const most = 1_000;

/** Loads older pages: when the list's top is reached, or until the event that the address names is there. */
function useOlder({ state, addOlder }: SessionLive, target: number | null) {
  const { data, state: loading, load } = useFetcher<{ items: LiveEvent[] }>();
  const first = state.events[0]?.seq ?? state.lastSeq + 1;
  const fetchPage = (limit: number) =>
    void load(`/sessions/${state.session.slug}/events?before=${first}&limit=${limit}`);

  useEffect(() => {
    if (data !== undefined) addOlder(data.items);
  }, [data, addOlder]);

  const missing = target !== null && target < first && first > 1;
  // biome-ignore lint/correctness/useExhaustiveDependencies: asks once per page that came, not on every render
  useEffect(() => {
    if (missing && loading === 'idle') fetchPage(Math.min(most, first - target + 20));
  }, [missing, first]);

  return { loading: loading !== 'idle', load: () => fetchPage(page) };
}
