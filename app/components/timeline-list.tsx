import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { plural } from '../format.ts';
import type { AddressInUse } from '../hooks/use-address.ts';
import type { LiveEvent } from '../live.ts';
import { countUntil } from '../live-replay.ts';
import type { TimelinePages } from '../timeline-pages.ts';
import { Empty, Loading } from './states.tsx';
import type { AttemptBar } from './timeline-bars.ts';
import type { Names } from './timeline-entry.ts';
import { TimelineMinimap } from './timeline-minimap.tsx';
import { barOf } from './timeline-plain.tsx';
import { EventLine, Idle, Later, Unread } from './timeline-row.tsx';
import { type Pairs, rowOf, silenceBefore } from './timeline-rows.ts';

interface TimelineListProps {
  /** How many events the session has. */
  total: number;
  pages: TimelinePages;
  pairs: Pairs;
  /** What a filter has found, in order; null shows every event. */
  found: readonly LiveEvent[] | null;
  searching: boolean;
  history: readonly LiveEvent[];
  names: Names;
  bars: ReadonlyMap<string, AttemptBar>;
  /** Attempts that have ended. */
  over: ReadonlySet<unknown>;
  base: string;
  address: AddressInUse;
  live: boolean;
}

const nearEnd = 48;

/**
 * One place per event, whether it is read or not, so that the scroll bar tells the truth about the whole session and
 * only what is in sight is in the document. Pinned to the end it follows; scrolled away it holds still, and what comes
 * waits behind a bar that says how much.
 */
export function TimelineList(props: TimelineListProps) {
  const { total, pages, found, searching, history, address, live } = props;
  const box = useRef<HTMLDivElement>(null);
  const target = address.event;
  const moment = address.at;
  // What a filter finds begins at its end too, whatever else the address names.
  const [pinned, setPinned] = useState(found !== null || (target === null && moment === null));
  const all = found === null ? total : found.length;
  const [held, setHeld] = useState(all);
  // What a search brings is not new: it was there, and is only being looked for.
  const searched = useRef(searching);
  useEffect(() => {
    if (searching || searched.current) setHeld(all);
    searched.current = searching;
  }, [searching, all]);
  const count = pinned ? all : Math.min(all, Math.max(held, found === null ? (target ?? 0) : 0));
  const waiting = all - count;

  const seqAt = (index: number) => (found === null ? index + 1 : (found[index]?.seq ?? 0));
  const indexOf = (seq: number) => (found === null ? seq - 1 : found.findIndex((event) => event.seq === seq));
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => box.current,
    estimateSize: () => 58,
    getItemKey: seqAt,
    overscan: 8,
  });
  const items = virtual.getVirtualItems();
  const first = items[0] === undefined ? 0 : seqAt(items[0].index);
  const last = items.at(-1) === undefined ? 0 : seqAt(items.at(-1)?.index ?? 0);

  useEffect(() => {
    if (found === null && last > 0) pages.want(first, last + 20);
  }, [pages, found, first, last]);

  // What the address names is gone to once; afterwards the reader scrolls where they like.
  const past = moment === null ? null : (history[countUntil(history, moment) - 1]?.seq ?? 1);
  const goal = target ?? past;
  const gone = useRef<number | null>(null);
  useEffect(() => {
    if (goal === null || gone.current === goal) return;
    const index = indexOf(goal);
    if (index < 0 || index >= all) return;
    hold();
    // Asked again until it is in sight: heights are only known once rows have been drawn.
    if (first <= goal && goal <= last) gone.current = goal;
    virtual.scrollToIndex(index, { align: 'center' });
  });

  useLayoutEffect(() => {
    if (pinned && count > 0) virtual.scrollToIndex(count - 1, { align: 'end' });
  }, [pinned, count, virtual]);

  function hold() {
    if (!pinned) return;
    setHeld(all);
    setPinned(false);
  }

  // Only a scroll upwards by hand lets go: growing content never scrolls up by itself.
  const lastTop = useRef(0);
  function scrolled() {
    const element = box.current;
    if (element === null) return;
    const fromEnd = element.scrollHeight - element.scrollTop - element.clientHeight;
    if (fromEnd < nearEnd && waiting === 0) setPinned(true);
    else if (element.scrollTop < lastTop.current - 4) hold();
    lastTop.current = element.scrollTop;
  }

  if (all === 0) return <Nothing filtered={found !== null} searching={searching} />;
  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      {pages.failure() !== null && (
        <p role="alert" className="border-l-4 border-broken-rule px-3 py-2 text-data text-broken">
          Older events could not be read; they are asked for again when you scroll.
        </p>
      )}
      <div className="flex min-h-0 flex-1">
        <section
          ref={box}
          onScroll={scrolled}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keyboard
          tabIndex={0}
          aria-label="Events"
          id="events"
          className="h-[70dvh] min-w-0 flex-1 overflow-y-auto outline-offset-[-3px]! [overflow-anchor:none] desk:h-auto"
        >
          <ol className="relative" style={{ height: virtual.getTotalSize() }}>
            {items.map((item) => (
              <li
                key={item.key}
                ref={virtual.measureElement}
                data-index={item.index}
                aria-setsize={count}
                aria-posinset={item.index + 1}
                className="absolute inset-x-0 top-0"
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <Place {...props} seq={seqAt(item.index)} event={found?.[item.index]} target={target} moment={moment} />
              </li>
            ))}
          </ol>
        </section>
        {found === null && (
          <TimelineMinimap
            history={history}
            total={total}
            from={first}
            to={last}
            onGo={(seq) => {
              hold();
              virtual.scrollToIndex(indexOf(seq), { align: 'center' });
            }}
          />
        )}
      </div>
      {waiting > 0 && (
        <Follow onClick={() => setPinned(true)} lit>
          {plural(waiting, 'new row')}: show and follow
        </Follow>
      )}
      {live && waiting === 0 && !pinned && <Follow onClick={() => setPinned(true)}>Follow the end</Follow>}
    </div>
  );
}

