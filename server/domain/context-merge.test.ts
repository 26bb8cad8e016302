import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ContextData, mergeStrategies } from './context.ts';
import { withValue } from './context-data.ts';
import { diffOf, foldChanges, type LeafDifference, leafChanges, leavesOf } from './context-leaves.ts';
import { contextExpiry } from './context-life.ts';
import { type MergeSide, mergeContexts, widestScope } from './context-merge.ts';

const key = fc.constantFrom('a', 'b', 'c.d', 'e\\f');
const leaf = fc.oneof(fc.constant(null), fc.nat(3), fc.constantFrom('x', ''), fc.array(fc.nat(2), { maxLength: 2 }));
const { tree } = fc.letrec<{ tree: ContextData; node: unknown }>((tie) => ({
  tree: fc.dictionary(key, tie('node'), { maxKeys: 4, noNullPrototype: true }) as fc.Arbitrary<ContextData>,
  node: fc.oneof({ depthSize: 'small', withCrossShrink: true }, leaf, tie('tree')),
}));

const side = (id: string, data: ContextData, seconds: Record<string, number> = {}): MergeSide => ({
  id,
  data,
  writtenAt: (path) => new Date((seconds[path] ?? 0) * 1000),
});

/** The state after these changes; leaves that go do so before those that come. */
function applied(data: ContextData, changes: readonly LeafDifference[]): ContextData {
  let after = data;
  const leaves = leavesOf(data);
  for (const { path, ...rest } of changes) if (!('after' in rest)) leaves.delete(path);
  for (const change of changes) if ('after' in change) leaves.set(change.path, change.after);
  after = {};
  for (const [path, value] of leaves) after = withValue(after, path, value);
  return after;
}

test('applying a difference leads from one state to the other', () => {
  fc.assert(
    fc.property(tree, tree, (from, to) => {
      expect(applied(from, leafChanges(from, to))).toEqual(to);
    }),
    { numRuns: 500 },
  );
});

test('a run of changes folds into the difference of its first and last state', () => {
  fc.assert(
    fc.property(fc.array(tree, { minLength: 2, maxLength: 6 }), (states) => {
      const changes = states.slice(1).flatMap((state, at) => leafChanges(states[at] ?? {}, state));
      const inOrder = (diff: ReturnType<typeof diffOf>) => JSON.parse(JSON.stringify(diff));
      expect(inOrder(diffOf(foldChanges(changes)))).toEqual(
        inOrder(diffOf(leafChanges(states[0] ?? {}, states.at(-1) ?? {}))),
      );
    }),
    { numRuns: 300 },
  );
});

test('a state does not differ from itself, and nothing is told twice: no path in two lists, no branch beside its leaves', () => {
  fc.assert(
    fc.property(tree, tree, (from, to) => {
      expect(leafChanges(from, structuredClone(from))).toEqual([]);
      const diff = diffOf(leafChanges(from, to));
      const lists = [diff.added, diff.removed, diff.changed].map((list) => Object.keys(list));
      expect(new Set(lists.flat()).size).toBe(lists.flat().length);
      for (const paths of lists)
        for (const path of paths) expect(paths.filter((other) => other.startsWith(`${path}.`))).toEqual([]);
      expect(Object.keys(diff.removed).every((path) => leavesOf(from).has(path))).toBe(true);
      expect(Object.keys(diff.added).every((path) => leavesOf(to).has(path))).toBe(true);
    }),
  );
});

test('null is a value: it is added, changed and removed like any other', () => {
  expect(diffOf(leafChanges({ a: null, b: 1 }, { b: null, c: null }))).toEqual({
    added: { c: null },
    removed: { a: null },
    changed: { b: { before: 1, after: null } },
  });
});

test.each(mergeStrategies)('%s of equal contexts is the context, without a conflict', (strategy) => {
  fc.assert(
    fc.property(tree, (data) => {
      const merged = mergeContexts(side('1', data), [side('2', structuredClone(data))], strategy);
      expect(merged).toEqual({ data, conflicts: [] });
    }),
  );
});

