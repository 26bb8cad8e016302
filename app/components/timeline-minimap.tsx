import { type KeyboardEvent, type PointerEvent, useMemo } from 'react';
import type { LiveEvent } from '../live.ts';
import { marksOf } from '../session-marks.ts';
import { toneText } from '../status.ts';

interface TimelineMinimapProps {
  history: readonly LiveEvent[];
  /** How many events the session has. */
  total: number;
  /** The first and the last event in sight, by number. */
  from: number;
  to: number;
  onGo: (seq: number) => void;
}

const width = 44;
const height = 1000;

/** The whole timeline at a glance: attempts as lanes, asks, failures and checkpoints as marks, and what is in sight. */
export function TimelineMinimap({ history, total, from, to, onGo }: TimelineMinimapProps) {
  const { marks, runs, lanes } = useMemo(() => marksOf(history), [history]);
  const y = (seq: number) => (seq / Math.max(1, total)) * height;
  const lane = Math.min(6, 20 / lanes);
  const middle = Math.round((from + to) / 2);
  const go = (seq: number) => onGo(Math.min(total, Math.max(1, Math.round(seq))));

  function pressed(event: PointerEvent<HTMLDivElement>) {
    if (event.type === 'pointermove' && event.buttons === 0) return;
    const { top, height: tall } = event.currentTarget.getBoundingClientRect();
    if (event.type === 'pointerdown') event.currentTarget.setPointerCapture(event.pointerId);
    go(((event.clientY - top) / tall) * total);
  }
  function typed(event: KeyboardEvent) {
    const steps: Record<string, number> = {
      ...{ ArrowDown: middle + 1, ArrowUp: middle - 1, Home: 1, End: total },
      ...{ PageDown: middle + total / 10, PageUp: middle - total / 10 },
    };
    const goal = steps[event.key];
    if (goal === undefined) return;
    event.preventDefault();
    go(goal);
  }

  return (
    <div
      role="scrollbar"
      tabIndex={0}
      aria-controls="events"
      aria-orientation="vertical"
      aria-label="Whole session"
      aria-valuemin={1}
      aria-valuemax={total}
      aria-valuenow={Math.min(total, Math.max(1, middle))}
      aria-valuetext={`events ${from} to ${to} of ${total}`}
      onPointerDown={pressed}
      onPointerMove={pressed}
      onKeyDown={typed}
      className="relative w-11 shrink-0 cursor-pointer touch-none border-l border-line-2 bg-surface-1 outline-offset-[-3px]!"
    >
      <svg
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        aria-hidden="true"
        // Out of the flow: else its own shape would make the strip, and the page, taller than the list beside it.
        className="absolute inset-0 size-full"
      >
        <path
          fill="var(--color-line-3)"
          d={runs
            .map((run) => {
              const top = y(run.from.seq);
              const tall = Math.max(2, y(run.to?.seq ?? total) - top);
              return `M${(2 + run.lane * lane).toFixed(1)} ${top.toFixed(1)}h${(lane - 1).toFixed(1)}v${tall.toFixed(1)}h${(1 - lane).toFixed(1)}z`;
            })
            .join('')}
        />
        {(['quiet', 'done', 'waiting', 'broken'] as const).map((tone) => (
          <path
            key={tone}
            className={toneText[tone]}
            stroke="currentColor"
            strokeWidth={2}
            vectorEffect="non-scaling-stroke"
            d={marks
              .filter((mark) => mark.tone === tone)
              .map((mark) => `M${spans[mark.kind][0]} ${y(mark.seq).toFixed(1)}H${spans[mark.kind][1]}`)
              .join('')}
          />
        ))}
        <rect
          x={1}
          width={width - 2}
          y={Math.min(height - 4, y(from - 1))}
          height={Math.max(4, y(to) - y(from - 1))}
          fill="none"
          stroke="var(--color-ink-1)"
          strokeWidth={2}
          vectorEffect="non-scaling-stroke"
        />
      </svg>
    </div>
  );
}

// Each kind in a column of its own, so that colour is never alone.
const spans = { ask: [24, 36], failure: [24, 44], checkpoint: [30, 40], person: [38, 44] } as const;
