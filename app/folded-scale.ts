import type { LiveEvent } from './live.ts';

/** A stretch of silence that is drawn as a break of fixed width. */
export interface Break {
  /** Where it begins, in folded seconds. */
  readonly at: number;
  /** How long it really was. */
  readonly seconds: number;
}

/** Time along a strip: seconds as they passed, long silence folded. */
export interface FoldedScale {
  /** Length in folded seconds, at least 1. */
  readonly length: number;
  readonly breaks: readonly Break[];
  readonly placeOf: (time: Date) => number;
  readonly timeOf: (place: number) => Date;
}

/** Silence longer than this is folded. */
const idleSeconds = 60;
/** The width a fold keeps, in seconds. */
const foldSeconds = 12;

interface Span {
  readonly from: number;
  readonly to: number;
  readonly place: number;
  readonly length: number;
}

/**
 * The scale of a session from `from` to `to`. Between two events of its history it is silent only when no other event
 * lies between them: the history leaves the small ones out, their numbers do not.
 */
export function foldedScale(history: readonly LiveEvent[], from: Date, to: Date): FoldedScale {
  const spans: Span[] = [];
  const breaks: Break[] = [];
  let place = 0;
  let before = { time: from.getTime(), seq: 0 };
  const reach = (time: number, seq: number) => {
    if (time <= before.time) {
      before = { time: before.time, seq };
      return;
    }
    const seconds = (time - before.time) / 1000;
    const folded = seconds > idleSeconds && seq <= before.seq + 1;
    const length = folded ? foldSeconds : seconds;
    if (folded) breaks.push({ at: place, seconds });
    spans.push({ from: before.time, to: time, place, length });
    place += length;
    before = { time, seq };
  };
  for (const { at, seq } of history) reach(at.getTime(), seq ?? 0);
  reach(to.getTime(), before.seq + 1);
  const length = Math.max(1, place);

  return {
    length,
    breaks,
    placeOf(time) {
      const span = last(spans, (one) => one.from <= time.getTime());
      if (span === undefined) return 0;
      const share = Math.min(1, (time.getTime() - span.from) / (span.to - span.from));
      return span.place + share * span.length;
    },
    timeOf(asked) {
      const span = last(spans, (one) => one.place <= asked);
      if (span === undefined) return from;
      const share = Math.min(1, Math.max(0, (asked - span.place) / span.length));
      return new Date(span.from + share * (span.to - span.from));
    },
  };
}

/** The last of the spans, which lie in order, for which it holds. */
function last(spans: readonly Span[], holds: (span: Span) => boolean): Span | undefined {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const span = spans[middle];
    if (span !== undefined && holds(span)) low = middle + 1;
    else high = middle;
  }
  return spans[low - 1];
}
