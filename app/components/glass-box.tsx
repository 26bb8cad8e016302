import clsx from 'clsx';
import { useState } from 'react';
import { Link } from 'react-router';
import type { Gauge, Parts } from '../../server/domain/architecture.ts';
import { type Box, boxSize, pictureOf, shortName } from '../architecture-picture.ts';
import { bytes, plural } from '../format.ts';
import { useClockStopped } from '../hooks/use-clock.tsx';
import { Scroller } from './scroller.tsx';
import { Cell, Table } from './ui/table.tsx';

interface GlassBoxProps {
  parts: Parts;
  gauges: Readonly<Record<string, readonly Gauge[]>>;
  /** Figures that changed since the reading before. */
  moved: ReadonlySet<string>;
  hrefOf: (id: string) => string;
}

export const gaugeKey = ({ part, name }: Gauge) => `${part} ${name}`;

/** A figure with its unit; lit while it moves, wrong when it should be nought. */
export function GaugeValue({ gauge, moved }: { gauge: Gauge; moved: boolean }) {
  const stopped = useClockStopped();
  const wrong = gauge.alarm === true && gauge.value > 0;
  return (
    <span
      className={clsx('font-data', stopped && 'line-through', wrong ? 'text-broken' : moved && !stopped && 'text-live')}
    >
      {gauge.unit === 'bytes' ? bytes(gauge.value) : gauge.value.toLocaleString('en-US')}
    </span>
  );
}

/** The picture of one level: who imports stands left of what it imports. Every box opens what is in it. */
export function GlassBoxPicture({ parts, gauges, moved, hrefOf }: GlassBoxProps) {
  const [near, setNear] = useState<string | null>(null);
  const picture = pictureOf(parts);
  if (picture === null)
    return (
      <p className="border-l-4 border-line-2 px-3 py-4 text-ink-2 lg:px-4">
        {plural(parts.parts.length, 'part')} are too many for a picture; the table below has them all.
      </p>
    );
  const { boxes, lines, width, height } = picture;
  const touches = (id: string) =>
    near === null ||
    near === id ||
    lines.some(({ edge }) => (edge.from === near && edge.to === id) || (edge.to === near && edge.from === id));
  return (
    <Scroller label="Picture of the parts" className="p-3 lg:p-4">
      {/* biome-ignore lint/a11y/useSemanticElements: a picture whose parts are links is a group, and no fieldset */}
      <svg
        viewBox={`-4 -4 ${width + 8} ${height + 8}`}
        width={width + 8}
        height={height + 8}
        role="group"
        aria-label="Parts and what they import"
        className="block lg:h-auto lg:max-w-full"
      >
        {lines.map(({ edge, path, width: stroke }) => {
          const on = near === null || edge.from === near || edge.to === near;
          return (
            <path
              key={`${edge.from} ${edge.to}`}
              d={path}
              fill="none"
              stroke={near !== null && on ? 'var(--color-ink-1)' : 'var(--color-line-3)'}
              strokeWidth={stroke}
              strokeDasharray={edge.values === 0 ? '4 4' : undefined}
              opacity={on ? 1 : 0.12}
            >
              <title>{`${edge.from} imports ${edge.to}: ${edge.values} values, ${edge.types} types alone`}</title>
            </path>
          );
        })}
        {boxes.map((box) => (
          <PartBox
            key={box.id}
            box={box}
            size={parts.parts.find(({ id }) => id === box.id) ?? { files: 0, lines: 0 }}
            gauges={gauges[box.id] ?? []}
            moved={moved}
            href={hrefOf(box.id)}
            dim={!touches(box.id)}
            onNear={setNear}
          />
        ))}
      </svg>
    </Scroller>
  );
}

interface PartBoxProps {
  box: Box;
  size: { files: number; lines: number };
  gauges: readonly Gauge[];
  moved: ReadonlySet<string>;
  href: string;
  dim: boolean;
  onNear: (id: string | null) => void;
}

