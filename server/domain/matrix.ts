import { type Attention, isActive, type SessionStatus } from './session.ts';

/** How much time the matrix shows, and in how many slices; a slice is aligned to a whole multiple of its length. */
export const matrixSpans = {
  '1h': { sliceSeconds: 60, slices: 60 },
  '4h': { sliceSeconds: 300, slices: 48 },
  '24h': { sliceSeconds: 1_800, slices: 48 },
} as const;
export type MatrixSpan = keyof typeof matrixSpans;

/** One `session.status_changed` or `session.attention_changed`, as far as the matrix needs it. */
export interface TrackChange {
  readonly seq: number;
  readonly at: Date;
  readonly what: 'status' | 'attention';
  readonly from: string;
  readonly to: string;
}

/** A session over the time that is shown: how it stands now, and what changed on the way there. */
export interface Track {
  readonly id: string;
  readonly slug: string;
  readonly title: string;
  readonly status: SessionStatus;
  readonly statusSince: Date;
  readonly attention: Attention;
  readonly attentionSince: Date | null;
  readonly createdAt: Date;
  readonly lastSeq: number;
  /** Ascending by seq. */
  readonly changes: readonly TrackChange[];
}

/** What a session was in a slice of time. */
export type CellState =
  /** Not created yet. */
  | { readonly kind: 'before' }
  /** More changed than is read at once, so it is not known. */
  | { readonly kind: 'unread' }
  /** It had ended before, as the status says. */
  | { readonly kind: 'over'; readonly status: SessionStatus }
  /** Waited for a person, or stood in (or reached) the status. */
  | { readonly kind: 'stood'; readonly status: SessionStatus; readonly attention: Attention };

/** Neighbouring slices of the same state. */
export interface Run {
  readonly state: CellState;
  readonly first: number;
  readonly slices: number;
  readonly from: Date;
  readonly to: Date;
}

export interface MatrixWindow {
  readonly from: Date;
  /** End of the slice that holds the present moment. */
  readonly to: Date;
  readonly sliceSeconds: number;
  readonly slices: number;
}

/** The slices that end with the one `now` lies in. */
export function windowOf(span: MatrixSpan, now: Date): MatrixWindow {
  const { sliceSeconds, slices } = matrixSpans[span];
  const length = sliceSeconds * 1_000;
  const to = (Math.floor(now.getTime() / length) + 1) * length;
  return { from: new Date(to - slices * length), to: new Date(to), sliceSeconds, slices };
}

// What a tired person must not miss outweighs what stood longer: the first of these that stood in a slice is its state.
const weights: readonly SessionStatus[] = [
  'failed',
  'orphaned',
  'timeout',
  'partially_completed',
  'stopped',
  'cancelled',
  'completed',
  'degraded',
  'paused',
  'running',
  'queued',
  'pending',
];

interface Stand {
  readonly status: SessionStatus;
  readonly attention: Attention;
}

/**
 * The runs of a session over the window. Each slice has the weightiest state that stood in it; an ending counts in the
 * slice it fell into and is `over` after it. What happened before `unreadBefore` is said to be unknown.
 */
export function runsOf(track: Track, window: MatrixWindow, now: Date, unreadBefore: Date | null = null): Run[] {
  const runs: Run[] = [];
  const length = window.sliceSeconds * 1_000;
  const known = createReader(track);
  known.until(window.from.getTime());
  for (let index = 0; index < window.slices; index += 1) {
    const start = window.from.getTime() + index * length;
    if (start > now.getTime()) break;
    const end = Math.min(start + length, now.getTime() + 1);
    const stood = known.until(end);
    const born = track.createdAt.getTime();
    const state: CellState =
      born >= end
        ? { kind: 'before' }
        : unreadBefore !== null && start < unreadBefore.getTime()
          ? { kind: 'unread' }
          : stateOf(stood, born < start);
    const last = runs.at(-1);
    if (last !== undefined && same(last.state, state))
      runs[runs.length - 1] = { ...last, slices: last.slices + 1, to: new Date(end) };
    else runs.push({ state, first: index, slices: 1, from: new Date(start), to: new Date(end) });
  }
  return runs;
}

/** Walks through the changes: answers every state that stood from where it was until the time named. */
function createReader(track: Track) {
  let stand = firstStand(track);
  let next = 0;
  return {
    until(end: number): readonly [Stand, ...Stand[]] {
      const stood: [Stand, ...Stand[]] = [stand];
      for (let change = track.changes[next]; change !== undefined && change.at.getTime() < end; ) {
        stand = after(stand, change);
        stood.push(stand);
        next += 1;
        change = track.changes[next];
      }
      return stood;
    },
  };
}

function stateOf(stood: readonly [Stand, ...Stand[]], existed: boolean): CellState {
  const [entered] = stood;
  if (stood.length === 1 && existed && !isActive(entered.status)) return { kind: 'over', status: entered.status };
  // An end of an earlier slice is told there; here it is only what the session came from.
  return weightiest(existed && !isActive(entered.status) ? stood.slice(1) : stood);
}

/** The state before the first change that is known; without one it has been as it is. */
function firstStand({ changes, status, attention }: Track): Stand {
  const first = (what: TrackChange['what']) => changes.find((change) => change.what === what)?.from;
  return {
    status: (first('status') as SessionStatus | undefined) ?? status,
    attention: (first('attention') as Attention | undefined) ?? attention,
  };
}

function after(stand: Stand, change: TrackChange): Stand {
  return change.what === 'status'
    ? { ...stand, status: change.to as SessionStatus }
    : { ...stand, attention: change.to as Attention };
}

function weightiest(stood: readonly Stand[]): CellState {
  // Only what is alive waits for a person; an ending in the same slice is heavier.
  const weigh = ({ status, attention }: Stand) =>
    isActive(status) && attention !== 'none' ? weights.indexOf('completed') + 0.5 : weights.indexOf(status);
  const heaviest = stood.reduce((best, one) => (weigh(one) <= weigh(best) ? one : best));
  const attention = isActive(heaviest.status) ? heaviest.attention : 'none';
  return { kind: 'stood', status: heaviest.status, attention };
}

function same(a: CellState, b: CellState): boolean {
  if (a.kind !== b.kind) return false;
  if (a.kind === 'over') return a.status === (b as typeof a).status;
  if (a.kind !== 'stood') return true;
  const other = b as typeof a;
  // Whoever waits for a person waits, whatever its status is meanwhile.
  return a.attention === other.attention && (a.attention !== 'none' || a.status === other.status);
}

/** The track with a change that came after it was read; one that is known already changes nothing. */
export function withChange(track: Track, change: TrackChange): Track {
  if (change.seq <= track.lastSeq) return track;
  const moved =
    change.what === 'status'
      ? { status: change.to as SessionStatus, statusSince: change.at }
      : {
          attention: change.to as Attention,
          attentionSince: change.to === 'none' ? null : change.at,
        };
  return { ...track, ...moved, lastSeq: change.seq, changes: [...track.changes, change] };
}
