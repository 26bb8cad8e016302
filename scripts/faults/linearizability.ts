/** One call as its caller saw it; moments on one clock, in any unit. */
export interface Call<Input, Output> {
  readonly by: string;
  readonly input: Input;
  /** Null when nobody knows: it may have had its effect at any moment after it began, or never. */
  readonly output: Output | null;
  readonly began: number;
  readonly ended: number;
}

/** What the thing does when its calls come one at a time. */
export interface Model<State, Input, Output> {
  readonly initial: State;
  /**
   * The state afterwards, or null when that call cannot have brought that output in this state. An unknown output
   * (null) asks for the state if the call had its effect.
   */
  apply(state: State, input: Input, output: Output | null): State | null;
  /** Equal for equal states. */
  key(state: State): string;
}

export type Verdict<Input, Output> =
  | { readonly linearizable: true }
  /** The longest order that was found, and the calls that fit nowhere after it. */
  | { readonly linearizable: false; readonly order: Call<Input, Output>[]; readonly stuck: Call<Input, Output>[] };

/**
 * Whether some order of the calls explains every output and puts no call before one that had ended when it began
 * (Wing and Gong 1993, with the states seen for a set of calls remembered as Lowe 2017 does). Give it the calls of one
 * key: keys are independent, and the search is exponential in what overlaps.
 */
export function linearizable<State, Input, Output>(
  calls: readonly Call<Input, Output>[],
  model: Model<State, Input, Output>,
): Verdict<Input, Output> {
  const byBegin = [...calls].sort((a, b) => a.began - b.began);
  const known = byBegin.filter(({ output }) => output !== null);
  const unknown = byBegin.filter(({ output }) => output === null);
  const done = new Set<Call<Input, Output>>();
  const seen = new Set<string>();
  const order: Step<State, Input, Output>[] = [];
  let longest: Call<Input, Output>[] = [];
  /** Every known call before this one is placed. */
  let base = 0;

  /** What may come next: whatever began before the first of the remaining known calls had ended. */
  function candidates(): Call<Input, Output>[] {
    const found: Call<Input, Output>[] = [];
    let firstEnd = Number.POSITIVE_INFINITY;
    for (let at = base; at < known.length; at += 1) {
      const call = known[at] as Call<Input, Output>;
      if (call.began > firstEnd) break;
      if (done.has(call)) continue;
      found.push(call);
      firstEnd = Math.min(firstEnd, call.ended);
    }
    const possible = found.filter(({ began }) => began <= firstEnd);
    return [...possible, ...unknown.filter((call) => call.began <= firstEnd && !done.has(call))];
  }

  /** What is placed beyond the base, and the state: seen once, it need not be searched again. */
  function place(state: State): string {
    const late = unknown.flatMap((call, at) => (done.has(call) ? [at] : []));
    const beyond: number[] = [];
    for (let at = base; beyond.length < done.size - base - late.length; at += 1)
      if (done.has(known[at] as Call<Input, Output>)) beyond.push(at);
    return `${base} ${beyond.join()} ${late.join()} ${model.key(state)}`;
  }

  let state = model.initial;
  let open = candidates();
  for (;;) {
    if (base === known.length) return { linearizable: true };
    const call = open.shift();
    if (call === undefined) {
      if (order.length > longest.length) longest = order.map((step) => step.call);
      const last = order.pop();
      if (last === undefined) break;
      done.delete(last.call);
      ({ state, base, open } = last);
      continue;
    }
    const next = model.apply(state, call.input, call.output);
    if (next === null) continue;
    // A known call that changes nothing can be put first in whatever order may follow: nothing else need be tried.
    const harmless = call.output !== null && model.key(next) === model.key(state);
    order.push({ call, state, base, open: harmless ? [] : open });
    done.add(call);
    while (base < known.length && done.has(known[base] as Call<Input, Output>)) base += 1;
    state = next;
    const here = place(state);
    open = seen.has(here) ? [] : candidates();
    seen.add(here);
  }
  const placed = new Set(longest);
  return { linearizable: false, order: longest, stuck: known.filter((call) => !placed.has(call)).slice(0, 5) };
}

/** One call that was placed, and where the search stood before it. */
interface Step<State, Input, Output> {
  readonly call: Call<Input, Output>;
  readonly state: State;
  readonly base: number;
  readonly open: Call<Input, Output>[];
}

export type RegisterInput =
  | { readonly do: 'read' }
  /** Sets the value, only if the version is `seen` where that is given. */
  | { readonly do: 'write'; readonly value: string; readonly seen?: number | undefined };

export type RegisterOutput =
  | { readonly version: number; readonly value: string | null }
  /** Refused: the version was another one. */
  | 'conflict';

/**
 * The calls whose outcome can matter, with what others saw of them told: a read nobody heard the answer of says
 * nothing; a write whose value was seen had its effect, at that version; one that was never seen can only fill a
 * version that nobody saw either, but that a newer one or a refusal asks for, and is left out where there is none. It answers the same as the whole history would,
 * and spares the search every choice the versions have already made.
 */
export function settled(calls: readonly Call<RegisterInput, RegisterOutput>[]): Call<RegisterInput, RegisterOutput>[] {
  const versions = new Map<string, number>();
  const seen = new Set<number>([1]);
  for (const { output } of calls)
    if (output !== null && output !== 'conflict') {
      seen.add(output.version);
      if (output.value !== null) versions.set(output.value, output.version);
    }
  const newest = [...seen].reduce((most, version) => Math.max(most, version));
  // Who was refused for having seen the newest version saw that there was one more.
  const refusedAfter = calls.some(
    ({ input, output }) => output === 'conflict' && input.do === 'write' && (input.seen ?? 0) >= newest,
  );
  const last = refusedAfter ? newest + 1 : newest;
  const gap = (version: number) => version <= last && !seen.has(version);
  const gaps = last > seen.size;
  return calls.flatMap((call) => {
    const { input, output } = call;
    if (output !== null) return [call];
    if (input.do === 'read') return [];
    const version = versions.get(input.value);
    if (version !== undefined)
      return [{ ...call, output: { version, value: input.value }, ended: Number.POSITIVE_INFINITY }];
    return gaps && (input.seen === undefined || gap(input.seen + 1)) ? [call] : [];
  });
}

interface Register {
  readonly version: number;
  readonly value: string | null;
}

/** One versioned value, read, written and compared-and-set: a key of a context. Every write has a value of its own. */
export function versionedRegister(
  initial: Register = { version: 1, value: null },
): Model<Register, RegisterInput, RegisterOutput> {
  return {
    initial,
    key: ({ version, value }) => `${version} ${value}`,
    apply(state, input, output) {
      if (input.do === 'read') {
        if (output === null) return state;
        return output !== 'conflict' && output.version === state.version && output.value === state.value ? state : null;
      }
      const fits = input.seen === undefined || input.seen === state.version;
      if (output === 'conflict') return fits ? null : state;
      if (!fits) return null;
      const next = { version: state.version + 1, value: input.value };
      return output === null || (output.version === next.version && output.value === next.value) ? next : null;
    },
  };
}
