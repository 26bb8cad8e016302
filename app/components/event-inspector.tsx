import { Link } from 'react-router';
import type { EventNames } from '../../server/domain/event-filter.ts';
import { dateTime } from '../format.ts';
import type { LiveEvent } from '../live.ts';
import { JsonView } from './json-view.tsx';
import { blobOf } from './timeline-payload.ts';

/** The whole of one event: where it belongs, who did it, and its payload in colours. */
export function EventInspector({ event, names: { slug, agent } }: { event: LiveEvent; names: EventNames }) {
  const blob = blobOf(event.payload);
  return (
    <div className="flex flex-col gap-3 p-3 lg:p-4">
      <dl className="grid grid-cols-[5rem_minmax(0,1fr)] gap-x-3 gap-y-1 font-data text-data">
        <Fact name="Type">{event.type}</Fact>
        <Fact name="At">{dateTime(event.at)}</Fact>
        <Fact name="By">
          {event.actor.name} <span className="text-ink-3">({event.actor.kind})</span>
        </Fact>
        {agent !== null && (
          <Fact name="Agent">
            <Link to={`/agents/${agent}`} className="inline-flex min-h-11 items-center underline">
              {agent}
            </Link>
          </Fact>
        )}
        <Fact name="Session">
          {slug === null ? (
            'none'
          ) : (
            <Link
              to={`/sessions/${slug}${event.seq === null ? '' : `?event=${event.seq}`}`}
              className="inline-flex min-h-11 items-center underline"
            >
              {slug}
              {event.seq !== null && `, event ${event.seq}`}
            </Link>
          )}
        </Fact>
        <Fact name="Cursor">{event.cursor}</Fact>
      </dl>
      <JsonView value={event.payload} />
      {blob !== null && slug !== null && (
        <a
          href={`/sessions/${slug}/payloads/${blob}`}
          className="inline-flex min-h-11 items-center text-data underline"
        >
          It was cut to fit; open the whole payload
        </a>
      )}
    </div>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <>
      <dt className="engraved self-center font-words text-micro text-ink-3">{name}</dt>
      <dd className="min-w-0 self-center break-words">{children}</dd>
    </>
  );
}
