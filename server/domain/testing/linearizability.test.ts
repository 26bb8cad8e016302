import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Call,
  inversions,
  type LockOp,
  linearize,
  lockModel,
  type VersionOp,
  versionModel,
} from './linearizability.ts';

/** A history in which each call takes effect at its place in the list, and overlaps its neighbours at random. */
function overlapping<Op>(ops: readonly Op[]): fc.Arbitrary<Call<Op>[]> {
  return fc.array(fc.tuple(fc.nat(30), fc.nat(30)), { minLength: ops.length, maxLength: ops.length }).map((spans) =>
    ops.map((op, place) => {
      const [before = 0, after = 0] = spans[place] ?? [];
      return { process: `p${place}`, op, invoked: place * 10 - before, returned: place * 10 + after };
    }),
  );
}

/** Turns of a lock: acquire, some writes, release; numbers rise, with gaps. */
const turns = fc.array(fc.record({ gap: fc.integer({ min: 1, max: 3 }), writes: fc.nat(2) }), {
  minLength: 2,
  maxLength: 8,
});

function opsOf(steps: readonly { gap: number; writes: number }[]): LockOp[] {
  let fencing = 0;
  return steps.flatMap(({ gap, writes }) => {
    fencing += gap;
    const write: LockOp = { kind: 'write', fencing, accepted: true };
    return [
      { kind: 'acquire', fencing },
      ...Array.from({ length: writes }, () => write),
      { kind: 'release', fencing },
    ] as LockOp[];
  });
}

const lockHistory = turns.chain((steps) => overlapping(opsOf(steps)));

test('whatever a lock could have done is taken for good, however the calls overlap', () => {
  fc.assert(
    fc.property(lockHistory, (history) => {
      expect(linearize(history, lockModel({ mayBeLost: false })).linearizable).toBe(true);
      expect(linearize(history, lockModel({ mayBeLost: true })).linearizable).toBe(true);
    }),
  );
});

/** The calls of an order, each clearly after the one before. */
const spaced = <Op>(ops: readonly Op[]): Call<Op>[] =>
  ops.map((op, place) => ({ process: 'p', op, invoked: place * 10, returned: place * 10 + 1 }));

test('every planted violation is found: two holders, a number twice or falling, an old write taken, a new one refused', () => {
  fc.assert(
    fc.property(turns, fc.nat(), (steps, at) => {
      const ops = opsOf(steps);
      const acquires = ops.flatMap((op, place) => (op.kind === 'acquire' ? [place] : []));
      const second = acquires[1 + (at % (acquires.length - 1))] ?? 0;
      const first = ops[acquires[acquires.indexOf(second) - 1] ?? 0] as LockOp;
      const own = ops[second] as LockOp;
      const strict = lockModel({ mayBeLost: false });
      const fenced = lockModel({ mayBeLost: true });
      const planted = (...more: LockOp[]) => spaced(ops.toSpliced(second + 1, 0, ...more));

      const unreleased = spaced(ops.filter((op) => !(op.kind === 'release' && op.fencing === first.fencing)));
      expect(linearize(unreleased, strict).linearizable).toBe(false);
      expect(linearize(unreleased, fenced).linearizable).toBe(true);
      const again = spaced(ops.toSpliced(second, 1, { kind: 'acquire', fencing: first.fencing }));
      expect(linearize(again, fenced).linearizable).toBe(false);
      const old = linearize(planted({ kind: 'write', fencing: first.fencing, accepted: true }), fenced);
      expect(old.linearizable).toBe(false);
      // The verdict names the culprit.
      if (!old.linearizable)
        expect(old.stuck.map(({ op }) => op)).toContainEqual({ kind: 'write', fencing: first.fencing, accepted: true });
      expect(linearize(planted({ kind: 'write', fencing: own.fencing, accepted: false }), fenced).linearizable).toBe(
        false,
      );
      expect(linearize(planted({ kind: 'write', fencing: first.fencing, accepted: false }), fenced).linearizable).toBe(
        true,
      );
    }),
  );
});

test('a call that never came back may have happened or not, but not before it was made', () => {
  const acquire: LockOp = { kind: 'acquire', fencing: 1 };
  const write: LockOp = { kind: 'write', fencing: 1, accepted: true };
  const model = lockModel({ mayBeLost: false });
  const history = (invoked: number): Call<LockOp>[] => [
    { process: 'a', op: acquire, invoked, returned: null },
    { process: 'b', op: write, invoked: 5, returned: 6 },
  ];
  expect(linearize(history(0), model).linearizable).toBe(true);
  expect(linearize(history(7), model).linearizable).toBe(false);
  expect(linearize(history(0).slice(0, 1), model).linearizable).toBe(true);
});

test('versions: each write follows the one it names, and a stale read or a lost update is found', () => {
  const random = fc.array(fc.constantFrom('read', 'write', 'stale'), { minLength: 1, maxLength: 12 }).map((kinds) => {
    let version = 1;
    return kinds.map((kind): VersionOp => {
      if (kind === 'read') return { kind: 'read', version };
      if (kind === 'stale') return { kind: 'write', expected: version - 1, wrote: null };
      version += 1;
      return { kind: 'write', expected: version - 1, wrote: version };
    });
  });
  fc.assert(fc.property(random.chain(overlapping), (history) => linearize(history, versionModel()).linearizable));
  const two: VersionOp = { kind: 'write', expected: 1, wrote: 2 };
  expect(linearize(spaced([two, two]), versionModel()).linearizable).toBe(false);
  expect(linearize(spaced<VersionOp>([two, { kind: 'read', version: 1 }]), versionModel()).linearizable).toBe(false);
  expect(
    linearize(spaced<VersionOp>([two, { kind: 'write', expected: 2, wrote: null }]), versionModel()).linearizable,
  ).toBe(false);
});

test('inversions count who was served before one that had asked earlier', () => {
  expect(inversions(['a', 'b', 'c'], ['a', 'b', 'c'])).toBe(0);
  expect(inversions(['a', 'b', 'c'], ['c', 'a', 'b'])).toBe(1);
  expect(inversions(['a', 'b', 'c'], ['c', 'b', 'a'])).toBe(2);
});
