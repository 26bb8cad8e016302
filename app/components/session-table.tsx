import { useWindowVirtualizer } from '@tanstack/react-virtual';
import clsx from 'clsx';
import { useEffect, useRef, useState } from 'react';
import { Link } from 'react-router';
import type { SessionSort } from '../../server/domain/session-view.ts';
import type { SessionLine } from '../session-lines.ts';
import { SessionRow } from './session-row.tsx';
import { cellShape } from './ui/table.tsx';

interface SessionTableProps {
  lines: readonly SessionLine[];
  /** How many there are in all; more of them than lines may not be here yet. */
  total: number;
  sort: SessionSort;
  search: string;
  selected: ReadonlySet<string>;
  onSelect: (slug: string, on: boolean) => void;
  onSelectAll: () => void;
  onEnd: () => void;
  /** Which of the lines are near the window. */
  onRange: (from: number, to: number) => void;
}

interface Column {
  words: string;
  wide?: true;
  end?: true;
  /** The order its heading leads to. */
  sort?: SessionSort;
}

const columns: readonly Column[] = [
  { words: 'Session', sort: 'title' },
  { words: 'State', sort: 'changed' },
  { words: 'Progress', wide: true, sort: 'progress' },
  { words: 'Health', wide: true, end: true, sort: 'health' },
  { words: 'Cost', wide: true, end: true, sort: 'cost' },
  { words: 'Owner', wide: true },
  { words: 'Runtime', wide: true },
];

/** Orders that begin with the least. */
const rising: readonly SessionSort[] = ['title', 'health'];

/** Up to here every row is drawn; beyond, only those near the window. */
const drawnWhole = 100;

/** The table of sessions: ten thousand rows scroll with some thirty of them in the page. */
export function SessionTable(props: SessionTableProps) {
  const { lines, total, sort, search, selected, onSelect, onSelectAll, onEnd, onRange } = props;
  const body = useRef<HTMLTableSectionElement>(null);
  const [offset, setOffset] = useState(0);
  useEffect(() => {
    const box = body.current?.getBoundingClientRect();
    if (box !== undefined) setOffset(box.top + window.scrollY);
  }, []);
  const virtual = lines.length > drawnWhole;
  const virtualizer = useWindowVirtualizer({
    count: virtual ? lines.length : 0,
    estimateSize: () => 61,
    overscan: 12,
    scrollMargin: offset,
    getItemKey: (index) => lines[index]?.id ?? index,
  });
  const items = virtualizer.getVirtualItems();
  const [from, to] = virtual ? [items[0]?.index ?? 0, (items.at(-1)?.index ?? -1) + 1] : [0, lines.length];
  const above = virtual ? (items[0]?.start ?? offset) - offset : 0;
  const below = virtual ? virtualizer.getTotalSize() - ((items.at(-1)?.end ?? offset) - offset) : 0;
  // The end is near: what comes after it is asked for before it is reached.
  useEffect(() => {
    onRange(from, to);
    if (virtual && to >= lines.length - 5) onEnd();
  }, [virtual, from, to, lines.length, onEnd, onRange]);

  const all = lines.length > 0 && lines.every((line) => selected.has(line.slug));
  return (
    <table aria-rowcount={total + 1} className="w-full border-collapse text-left">
      <caption className="sr-only">Sessions</caption>
      <thead>
        <tr aria-rowindex={1} className="border-b-2 border-line-2 bg-surface-1">
          <th scope="col" className="w-11">
            <label className="js-only flex min-h-11 min-w-11 cursor-pointer items-center justify-center">
              <span className="sr-only">Select all {lines.length} shown</span>
              <input type="checkbox" checked={all} onChange={onSelectAll} className="size-5" />
            </label>
          </th>
          {columns.map((column) => (
            <th
              key={column.words}
              scope="col"
              aria-sort={
                column.sort === undefined || column.sort !== sort
                  ? undefined
                  : rising.includes(sort)
                    ? 'ascending'
                    : 'descending'
              }
              className={clsx(
                'engraved px-3 text-micro text-ink-3 lg:px-4',
                column.sort === 'title' && 'pl-0!',
                cellShape(column),
              )}
            >
              {column.sort === undefined ? column.words : <SortLink column={column} sort={sort} search={search} />}
            </th>
          ))}
        </tr>
      </thead>
      <tbody ref={body}>
        {above > 0 && <Spacer height={above} />}
        {lines.slice(from, to).map((line, place) => (
          <SessionRow
            key={line.id}
            line={line}
            index={from + place}
            selected={selected.has(line.slug)}
            onSelect={onSelect}
            measure={virtual ? virtualizer.measureElement : undefined}
          />
        ))}
        {below > 0 && <Spacer height={below} />}
      </tbody>
    </table>
  );
}

/** Stands for the rows that are not drawn. */
function Spacer({ height }: { height: number }) {
  return (
    <tr>
      <td colSpan={columns.length + 1} style={{ height, padding: 0 }} />
    </tr>
  );
}

function SortLink({ column, sort, search }: { column: Column; sort: SessionSort; search: string }) {
  const on = column.sort === sort;
  const params = new URLSearchParams(search);
  if (on) params.delete('sort');
  else params.set('sort', column.sort ?? '');
  return (
    <Link
      to={`?${params}`}
      preventScrollReset
      className={clsx('inline-flex min-h-11 min-w-11 items-center gap-1', on && 'text-ink-1 underline')}
    >
      {column.words}
      <span aria-hidden="true" className="font-data">
        {on ? (rising.includes(sort) ? '▲' : '▼') : '↕'}
      </span>
    </Link>
  );
}
