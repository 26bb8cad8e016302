import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Call,
  linearizable,
  type RegisterInput,
  type RegisterOutput,
  settled,
  versionedRegister,
} from './linearizability.ts';

type RegisterCall = Call<RegisterInput, RegisterOutput>;

const call = (began: number, ended: number, input: RegisterInput, output: RegisterOutput | null): RegisterCall => ({
  by: `client ${began}`,
  began,
  ended,
  input,
  output,
});
const write = (value: string, seen?: number): RegisterInput => ({ do: 'write', value, seen });
const read: RegisterInput = { do: 'read' };
const at = (version: number, value: string | null): RegisterOutput => ({ version, value });
const holds = (calls: readonly RegisterCall[]) => linearizable(calls, versionedRegister()).linearizable;

test('two writes at once may have come in either order, and a read beside them may see either side', () => {
  const two = [call(1, 5, write('a'), at(3, 'a')), call(2, 4, write('b'), at(2, 'b'))];
  expect(holds(two)).toBe(true);
  for (const seen of [at(1, null), at(2, 'b'), at(3, 'a')]) expect(holds([...two, call(1, 9, read, seen)])).toBe(true);
  expect(holds([...two, call(1, 9, read, at(2, 'a'))])).toBe(false);
});

test.each<[string, RegisterCall[]]>([
  ['a lost write', [call(1, 2, write('a'), at(2, 'a')), call(3, 4, read, at(1, null))]],
  [
    'a stale read',
    [call(1, 2, write('a'), at(2, 'a')), call(3, 4, write('b'), at(3, 'b')), call(5, 6, read, at(2, 'a'))],
  ],
  ['a version given twice', [call(1, 4, write('a', 1), at(2, 'a')), call(2, 3, write('b', 1), at(2, 'b'))]],
  ['a version left out', [call(1, 2, write('a'), at(3, 'a'))]],
  ['a refusal without reason', [call(1, 2, write('a', 1), 'conflict')]],
  ['a stale writer that was let in', [call(1, 2, write('a'), at(2, 'a')), call(3, 4, write('b', 1), at(3, 'b'))]],
  [
    'a write that comes undone',
    [call(1, 2, write('a'), at(2, 'a')), call(3, 4, read, at(2, 'a')), call(5, 6, read, at(1, null))],
  ],
])('%s is found', (_, calls) => {
  expect(holds(calls)).toBe(false);
});

test('a call whose answer was lost may have counted, late or never, but not both', () => {
  const lost = call(1, 2, write('a'), null);
  expect(holds([lost, call(3, 4, read, at(1, null))])).toBe(true);
  expect(holds([lost, call(3, 4, read, at(2, 'a'))])).toBe(true);
  expect(holds([lost, call(3, 4, read, at(1, null)), call(5, 6, read, at(2, 'a'))])).toBe(true);
  expect(holds([lost, call(3, 4, read, at(2, 'a')), call(5, 6, read, at(1, null))])).toBe(false);
});

test('a failure names the order that went furthest and what does not fit after it', () => {
  const verdict = linearizable([call(1, 2, write('a'), at(2, 'a')), call(3, 4, read, at(7, 'x'))], versionedRegister());
  expect(verdict).toMatchObject({ linearizable: false, order: [{ began: 1 }], stuck: [{ began: 3 }] });
});

/** Calls that a real register answered, each at one moment inside its span; some answers are lost. */
const honest = fc
  .array(
    fc.record({
      moment: fc.integer({ min: 0, max: 60 }),
      before: fc.integer({ min: 0, max: 6 }),
      after: fc.integer({ min: 0, max: 6 }),
      how: fc.constantFrom('read', 'write', 'compare', 'lost'),
    }),
    { maxLength: 24 },
  )
  .map((plan) => {
    let state = { version: 1, value: null as string | null };
    const sorted = plan
      .map((one, index) => ({ ...one, order: one.moment + index / 100 }))
      .sort((a, b) => a.order - b.order);
    return sorted.map(({ order, before, after, how }, index): RegisterCall => {
      const span = [order - before, order + after] as const;
      if (how === 'read') return call(...span, read, at(state.version, state.value));
      const seen = how === 'compare' ? Math.max(1, state.version - (index % 3)) : undefined;
      const input = write(`value ${index}`, seen);
      if (seen !== undefined && seen !== state.version) return call(...span, input, 'conflict');
      state = { version: state.version + 1, value: `value ${index}` };
      return call(...span, input, how === 'lost' ? null : at(state.version, state.value));
    });
  });

