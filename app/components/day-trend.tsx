import { percent } from '../format.ts';
import { Cell, Table } from './ui/table.tsx';

/** One day of an agent's record. */
export interface TrendDay {
  readonly day: string;
  readonly total: number;
  readonly successful: number;
  readonly partial: number;
  readonly failed: number;
}

const width = 360;
const height = 72;
const columns = [
  { words: 'Day' },
  { words: 'Attempts', end: true },
  { words: 'Proven', end: true },
  { words: 'Claimed', end: true },
  { words: 'Failed', end: true },
];

/** Thirty days as two small pictures on one scale of days, and the same figures as a table. */
export function DayTrend({ days }: { days: readonly TrendDay[] }) {
  const worked = days.filter((day) => day.total > 0);
  if (worked.length === 0) return <p className="px-3 py-4 text-ink-2 lg:px-4">No attempt ended in the last 30 days.</p>;
  const most = Math.max(...days.map((day) => day.total));
  const step = width / days.length;
  return (
    <>
      <div className="grid gap-px bg-line-1 sm:grid-cols-2">
        <Multiple title="Attempts that ended" scale={`${most} at most a day`} days={days}>
          {days.map((day, place) => (
            <Stack key={day.day} day={day} x={place * step} width={step - 1} most={most} />
          ))}
        </Multiple>
        <Multiple title="Overall of the day" scale="0 to 100 %" days={days}>
          <line
            x1={0}
            x2={width}
            y1={height - 0.7 * height}
            y2={height - 0.7 * height}
            stroke="var(--color-line-2)"
            strokeDasharray="4 4"
          />
          {days.map((day, place) =>
            day.total === 0 ? null : (
              <rect
                key={day.day}
                x={place * step}
                y={Math.min(height - 4, height - overall(day) * height)}
                width={step - 1}
                height={4}
                fill={overall(day) < 0.7 ? 'var(--color-caution)' : 'var(--color-ink-1)'}
              />
            ),
          )}
        </Multiple>
      </div>
      <p className="flex flex-wrap gap-x-4 border-t border-line-1 px-3 py-2 text-data text-ink-2 lg:px-4">
        <Key fill="var(--color-ink-1)" words="proven" />
        <Key fill="var(--color-line-3)" words="only claimed" />
        <Key fill="var(--color-broken-rule)" words="failed, on top" />
        <span>Dashed: 70 %, the least for a competent agent.</span>
      </p>
      <details className="border-t border-line-1">
        <summary className="flex min-h-11 items-center px-3 text-data underline lg:px-4">The same as a table</summary>
        <Table caption="Attempts of the last 30 days" columns={columns}>
          {worked.toReversed().map((day) => (
            <tr key={day.day} className="border-b border-line-1 font-data text-data">
              <Cell>{day.day}</Cell>
              <Cell end>{day.total}</Cell>
              <Cell end>{day.successful}</Cell>
              <Cell end>{day.partial}</Cell>
              <Cell end>{day.failed}</Cell>
            </tr>
          ))}
        </Table>
      </details>
    </>
  );
}

function Multiple({
  title,
  scale,
  days,
  children,
}: {
  title: string;
  scale: string;
  days: readonly TrendDay[];
  children: React.ReactNode;
}) {
  return (
    <figure className="bg-surface-0 px-3 py-3 lg:px-4">
      <figcaption className="flex items-baseline justify-between gap-3">
        <span className="engraved text-micro text-ink-3">{title}</span>
        <span className="font-data text-micro text-ink-2">{scale}</span>
      </figcaption>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        aria-hidden="true"
        focusable="false"
        className="mt-2 block h-18 w-full border-b border-line-2"
      >
        {children}
      </svg>
      <p className="flex justify-between font-data text-micro text-ink-3">
        <span>{days[0]?.day}</span>
        <span>{days.at(-1)?.day}</span>
      </p>
    </figure>
  );
}

/** Proven at the bottom, claimed above, failed on top: place says it as well as colour. */
function Stack({ day, x, width: w, most }: { day: TrendDay; x: number; width: number; most: number }) {
  const unit = height / most;
  const proven = day.successful * unit;
  const claimed = day.partial * unit;
  const failed = day.failed * unit;
  return (
    <>
      <rect x={x} y={height - proven} width={w} height={proven} fill="var(--color-ink-1)" />
      <rect x={x} y={height - proven - claimed} width={w} height={claimed} fill="var(--color-line-3)" />
      <rect x={x} y={height - proven - claimed - failed} width={w} height={failed} fill="var(--color-broken-rule)" />
    </>
  );
}

function Key({ fill, words }: { fill: string; words: string }) {
  return (
    <span className="inline-flex items-center gap-2">
      <svg width={10} height={10} aria-hidden="true" focusable="false">
        <rect width={10} height={10} fill={fill} />
      </svg>
      {words}
    </span>
  );
}

function overall({ total, successful, partial }: TrendDay): number {
  return (successful + 0.5 * partial) / total;
}

/** `66 %` of a slice's attempts stood, claimed ones counting half; a dash without one. */
export function overallWords(slice: Pick<TrendDay, 'total' | 'successful' | 'partial'>): string {
  return slice.total === 0 ? '–' : percent((slice.successful + 0.5 * slice.partial) / slice.total);
}
