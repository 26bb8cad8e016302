import clsx from 'clsx';
import { type FocusEvent, type KeyboardEvent, type PointerEvent, useState } from 'react';
import { type MatrixSpan, type Track, windowOf } from '../../server/domain/matrix.ts';
import { plural, time } from '../format.ts';
import { useClockStopped, useNow } from '../hooks/use-clock.tsx';
import { labelEvery, legend, spanWords } from '../matrix-words.ts';
import { MatrixSample } from './matrix-cell.tsx';
import { MatrixRow } from './matrix-row.tsx';

interface MatrixProps {
  tracks: readonly Track[];
  span: MatrixSpan;
  unreadBefore: Date | null;
  /** New sessions that wait until nobody reads. */
  waiting: number;
  onReading: (reading: boolean) => void;
}

/** More rows than this are set closer with a mouse, so that twenty fit a screen; fingers keep 44 px. */
const roomy = 10;

/** Sessions × time: one row a session, the present moment at the right edge. One stop for the tabulator, then arrows. */
export function Matrix({ tracks, span, unreadBefore, waiting, onReading }: MatrixProps) {
  const now = useNow();
  // The same object until the next slice begins, so that rows do not render every second.
  const slice = windowOf(span, now).to.getTime();
  const [window, setWindow] = useState(() => windowOf(span, now));
  if (window.to.getTime() !== slice || window.slices !== windowOf(span, now).slices) setWindow(windowOf(span, now));
  const [stop, setStop] = useState<{ row: number; cell: number }>({ row: 0, cell: 0 });
  const [told, setTold] = useState<string | null>(null);
  const labels = Array.from({ length: Math.ceil(window.slices / labelEvery[span]) }, (_, index) => index);
  const row = Math.min(stop.row, tracks.length - 1);

  function tell(target: EventTarget) {
    const cell = target instanceof Element ? target.closest<HTMLElement>('[data-run]') : null;
    const name = cell?.closest('tr')?.querySelector('th a')?.textContent ?? '';
    setTold(cell === null ? null : `${name}: ${cell.dataset.run}`);
  }
  function focused(event: FocusEvent<HTMLElement>) {
    onReading(true);
    tell(event.target);
  }
  function blurred(event: FocusEvent<HTMLElement>) {
    if (!event.currentTarget.contains(event.relatedTarget)) leave();
  }
  function leave() {
    setTold(null);
    onReading(false);
  }

  return (
    <section
      aria-label="Sessions over time"
      onFocus={focused}
      onBlur={blurred}
      onPointerOver={(event: PointerEvent) => {
        onReading(true);
        tell(event.target);
      }}
      onPointerLeave={leave}
    >
      <div className="relative overflow-x-clip">
        <table className="w-full table-fixed border-collapse" onKeyDown={(event) => walk(event, setStop)}>
          <caption className="sr-only">
            Sessions over the last {spanWords[span]}, one row each; the last cell of a row is how it stands now.
          </caption>
          <colgroup>
            <col className="lg:w-64 2xl:w-80" />
            <col className="w-40 lg:w-60" />
            {Array.from({ length: window.slices }, (_, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a column is its place
              <col key={index} className="hidden lg:table-column" />
            ))}
          </colgroup>
          <thead>
            <tr className="border-b border-line-2 text-left text-micro text-ink-3">
              <th scope="col" className="engraved px-3 py-0.5 font-normal lg:px-4">
                Session
              </th>
              <th scope="col" className="engraved px-2 py-0.5 text-right font-normal lg:text-left">
                Stands
              </th>
              {labels.map((index) => (
                <th
                  key={index}
                  scope="col"
                  colSpan={Math.min(labelEvery[span], window.slices - index * labelEvery[span])}
                  className="hidden border-l border-line-1 px-1 py-0.5 font-data font-normal lg:table-cell"
                >
                  {time(new Date(window.from.getTime() + index * labelEvery[span] * window.sliceSeconds * 1_000)).slice(
                    0,
                    5,
                  )}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {tracks.map((track, index) => (
              <MatrixRow
                key={track.id}
                track={track}
                window={window}
                unreadBefore={unreadBefore}
                stop={index === row ? stop.cell : null}
                dense={tracks.length > roomy}
              />
            ))}
          </tbody>
        </table>
        <Edge share={(now.getTime() - window.from.getTime()) / (window.to.getTime() - window.from.getTime())} />
      </div>
      <div className="hidden min-h-7 items-center justify-between gap-4 border-b border-line-1 px-3 py-1 font-data text-micro text-ink-2 lg:flex lg:px-4">
        {told !== null ? (
          <p className="truncate text-ink-1">{told}</p>
        ) : (
          <ul aria-label="Legend" className="flex flex-wrap gap-x-4 gap-y-1">
            {legend.map(({ state, words }) => (
              <MatrixSample
                key={words}
                words={words}
                run={{ state, first: 0, slices: 1, from: window.from, to: window.to }}
              />
            ))}
          </ul>
        )}
        {waiting > 0 && (
          <p role="status" className="whitespace-nowrap bg-inverse px-2 text-on-inverse">
            {plural(waiting, 'new session')} when you look away
          </p>
        )}
      </div>
    </section>
  );
}

/** The present moment: a rule through all rows that moves with the clock, and stands with it. */
function Edge({ share }: { share: number }) {
  const stopped = useClockStopped();
  return (
    <div
      aria-hidden="true"
      className="pointer-events-none absolute inset-y-0 right-0 left-[29.5rem] hidden lg:block 2xl:left-[33.5rem]"
    >
      <div
        className={clsx('absolute inset-y-0 border-l-2', stopped ? 'border-dashed border-broken' : 'border-ink-1')}
        style={{ left: `${Math.min(1, share) * 100}%` }}
      />
    </div>
  );
}

const steps: Record<string, [number, number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  Home: [0, -Infinity],
  End: [0, Infinity],
};

/** Arrow keys between cells: up and down to the cell of the same time, left and right to the neighbouring state. */
function walk(event: KeyboardEvent<HTMLTableElement>, setStop: (stop: { row: number; cell: number }) => void) {
  const step = steps[event.key];
  const here = (event.target as Element).closest<HTMLElement>('[data-run]');
  if (step === undefined || here === null || event.altKey || event.ctrlKey || event.metaKey) return;
  const rows = [...(event.currentTarget.tBodies[0]?.rows ?? [])];
  const row = rows.findIndex((one) => one.contains(here));
  const [down, right] = step;
  const cellsOf = (index: number) => [...(rows[index]?.querySelectorAll<HTMLElement>('[data-run]') ?? [])];
  const to = Math.max(0, Math.min(rows.length - 1, row + down));
  const cells = cellsOf(to);
  const from = cellsOf(row).indexOf(here);
  const cell =
    down === 0
      ? Math.max(0, Math.min(cells.length - 1, from + right))
      : Math.max(
          0,
          cells.findIndex((one) => one.getBoundingClientRect().right > here.getBoundingClientRect().right - 1),
        );
  event.preventDefault();
  setStop({ row: to, cell });
  cells[cell]?.focus();
}
