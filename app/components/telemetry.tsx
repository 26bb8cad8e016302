import clsx from 'clsx';
import { useState } from 'react';
import type { EventFilter, FeedNames } from '../../server/domain/event-filter.ts';
import { plural } from '../format.ts';
import { useClockStopped } from '../hooks/use-clock.tsx';
import { useFeed } from '../hooks/use-feed.ts';
import { useHydrated } from '../hooks/use-hydrated.ts';
import type { LiveEvent } from '../live.ts';
import { searchOf } from '../telemetry-filter.ts';
import { EventInspector } from './event-inspector.tsx';
import { Panel } from './page.tsx';
import { Empty } from './states.tsx';
import { TelemetryList } from './telemetry-list.tsx';
import { TelemetryRow } from './telemetry-row.tsx';

interface TelemetryProps {
  loaded: { events: readonly LiveEvent[]; names: FeedNames };
  filter: EventFilter;
}

/** The live stream beside the event that was chosen from it. Without scripts the newest as a plain list. */
export function Telemetry({ loaded, filter }: TelemetryProps) {
  const hydrated = useHydrated();
  const stopped = useClockStopped();
  const search = searchOf(filter);
  const { view, hold, namesOf, gap } = useFeed(loaded, filter, search);
  const [chosen, setChosen] = useState<LiveEvent | null>(null);
  const filtered = search !== '';

  return (
    <div className="grid flex-1 content-start gap-px bg-line-1 lg:grid-cols-[minmax(0,1fr)_26rem] lg:content-stretch">
      <section aria-label="Stream" className="flex min-w-0 flex-col bg-surface-0">
        <div className="flex flex-wrap items-center justify-between gap-x-4 border-b border-line-1 bg-surface-1 pl-3 lg:pl-4">
          <p
            role="status"
            className={clsx('font-data text-micro', stopped ? 'text-broken line-through' : 'text-ink-2')}
          >
            {plural(view.rows.length, 'event')} here
            {view.dropped > 0 && `, ${view.dropped.toLocaleString('en-US')} older ones let go`}
            {gap && '; some between were too many to load, the file has them'}
            {stopped ? '; the link is lost' : view.held ? '; paused' : hydrated ? '; live' : '; as the page was loaded'}
          </p>
          <button
            type="button"
            aria-pressed={view.held}
            onClick={() => hold(!view.held)}
            className="js-only engraved min-h-11 cursor-pointer border-l border-line-1 px-4 text-data hover:bg-surface-2 aria-pressed:bg-inverse aria-pressed:text-on-inverse"
          >
            {view.held ? 'Go on' : 'Pause'}
          </button>
        </div>
        {view.rows.length === 0 ? (
          <Empty
            title={filtered ? 'No event fits the filter.' : 'Nothing has happened yet.'}
            {...(filtered ? { action: { to: '/telemetry', words: 'Clear the filter' } } : {})}
          >
            {filtered
              ? 'The last 20,000 events of these kinds were looked at; what comes now is shown when it fits.'
              : 'Every step of every session appears here the moment it is durable.'}
          </Empty>
        ) : hydrated ? (
          <TelemetryList view={view} namesOf={namesOf} chosen={chosen} onChoose={setChosen} onHold={hold} />
        ) : (
          <ol>
            {view.rows.slice(-60).map((event) => (
              <li key={event.id} className="h-7 border-b border-line-1">
                <TelemetryRow event={event} names={namesOf(event)} />
              </li>
            ))}
          </ol>
        )}
        {view.held && (
          <button
            type="button"
            onClick={() => hold(false)}
            className="engraved min-h-11 w-full cursor-pointer bg-inverse text-data text-on-inverse"
          >
            {view.waiting === 0
              ? 'Paused: follow the end'
              : `${view.waiting.toLocaleString('en-US')} new: show and follow`}
          </button>
        )}
      </section>
      <Panel title="Event" aside={chosen === null ? undefined : chosen.type}>
        {chosen === null ? (
          <p className="px-3 py-4 text-ink-2 lg:px-4">
            Choose an event, by mouse or with the arrow keys in the stream, to read all that it holds.
          </p>
        ) : (
          <EventInspector event={chosen} names={namesOf(chosen)} />
        )}
      </Panel>
    </div>
  );
}