interface PlaceProps
  extends Pick<TimelineListProps, 'pages' | 'pairs' | 'names' | 'bars' | 'over' | 'base' | 'address'> {
  seq: number;
  event: LiveEvent | undefined;
  target: number | null;
  moment: Date | null;
}

/** What stands at one place: the event's row with the silence before it, nothing for an end that its call shows, or a gap. */
function Place({ seq, event: given, pages, pairs, names, bars, over, base, address, target, moment }: PlaceProps) {
  const event = given ?? pages.at(seq);
  const end = given === undefined ? (pairs.endOf.get(seq) ?? null) : null;
  const row = useMemo(
    () => (event === undefined ? null : rowOf(event, end, names, over.has(event.payload.attemptId))),
    [event, end, names, over],
  );
  if (event === undefined || row === null) return <Unread seq={seq} gone={pages.has(seq)} />;
  if (given === undefined && pairs.absorbed.has(seq)) return null;
  const before = given === undefined ? pages.at(seq - 1) : undefined;
  const silent = silenceBefore(event, before);
  const later = moment !== null && event.at > moment && (before === undefined || before.at <= moment);
  return (
    <>
      {later && <Later />}
      {silent !== null && <Idle seconds={silent} />}
      <EventLine
        row={row}
        bar={barOf(row, bars)}
        base={base}
        address={address}
        marked={seq === target || end?.seq === target}
      />
    </>
  );
}

function Follow({ onClick, lit = false, children }: { onClick: () => void; lit?: boolean; children: ReactNode }) {
  return (
    <button
      type="button"
      onClick={onClick}
      className={
        lit
          ? 'engraved min-h-11 w-full cursor-pointer bg-inverse text-data text-on-inverse'
          : 'min-h-11 w-full cursor-pointer border-t border-line-2 text-data text-ink-2 underline'
      }
    >
      {children}
    </button>
  );
}

function Nothing({ filtered, searching }: { filtered: boolean; searching: boolean }) {
  if (searching) return <Loading what="the events that fit" />;
  return filtered ? (
    <Empty title="No event fits the filter">
      Take a kind away or shorten the text; the timeline itself is unchanged.
    </Empty>
  ) : (
    <Empty title="Nothing has happened yet">Every step of the session appears here the moment it is durable.</Empty>
  );
}
