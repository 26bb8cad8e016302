import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aTask } from './live-testing.ts';
import { pack, unpack } from './packed.ts';

const value = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.date({ noInvalidDate: true }),
  fc.array(fc.string(), { maxLength: 3 }),
  fc.record({ a: fc.integer({ max: 2, min: 0 }) }),
);
const rows = fc
  .uniqueArray(
    fc.string({ minLength: 1 }).filter((name) => name !== '__proto__'),
    { maxLength: 5 },
  )
  .chain((names) => fc.array(fc.record(Object.fromEntries(names.map((name) => [name, value]))), { maxLength: 12 }));

test('whatever is packed comes out as it was', () => {
  fc.assert(
    fc.property(rows, (all) => {
      expect(unpack(pack(all))).toEqual(all);
    }),
  );
});

test('what is the same in every row is said once, and equal records are one', () => {
  const tasks = ['a', 'b', 'c'].map((id, position) =>
    aTask({ id, key: id, position, writes: position === 1 ? ['x'] : ['y'] }),
  );
  const packed = pack(tasks);
  expect(packed.same).toMatchObject({ title: tasks[0]?.title, estimate: tasks[0]?.estimate });
  expect(Object.keys(packed.columns).toSorted()).toEqual(['id', 'key', 'position', 'writes']);
  expect(packed.columns.writes?.[0]).toBe(packed.columns.writes?.[2]);
});