function PartBox({ box, size, gauges, moved, href, dim, onNear }: PartBoxProps) {
  const shown = gauges.slice(0, 2);
  return (
    <Link
      to={href}
      preventScrollReset
      aria-description={box.id}
      onFocus={() => onNear(box.id)}
      onBlur={() => onNear(null)}
      onPointerEnter={() => onNear(box.id)}
      onPointerLeave={() => onNear(null)}
      className="group outline-none"
    >
      <g transform={`translate(${box.x} ${box.y})`} opacity={dim ? 0.4 : 1}>
        <rect
          width={boxSize.width}
          height={boxSize.height}
          fill="var(--color-surface-1)"
          stroke={
            gauges.some(({ alarm, value }) => alarm === true && value > 0)
              ? 'var(--color-broken-rule)'
              : 'var(--color-line-3)'
          }
          strokeWidth={2}
          className="group-hover:fill-surface-2"
        />
        <rect
          x={-4}
          y={-4}
          width={boxSize.width + 8}
          height={boxSize.height + 8}
          fill="none"
          stroke="var(--color-ink-1)"
          strokeWidth={3}
          className="opacity-0 group-focus-visible:opacity-100"
        />
        <text x={10} y={21} fill="var(--color-ink-1)" className="font-data text-[13px] font-bold">
          {`${cut(shortName(box.id), 21)} `}
        </text>
        <text x={10} y={38} fill="var(--color-ink-3)" className="font-data text-[11px]">
          {size.files === 1 ? '' : `${size.files} files, `}
          {`${size.lines.toLocaleString('en-US')} lines `}
        </text>
        {shown.map((gauge, index) => (
          <text
            key={gaugeKey(gauge)}
            x={10}
            y={54 + index * 15}
            fill={moved.has(gaugeKey(gauge)) ? 'var(--color-live)' : 'var(--color-ink-2)'}
            className="font-data text-[11px]"
          >
            {`${gauge.unit === 'bytes' ? bytes(gauge.value) : gauge.value.toLocaleString('en-US')} ${gauge.name} `}
          </text>
        ))}
      </g>
    </Link>
  );
}

const cut = (text: string, length: number) => (text.length <= length ? text : `${text.slice(0, length - 1)}…`);

/** The same as a table: every part, its size, what it imports and is imported by, and its live figures. */
export function GlassBoxTable({ parts, gauges, moved, hrefOf }: GlassBoxProps) {
  const sum = (edges: Parts['edges']) => edges.reduce((all, { values, types }) => all + values + types, 0);
  return (
    <Table
      caption="Parts, their size, their imports and what they do now"
      columns={[
        { words: 'Part' },
        { words: 'Files', end: true, wide: true },
        { words: 'Lines', end: true },
        { words: 'Imports', end: true, wide: true },
        { words: 'Imported by', end: true, wide: true },
        { words: 'Now' },
      ]}
    >
      {parts.parts.map(({ id, files, lines }) => (
        <tr key={id} data-row className="border-b border-line-1 font-data text-data">
          {/* A path breaks where it must; a plain name stays whole. */}
          <Cell className={id.includes('/') ? 'break-all md:whitespace-nowrap' : 'whitespace-nowrap'}>
            <Link to={hrefOf(id)} preventScrollReset className="inline-flex min-h-11 min-w-11 items-center underline">
              {id}
            </Link>
          </Cell>
          <Cell end wide>
            {files}
          </Cell>
          <Cell end>{lines.toLocaleString('en-US')}</Cell>
          <Cell end wide>
            {sum(parts.edges.filter(({ from }) => from === id))}
          </Cell>
          <Cell end wide>
            {sum(parts.edges.filter(({ to }) => to === id))}
          </Cell>
          <Cell className="text-micro">
            {(gauges[id] ?? []).map((gauge) => (
              <span key={gaugeKey(gauge)} className="mr-4 inline-block md:whitespace-nowrap">
                <GaugeValue gauge={gauge} moved={moved.has(gaugeKey(gauge))} />{' '}
                <span className="text-ink-3">{gauge.name}</span>
              </span>
            ))}
          </Cell>
        </tr>
      ))}
    </Table>
  );
}
