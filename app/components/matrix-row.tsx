import clsx from 'clsx';
import { memo } from 'react';
import { Link } from 'react-router';
import { type MatrixWindow, runsOf, type Track } from '../../server/domain/matrix.ts';
import { isActive } from '../../server/domain/session.ts';
import { signOf, standsAs } from '../matrix-words.ts';
import { toneColor } from '../status.ts';
import { Age } from './age.tsx';
import { MatrixCell } from './matrix-cell.tsx';
import { StatusBadge } from './status-badge.tsx';

interface MatrixRowProps {
  track: Track;
  window: MatrixWindow;
  unreadBefore: Date | null;
  /** Index of the cell the tabulator stops at; null: in another row. */
  stop: number | null;
  dense: boolean;
}

/** One session: its name, how it stands and since when, and what it was in each slice of the window. */
export const MatrixRow = memo(function MatrixRow({ track, window, unreadBefore, stop, dense }: MatrixRowProps) {
  // The slice of the present moment counts as a whole: rows change when a slice or a state does, not every second.
  const runs = runsOf(track, window, new Date(window.to.getTime() - 1), unreadBefore);
  const sign = standsAs(track);
  const since = track.attention !== 'none' && isActive(track.status) ? track.attentionSince : track.statusSince;
  return (
    <tr
      className={clsx(
        'border-b border-line-1',
        dense
          ? 'h-11 lg:h-[1.375rem] pointer-coarse:h-11 lg:[&_td]:leading-none lg:[&_td>span>span]:leading-4'
          : 'h-11',
      )}
    >
      <th scope="row" className="p-0 text-left font-normal">
        <Link
          to={`/sessions/${track.slug}`}
          title={track.title}
          className="flex h-full min-h-11 min-w-0 items-center gap-2 px-3 hover:bg-surface-2 lg:min-h-[inherit] lg:px-4 focus-visible:-outline-offset-2 pointer-coarse:min-h-11"
        >
          <span className="shrink-0 font-data text-data font-bold">{track.slug}</span>
          <span className="truncate text-data text-ink-2">{track.title}</span>
        </Link>
        <PhoneBar runs={runs} slices={window.slices} />
      </th>
      <td className="whitespace-nowrap px-2 py-0 text-right lg:text-left">
        <span className="inline-flex flex-wrap items-center justify-end gap-x-2 lg:flex-nowrap lg:justify-start">
          <StatusBadge sign={sign} />
          {since !== null && (
            <span className="font-data text-micro">
              <Age since={since} />
            </span>
          )}
        </span>
      </td>
      {runs.map((run, index) => (
        <MatrixCell
          key={run.first}
          track={track}
          run={run}
          live={index === runs.length - 1}
          stop={stop !== null && index === Math.min(stop, runs.length - 1)}
          slices={window.slices}
        />
      ))}
    </tr>
  );
});

/** On a phone: the same time as one thin bar; its words are the state beside it. */
function PhoneBar({ runs, slices }: { runs: ReturnType<typeof runsOf>; slices: number }) {
  return (
    <svg
      viewBox={`0 0 ${slices} 1`}
      preserveAspectRatio="none"
      aria-hidden="true"
      focusable="false"
      className="mx-3 mb-1 block h-1.5 w-[calc(100%-0.75rem)] bg-surface-1 lg:hidden"
    >
      {runs.map((run) => {
        const sign = signOf(run.state);
        if (sign === null) return null;
        const fill = sign.tone === 'quiet' || sign.tone === 'done' ? 'var(--color-line-2)' : toneColor[sign.tone];
        return <rect key={run.first} x={run.first} y={0} width={run.slices} height={1} fill={fill} />;
      })}
    </svg>
  );
}