test.each(mergeStrategies)(
  '%s keeps every leaf nobody disagrees on, and takes each other one from somebody',
  (strategy) => {
    fc.assert(
      fc.property(tree, tree, (one, two) => {
        const { data, conflicts } = mergeContexts(side('1', one), [side('2', two)], strategy);
        const disputed = new Set(conflicts.map(({ path }) => path));
        expect(disputed.size).toBe(conflicts.length);
        for (const conflict of conflicts) {
          expect(Object.keys(conflict.values)).toHaveLength(2);
          expect(conflict.chosen === null).toBe(strategy === 'manual');
        }
        const merged = leavesOf(data);
        for (const [path, value] of [...leavesOf(one), ...leavesOf(two)]) {
          const within = [...disputed].some((place) => path === place || path.startsWith(`${place}.`));
          const filled = [...merged.keys()].some((other) => other.startsWith(`${path}.`));
          if (!within && !filled) expect(merged.get(path)).toEqual(value);
        }
      }),
    );
  },
);

const target = side('t', { same: 1, own: 't', both: 't', shape: 1, list: [1] }, { both: 20, shape: 5, list: 1 });
const source = side(
  's',
  { same: 1, other: 's', both: 's', shape: { x: 1, y: 2 }, list: [1, 2] },
  { both: 10, 'shape.x': 6 },
);
const undisputed = { same: 1, own: 't', other: 's' };

test.each([
  ['last_write_wins', { both: 't', shape: { x: 1, y: 2 }, list: [1] }, { both: 't', shape: 's', list: 't' }],
  ['deep_merge', { both: 't', shape: 1, list: [1] }, { both: 't', shape: 't', list: 't' }],
  ['prefer_source', { both: 's', shape: { x: 1, y: 2 }, list: [1, 2] }, { both: 's', shape: 's', list: 's' }],
  ['prefer_target', { both: 't', shape: 1, list: [1] }, { both: 't', shape: 't', list: 't' }],
] as const)('%s settles each conflict its own way and says so', (strategy, settled, chosen) => {
  const merged = mergeContexts(target, [source], strategy);
  expect(merged.data).toEqual({ ...undisputed, ...settled });
  expect(Object.fromEntries(merged.conflicts.map((one) => [one.path, one.chosen]))).toEqual(chosen);
  expect(merged.conflicts.find(({ path }) => path === 'shape')?.values).toEqual({ t: 1, s: { x: 1, y: 2 } });
});

test('where only sources disagree, deep_merge keeps the first, prefer_target and prefer_source take the last', () => {
  const sides = [side('1', { k: 1 }), side('2', { k: 2 })];
  const of = (strategy: (typeof mergeStrategies)[number]) => mergeContexts(side('t', {}), sides, strategy).data.k;
  expect([of('deep_merge'), of('prefer_target'), of('prefer_source')]).toEqual([1, 2, 2]);
});

test('manual chooses nothing by itself, takes what a resolution names, and no side that has nothing to say there', () => {
  const open = mergeContexts(target, [source], 'manual', { both: 's', shape: 'nobody' });
  expect(open.data.both).toBe('s');
  expect(open.conflicts.map(({ path, chosen }) => [path, chosen])).toEqual([
    ['both', 's'],
    ['shape', null],
    ['list', null],
  ]);
});

test('a key inherited by every object is no resolution', () => {
  const { conflicts } = mergeContexts(side('1', { toString: 1 }), [side('2', { toString: 2 })], 'manual', {});
  expect(conflicts).toMatchObject([{ path: 'toString', chosen: null }]);
});

test('the merged scope is the most permissive', () => {
  expect(widestScope(['temporary', 'agent', 'session'])).toBe('agent');
  expect(widestScope(['session', 'global'])).toBe('global');
  expect(widestScope(['temporary', 'temporary'])).toBe('temporary');
});

test('each scope expires in its own way', () => {
  const at = (text: string) => new Date(text);
  const times = { now: at('2026-01-03T00:00:00Z'), createdAt: at('2026-01-02T23:30:00Z'), sessionEndedAt: null };
  expect(contextExpiry('temporary', times)).toEqual(at('2026-01-03T00:30:00Z'));
  expect(contextExpiry('session', times)).toBeNull();
  expect(contextExpiry('session', { ...times, sessionEndedAt: at('2026-01-02T12:00:00Z') })).toEqual(
    at('2026-01-03T12:00:00Z'),
  );
  expect(contextExpiry('agent', times)).toEqual(at('2026-01-10T00:00:00Z'));
  expect(contextExpiry('global', times)).toBeNull();
});
