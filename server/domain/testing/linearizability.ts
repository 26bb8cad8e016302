/** One call of a concurrent history, on one steady clock. */
export interface Call<Op> {
  readonly process: string;
  readonly op: Op;
  readonly invoked: number;
  /** Null: it never came back, and may have taken effect at any time after, or never. */
  readonly returned: number | null;
}

/** What one thing may do, one operation after the other. */
export interface Model<State, Op> {
  readonly initial: State;
  /** The state after the operation with the answer it got; null when it could not have got that answer. */
  step(state: State, op: Op): State | null;
  key(state: State): string;
}

export type Verdict<Op> =
  | { readonly linearizable: true; readonly order: readonly Call<Op>[] }
  /** The longest order that could be found, and the calls of which none could come next. */
  | { readonly linearizable: false; readonly order: readonly Call<Op>[]; readonly stuck: readonly Call<Op>[] };

/**
 * Whether some order of the calls, each at one moment between its invocation and its return, is one the model allows
 * (Wing and Gong 1993, with Lowe's memory of states seen). Quick on histories that are in order; a violation may take the
 * time of all orders of the calls that overlap it.
 */
export function linearize<State, Op>(history: readonly Call<Op>[], model: Model<State, Op>): Verdict<Op> {
  const calls = history.toSorted((a, b) => (a.returned ?? Infinity) - (b.returned ?? Infinity));
  const seen = new Set<string>();
  let best: { order: Call<Op>[]; stuck: Call<Op>[] } = { order: [], stuck: [] };

  interface Frame {
    state: State;
    done: bigint;
    open: number[];
  }
  const frame = (state: State, done: bigint): Frame => ({ state, done, open: possible(calls, done) });
  const path: number[] = [];
  const frames = [frame(model.initial, 0n)];
  for (let here = frames.at(-1); here !== undefined; here = frames.at(-1)) {
    if (calls.every((call, place) => call.returned === null || (here.done >> BigInt(place)) & 1n))
      return { linearizable: true, order: path.map((place) => calls[place] as Call<Op>) };
    const place = here.open.shift();
    if (place === undefined) {
      frames.pop();
      path.pop();
      continue;
    }
    const call = calls[place] as Call<Op>;
    const state = model.step(here.state, call.op);
    if (state === null) continue;
    const done = here.done | (1n << BigInt(place));
    const mark = `${done.toString(36)} ${model.key(state)}`;
    if (seen.has(mark)) continue;
    seen.add(mark);
    path.push(place);
    frames.push(frame(state, done));
    if (path.length > best.order.length)
      best = {
        order: path.map((one) => calls[one] as Call<Op>),
        stuck: possible(calls, done).map((one) => calls[one] as Call<Op>),
      };
  }
  return { linearizable: false, ...best };
}

/** Those that may come next: invoked before any other that is left has returned. The soonest to return is tried first. */
function possible<Op>(calls: readonly Call<Op>[], done: bigint): number[] {
  const left: number[] = [];
  let soonest = Infinity;
  for (const [place, call] of calls.entries()) {
    if ((done >> BigInt(place)) & 1n) continue;
    soonest = Math.min(soonest, call.returned ?? Infinity);
    left.push(place);
  }
  return left.filter((place) => (calls[place]?.invoked ?? 0) <= soonest);
}

export type LockOp =
  | { readonly kind: 'acquire'; readonly fencing: number }
  | { readonly kind: 'release'; readonly fencing: number }
  /** A write under the fencing number, and what the database said. */
  | { readonly kind: 'write'; readonly fencing: number; readonly accepted: boolean };

interface LockState {
  readonly holder: number | null;
  readonly newest: number;
}

/**
 * One fenced lock. Numbers only rise; a write counts under the newest number and no other. Where holders may be lost (a
 * server that forgets, a process that is frozen), a new grant may come without a release; two of them may still never write.
 */
export function lockModel({ mayBeLost }: { mayBeLost: boolean }): Model<LockState, LockOp> {
  return {
    initial: { holder: null, newest: 0 },
    key: ({ holder, newest }) => `${holder ?? '-'}/${newest}`,
    step(state, op) {
      if (op.kind === 'acquire')
        return (state.holder === null || mayBeLost) && op.fencing > state.newest
          ? { holder: op.fencing, newest: op.fencing }
          : null;
      if (op.kind === 'release')
        return state.holder === op.fencing ? { ...state, holder: null } : mayBeLost ? state : null;
      return op.accepted === (op.fencing === state.newest) ? state : null;
    },
  };
}

export type VersionOp =
  | { readonly kind: 'read'; readonly version: number }
  /** A write that named the version it had read; `wrote` is the version it made, null when it was refused as stale. */
  | { readonly kind: 'write'; readonly expected: number; readonly wrote: number | null };

/** A value that is changed only by those who name its version, such as a context (domain.md 6). */
export function versionModel(first = 1): Model<number, VersionOp> {
  return {
    initial: first,
    key: String,
    step(version, op) {
      if (op.kind === 'read') return op.version === version ? version : null;
      if (op.wrote === null) return op.expected === version ? null : version;
      return op.expected === version && op.wrote === version + 1 ? op.wrote : null;
    },
  };
}

/** How many of those served had somebody still waiting who had asked before them. */
export function inversions(asked: readonly string[], served: readonly string[]): number {
  const place = new Map(asked.map((name, index) => [name, index]));
  let passed = 0;
  let earliest = Infinity;
  for (const name of served.toReversed()) {
    const own = place.get(name) ?? Infinity;
    if (earliest < own) passed += 1;
    earliest = Math.min(earliest, own);
  }
  return passed;
}
