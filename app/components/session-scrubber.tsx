import { useEffect, useMemo, useRef, useState } from 'react';
import { isActive } from '../../server/domain/session.ts';
import { type FoldedScale, foldedScale } from '../folded-scale.ts';
import { dateTime, duration } from '../format.ts';
import type { AddressInUse } from '../hooks/use-address.ts';
import { useThrottled } from '../hooks/use-throttled.ts';
import type { LiveEvent, LiveSession } from '../live.ts';
import { endOfSecond } from '../session-address.ts';
import { marksOf, type Run } from '../session-marks.ts';
import { toneText } from '../status.ts';

interface SessionScrubberProps {
  session: LiveSession;
  /** Null until it is read. */
  history: readonly LiveEvent[] | null;
  failed: boolean;
  /** When retention took its events away; a past without its beginning would be made up. */
  trimmed: Date | null;
  address: AddressInUse;
}

/** The whole life of the session as one strip: moved, everything beside it shows that second. */
export function SessionScrubber({ session, history, failed, trimmed, address }: SessionScrubberProps) {
  if (trimmed !== null)
    return (
      <p className="min-h-11 px-3 py-3 font-data text-micro text-ink-3">
        No past to look at: retention removed its events on {dateTime(trimmed)}
      </p>
    );
  if (history === null || history.length === 0)
    return (
      <p className="js-only min-h-11 px-3 py-3 font-data text-micro text-ink-3">
        {history !== null
          ? 'Nothing has happened yet'
          : failed
            ? 'Its history could not be read; it is tried again with the next event'
            : 'Reading its history'}
      </p>
    );
  return <Strip session={session} history={history} address={address} />;
}

function Strip({
  session,
  history,
  address,
}: Omit<SessionScrubberProps, 'failed' | 'trimmed'> & { history: readonly LiveEvent[] }) {
  const end = history.at(-1)?.at ?? session.createdAt;
  const scale = useMemo(() => foldedScale(history, session.createdAt, end), [history, session.createdAt, end]);
  const most = Math.ceil(scale.length);
  const shown = address.at === null || address.at > end ? most : Math.floor(scale.placeOf(address.at));
  // While it is dragged the thumb is the hand's; the address follows as fast as the page can.
  const [held, setHeld] = useState<number | null>(null);
  /** The place that was last sent to the address, and the moment it stands for. */
  const sent = useRef<{ held: number; at: number | null } | null>(null);
  const follow = useThrottled(
    () => {
      if (held === null) return;
      const at = held >= most ? null : endOfSecond(scale.timeOf(held));
      sent.current = { held, at: at?.getTime() ?? null };
      address.go({ at }, { replace: true });
    },
    80,
    0,
  );
  useEffect(() => {
    if (held !== null) follow();
  }, [held, follow]);
  const at = address.at?.getTime() ?? null;
  // The address has caught up, or was changed by another hand. Where the thumb has moved on meanwhile, it is ahead of it.
  useEffect(() => {
    const { current } = sent;
    setHeld((now) => (current !== null && current.at === at && current.held !== now ? now : null));
  }, [at]);
  const value = held ?? shown;
  const time = scale.timeOf(value);
  const now = value >= most;
  const since = (time.getTime() - session.createdAt.getTime()) / 1000;
  return (
    <div className="js-only flex min-w-0 items-stretch border-t border-line-1 xl:border-t-0 xl:border-l-2 xl:border-line-2">
      <div className="relative min-h-11 min-w-0 flex-1">
        <Picture history={history} scale={scale} />
        <input
          type="range"
          min={0}
          max={most}
          step={1}
          value={value}
          onChange={(event) => setHeld(event.currentTarget.valueAsNumber)}
          aria-label="Moment that is shown"
          aria-valuetext={
            now
              ? `${isActive(session.status) ? 'now' : 'the end'}, ${duration(since)} after it was created`
              : `${dateTime(time)}, ${duration(since)} after it was created`
          }
          className="scrubber absolute inset-0 h-full w-full"
        />
      </div>
      <output className="flex w-28 shrink-0 flex-col justify-center border-l border-line-1 px-2 text-micro leading-4 text-ink-2">
        <span className="font-bold">
          {now ? (isActive(session.status) ? 'NOW' : 'END') : time.toISOString().slice(11, 19)}
        </span>
        <span>+ {duration(since)}</span>
      </output>
    </div>
  );
}

const height = 44;

/** Attempts in lanes, asks, failures and checkpoints as marks, breaks with their length: what happened when. */
function Picture({ history, scale }: { history: readonly LiveEvent[]; scale: FoldedScale }) {
  const { marks, runs, lanes } = useMemo(() => marksOf(history), [history]);
  const x = (at: Date) => (scale.placeOf(at) / scale.length) * 1000;
  const lane = Math.min(8, (height - 20) / lanes);
  const end = history.at(-1)?.at ?? new Date(0);
  return (
    <>
      <svg
        viewBox={`0 0 1000 ${height}`}
        preserveAspectRatio="none"
        aria-hidden="true"
        className="absolute inset-0 h-full w-full"
      >
        <path d={runs.map((run) => runPath(run, x, end, lane)).join('')} fill="var(--color-line-3)" />
        {(['quiet', 'done', 'waiting', 'broken'] as const).map((tone) => (
          <path
            key={tone}
            className={toneText[tone]}
            stroke="currentColor"
            strokeWidth={tone === 'broken' || tone === 'waiting' ? 3 : 2}
            vectorEffect="non-scaling-stroke"
            d={marks
              .filter((mark) => mark.tone === tone)
              .map((mark) => `M${x(mark.at).toFixed(1)} ${markSpan[mark.kind][0]}V${markSpan[mark.kind][1]}`)
              .join('')}
          />
        ))}
      </svg>
      {scale.breaks.map((one) => (
        <span
          key={one.at}
          aria-hidden="true"
          title={`nothing for ${duration(one.seconds)}`}
          className="absolute inset-y-0 overflow-hidden border-x border-dashed border-line-2 bg-surface-0"
          style={{ left: `${(one.at / scale.length) * 100}%`, width: `${(12 / scale.length) * 100}%` }}
        />
      ))}
    </>
  );
}

// Each kind at a height of its own, so that colour is never alone.
const markSpan = { ask: [0, 12], failure: [0, 18], checkpoint: [36, 44], person: [38, 44] } as const;

function runPath({ from, to, lane }: Run, x: (at: Date) => number, end: Date, height: number): string {
  const left = x(from.at);
  const width = Math.max(1, x(to?.at ?? end) - left);
  const top = 18 + lane * height;
  return `M${left.toFixed(1)} ${top.toFixed(1)}h${width.toFixed(1)}v${Math.max(1, height - 1).toFixed(1)}h${(-width).toFixed(1)}z`;
}
