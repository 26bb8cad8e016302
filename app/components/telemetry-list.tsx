import { useVirtualizer } from '@tanstack/react-virtual';
import clsx from 'clsx';
import { type KeyboardEvent, useEffect, useLayoutEffect, useRef } from 'react';
import type { EventNames } from '../../server/domain/event-filter.ts';
import type { LiveEvent } from '../live.ts';
import type { FeedView } from '../telemetry-feed.ts';
import { TelemetryRow } from './telemetry-row.tsx';

interface TelemetryListProps {
  view: FeedView;
  namesOf: (event: LiveEvent) => EventNames;
  chosen: LiveEvent | null;
  onChoose: (event: LiveEvent) => void;
  onHold: (held: boolean) => void;
}

const rowHeight = 28;
const optionId = (event: LiveEvent) => `event-${event.cursor}`;

/**
 * The stream, the newest at the end. Only what is in sight is in the document. It follows the end until somebody scrolls
 * up, chooses a row or pauses; one stop for the tabulator, arrows inside.
 */
export function TelemetryList({ view, namesOf, chosen, onChoose, onHold }: TelemetryListProps) {
  const box = useRef<HTMLDivElement>(null);
  const { rows, held } = view;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: 20,
  });

  const newest = rows.at(-1)?.id;
  // biome-ignore lint/correctness/useExhaustiveDependencies: follows whenever another row is the last
  useLayoutEffect(() => {
    if (!held && rows.length > 0) virtual.scrollToIndex(rows.length - 1, { align: 'end' });
  }, [held, newest, virtual]);

  const lastTop = useRef(0);
  useEffect(() => {
    lastTop.current = box.current?.scrollTop ?? 0;
  }, []);
  function scrolled() {
    const top = box.current?.scrollTop ?? 0;
    // Growing content never scrolls up by itself.
    if (!held && top < lastTop.current - rowHeight) onHold(true);
    lastTop.current = top;
  }

  function choose(index: number) {
    const event = rows[Math.max(0, Math.min(rows.length - 1, index))];
    if (event === undefined) return;
    onHold(true);
    onChoose(event);
    virtual.scrollToIndex(Math.max(0, Math.min(rows.length - 1, index)));
  }
  function pressed(event: KeyboardEvent) {
    const here = chosen === null ? rows.length : rows.findIndex(({ id }) => id === chosen.id);
    const to = {
      ArrowUp: here - 1,
      ArrowDown: here + 1,
      PageUp: here - 20,
      PageDown: here + 20,
      Home: 0,
      End: rows.length - 1,
    }[event.key];
    if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    choose(to);
  }

  return (
    <div
      ref={box}
      role="listbox"
      aria-label="Events, the newest last"
      aria-activedescendant={chosen === null ? undefined : optionId(chosen)}
      tabIndex={0}
      onScroll={scrolled}
      onKeyDown={pressed}
      className="relative h-[60dvh] overflow-y-auto [overflow-anchor:none] focus-visible:-outline-offset-2 lg:h-[calc(100dvh-24.5rem)] lg:min-h-80"
    >
      <div className="relative" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const event = rows[item.index];
          if (event === undefined) return null;
          const on = event.id === chosen?.id;
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the list takes the keys
            // biome-ignore lint/a11y/useFocusableInteractive: the list keeps the focus and names the active option
            <div
              key={item.key}
              id={optionId(event)}
              role="option"
              aria-selected={on}
              aria-setsize={rows.length}
              aria-posinset={item.index + 1}
              onClick={() => {
                onHold(true);
                onChoose(event);
              }}
              className={clsx(
                'absolute inset-x-0 top-0 cursor-pointer border-b border-line-1',
                on ? 'bg-surface-3' : 'hover:bg-surface-2',
              )}
              style={{ height: rowHeight, transform: `translateY(${item.start}px)` }}
            >
              <TelemetryRow event={event} names={namesOf(event)} />
            </div>
          );
        })}
      </div>
    </div>
  );
}
