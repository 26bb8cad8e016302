import { expect, test } from 'vitest';
import { holdRows } from './held-rows.ts';

const rows = (...names: string[]) => names.map((id) => ({ id, value: `${id} now` }));

test('known rows keep their places and show their new values; new ones wait', () => {
  const { rows: shown, waiting } = holdRows(rows('new', 'b', 'a'), ['a', 'b']);
  expect(shown).toEqual([
    { id: 'a', value: 'a now' },
    { id: 'b', value: 'b now' },
  ]);
  expect(waiting).toBe(1);
});

test('a row that left is gone', () => {
  expect(holdRows(rows('b'), ['a', 'b'])).toEqual({ rows: rows('b'), waiting: 0 });
});
