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
  const all = [...calls].sort((a, b) => a.began - b.began);
  const endOf = (call: Call<Input, Output>) => (call.output === null ? Number.POSITIVE_INFINITY : call.ended);
  const known = all.reduce((count, { output }) => count + (output === null ? 0 : 1), 0);
  const seen = new Set<string>();
  const done = new Array<boolean>(all.length).fill(false);
  const order: number[] = [];
  let longest: number[] = [];

  function search(state: State, explained: number): boolean {
    if (explained === known) return true;
    const place = `${done.map(Number).join('')} ${model.key(state)}`;
    if (seen.has(place)) return false;
    seen.add(place);
    // Whatever comes next began before the first of the remaining ones had ended.
    const firstEnd = all.reduce((end, call, at) => (done[at] ? end : Math.min(end, endOf(call))), Infinity);
    for (const [at, call] of all.entries()) {
      if (done[at]) continue;
      if (call.began > firstEnd) break;
      const next = model.apply(state, call.input, call.output);
      if (next === null) continue;
      done[at] = true;
      order.push(at);
      if (order.length > longest.length) longest = [...order];
      if (search(next, explained + (call.output === null ? 0 : 1))) return true;
      order.pop();
      done[at] = false;
    }
    return false;
  }

  if (search(model.initial, 0)) return { linearizable: true };
  const placed = new Set(longest);
  const pick = (at: number) => all[at] as Call<Input, Output>;
  return {
    linearizable: false,
    order: longest.map(pick),
    stuck: all.filter((call, at) => !placed.has(at) && call.output !== null).slice(0, 5),
  };
}

export type RegisterInput =
  | { readonly do: 'read' }
  /** Sets the value, only if the version is `seen` where that is given. */
  | { readonly do: 'write'; readonly value: string; readonly seen?: number | undefined };

export type RegisterOutput =
  | { readonly version: number; readonly value: string | null }
  /** Refused: the version was another one. */
  | 'conflict';

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