test('whatever an honest register answered is accepted', () => {
  fc.assert(
    fc.property(honest, (calls) => holds(calls)),
    { numRuns: 300 },
  );
});

test('one answer bent by a version is refused', () => {
  fc.assert(
    fc.property(honest, fc.nat(), (calls, pick) => {
      const written = calls.filter(
        ({ input, output }) => input.do === 'write' && output !== null && output !== 'conflict',
      );
      fc.pre(written.length > 0);
      const bent = written[pick % written.length];
      const highest = calls.length + 2;
      // A version beyond every write there was: no order can explain it.
      const value = bent?.input.do === 'write' ? bent.input.value : '';
      return !holds(calls.map((one) => (one === bent ? { ...one, output: at(highest, value) } : one)));
    }),
    { numRuns: 200 },
  );
});

test('ten thousand calls of three callers, some of them lost, are judged in a moment', () => {
  let state = { version: 1, value: null as string | null };
  const calls = Array.from({ length: 10_000 }, (_, index): RegisterCall => {
    const span = [index * 2, index * 2 + 5] as const;
    if (index % 3 === 0) return call(...span, read, at(state.version, state.value));
    const lost = index % 500 === 1;
    if (lost && index % 1000 === 1) return call(...span, write(`lost ${index}`), null);
    state = { version: state.version + 1, value: `value ${index}` };
    return call(...span, write(`value ${index}`), lost ? null : at(state.version, state.value));
  });
  const began = performance.now();
  expect(holds(calls)).toBe(true);
  expect(performance.now() - began).toBeLessThan(10_000);
});

test('what others saw of a call without an answer tells what it did, and the rest only what it may have done', () => {
  const seen = call(1, 2, write('a'), null);
  const unseen = call(1, 2, write('b'), null);
  const stale = call(3, 4, write('c', 1), null);
  const reads = [call(5, 6, read, at(2, 'a'))];
  expect(settled([seen, unseen, stale, call(3, 4, read, null), ...reads])).toEqual([
    { ...seen, output: at(2, 'a'), ended: Number.POSITIVE_INFINITY },
    ...reads,
  ]);
  const later = call(7, 8, read, at(4, 'd'));
  expect(settled([seen, unseen, stale, ...reads, later])).toContain(unseen);
});

test('a long history with hundreds of lost answers is judged, whole or with one lie in it', () => {
  const calls: RegisterCall[] = [];
  let state = at(1, null) as Exclude<RegisterOutput, 'conflict'>;
  for (let n = 0; n < 3_000; n += 1) {
    const lost = n % 6 === 0;
    const effect = n % 12 === 0 || !lost;
    if (n % 2 === 0 && effect) state = { version: state.version + 1, value: `v${n}` };
    const span = [n - 4, n + 4] as const;
    if (n % 2 === 0) calls.push(call(...span, write(`v${n}`), lost ? null : state));
    else calls.push(call(...span, read, state));
  }
  const judged = (history: RegisterCall[]) => linearizable(settled(history), versionedRegister()).linearizable;
  expect(judged(calls)).toBe(true);
  const lie = calls.map((one, n) => (n === 2_001 ? { ...one, output: at(7, 'never') } : one));
  expect(judged(lie)).toBe(false);
});

test('what is settled first is judged as the whole history would be, true or bent', () => {
  const bent = fc.tuple(honest, fc.nat(), fc.constantFrom(null, -1, 1)).map(([calls, pick, by]) => {
    const one = calls[pick % Math.max(1, calls.length)];
    const output = one?.output;
    if (by === null || output === null || output === undefined || output === 'conflict') return calls;
    return calls.map((kept) => (kept === one ? { ...one, output: at(output.version + by, output.value) } : kept));
  });
  fc.assert(
    fc.property(bent, (calls) => holds(settled(calls)) === holds(calls)),
    { numRuns: 500 },
  );
});
