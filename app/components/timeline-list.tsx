import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { plural } from '../format.ts';
import { Empty } from './states.tsx';
import type { AttemptBar } from './timeline-bars.ts';
import { barOf } from './timeline-plain.tsx';
import { TimelineRow } from './timeline-row.tsx';
import { type Row, rowIndexOf } from './timeline-rows.ts';

interface TimelineListProps {
  rows: readonly Row[];
  bars: ReadonlyMap<string, AttemptBar>;
  base: string;
  target: number | null;
  live: boolean;
  filtered: boolean;
  hasOlder: boolean;
  loadingOlder: boolean;
  onOlder: () => void;
}

const nearEnd = 48;

/**
 * Only what is in sight is in the document. Pinned to the end it follows; scrolled away it holds still, and what comes
 * waits behind a bar that says how much.
 */
export function TimelineList({
  rows,
  bars,
  base,
  target,
  live,
  filtered,
  hasOlder,
  loadingOlder,
  onOlder,
}: TimelineListProps) {
  const box = useRef<HTMLDivElement>(null);
  const [pinned, setPinned] = useState(target === null);
  const [held, setHeld] = useState<string | null>(null);
  const visible = pinned ? rows : upTo(rows, held);
  const waiting = rows.length - visible.length;

  const virtual = useVirtualizer({
    count: visible.length,
    getScrollElement: () => box.current,
    estimateSize: () => 64,
    getItemKey: (index) => visible[index]?.key ?? index,
    overscan: 8,
  });

  const scrolledTo = useRef<number | null>(null);
  useEffect(() => {
    if (target === null || scrolledTo.current === target) return;
    const index = rowIndexOf(visible, target);
    if (index < 0) return;
    scrolledTo.current = target;
    hold();
    virtual.scrollToIndex(index, { align: 'center' });
  });

  useLayoutEffect(() => {
    if (pinned && visible.length > 0) virtual.scrollToIndex(visible.length - 1, { align: 'end' });
  }, [pinned, visible.length, virtual]);

  useKeptPlace(visible, (index) => virtual.scrollToIndex(index, { align: 'start' }), pinned);

  function hold() {
    setPinned(false);
    setHeld((before) => before ?? rows.at(-1)?.key ?? null);
  }
  function follow() {
    setHeld(null);
    setPinned(true);
  }

  // Only a scroll upwards by hand lets go: growing content never scrolls up by itself.
  const lastTop = useRef(0);
  function scrolled() {
    const element = box.current;
    if (element === null) return;
    const fromEnd = element.scrollHeight - element.scrollTop - element.clientHeight;
    if (fromEnd < nearEnd && waiting === 0) follow();
    else if (element.scrollTop < lastTop.current - 4) hold();
    if (element.scrollTop < nearEnd && hasOlder && !filtered && !loadingOlder && lastTop.current > element.scrollTop)
      onOlder();
    lastTop.current = element.scrollTop;
  }

  if (rows.length === 0) {
    return filtered ? (
      <Empty title="No event fits the filter">
        Take a kind away or shorten the text; the timeline itself is unchanged.
      </Empty>
    ) : (
      <Empty title="Nothing has happened yet">Every step of the session appears here the moment it is durable.</Empty>
    );
  }
  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      <section
        ref={box}
        onScroll={scrolled}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keyboard
        tabIndex={0}
        aria-label="Events"
        className="h-[70dvh] overflow-y-auto [overflow-anchor:none] lg:h-[calc(100dvh-25.5rem)] lg:min-h-96"
      >
        {hasOlder && (
          <button
            type="button"
            onClick={onOlder}
            disabled={loadingOlder}
            className="min-h-11 w-full cursor-pointer border-b border-line-1 text-data text-ink-2 underline"
          >
            {loadingOlder ? 'Loading older events' : 'Load older events'}
          </button>
        )}
        <ol className="relative" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const row = visible[item.index];
            if (row === undefined) return null;
            return (
              <li
                key={item.key}
                ref={virtual.measureElement}
                data-index={item.index}
                aria-setsize={visible.length}
                aria-posinset={item.index + 1}
                className="absolute inset-x-0 top-0"
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <TimelineRow
                  row={row}
                  bar={barOf(row, bars)}
                  base={base}
                  marked={row.kind === 'event' && row.seq === target}
                />
              </li>
            );
          })}
        </ol>
      </section>
      {waiting > 0 && (
        <button
          type="button"
          onClick={follow}
          className="engraved min-h-11 w-full cursor-pointer bg-inverse text-data text-on-inverse"
        >
          {plural(waiting, 'new row')}: show and follow
        </button>
      )}
      {live && waiting === 0 && !pinned && (
        <button
          type="button"
          onClick={follow}
          className="min-h-11 w-full cursor-pointer border-t border-line-2 text-data text-ink-2 underline"
        >
          Follow the end
        </button>
      )}
    </div>
  );
}

/** The rows up to the last one that was there when the reader let go of the end. */
function upTo(rows: readonly Row[], key: string | null): readonly Row[] {
  if (key === null) return rows;
  const at = rows.findLastIndex((row) => row.key === key);
  return at < 0 ? rows : rows.slice(0, at + 1);
}

/** When an older page came in front, the row that was first stays where the eye is. */
function useKeptPlace(rows: readonly Row[], show: (index: number) => void, pinned: boolean) {
  const before = useRef({ first: rows[0]?.key, length: rows.length });
  useLayoutEffect(() => {
    const { first, length } = before.current;
    before.current = { first: rows[0]?.key, length: rows.length };
    if (pinned || first === undefined || first === rows[0]?.key || rows.length <= length) return;
    const index = rows.findIndex((row) => row.key === first);
    if (index > 0) show(index);
  });
}
