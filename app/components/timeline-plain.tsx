import type { AttemptBar } from './timeline-bars.ts';
import { EventLine, Idle } from './timeline-row.tsx';
import type { Row } from './timeline-rows.ts';

interface TimelinePlainProps {
  rows: readonly Row[];
  bars: ReadonlyMap<string, AttemptBar>;
  base: string;
  /** An older page is shown: the way back to the newest is offered. */
  paged: boolean;
}

/** The timeline without scripts: the newest events as an ordinary list, older ones by links. */
export function TimelinePlain({ rows, bars, base, paged }: TimelinePlainProps) {
  const first = rows.find((row) => row.kind === 'event');
  const seq = first?.kind === 'event' ? first.seq : 1;
  return (
    <section
      aria-label="Timeline"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a pane that scrolls must be reachable by keyboard
      tabIndex={0}
      className="desk:h-full desk:overflow-y-auto"
    >
      <p className="flex flex-wrap gap-x-6 border-b border-line-1 px-3 lg:px-4">
        {seq > 1 && (
          <a href={`${base}?before=${seq}`} className="inline-flex min-h-11 items-center underline">
            Older events
          </a>
        )}
        {paged && (
          <a href={base} className="inline-flex min-h-11 items-center underline">
            Back to the newest
          </a>
        )}
      </p>
      <ol>
        {rows.map((row) => (
          <li key={row.key}>
            {row.kind === 'idle' ? (
              <Idle seconds={row.seconds} />
            ) : (
              <EventLine row={row} bar={barOf(row, bars)} base={base} marked={false} address={null} />
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}

/** The bar belongs to the row in which its attempt began. */
export function barOf(row: Row, bars: ReadonlyMap<string, AttemptBar>): AttemptBar | undefined {
  if (row.kind !== 'event' || row.event.type !== 'attempt.started') return undefined;
  const id = row.event.payload.attemptId;
  return typeof id === 'string' ? bars.get(id) : undefined;
}
