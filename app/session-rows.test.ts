import { expect, test } from 'vitest';
import type { SessionLine } from './session-lines.ts';
import { joinPage, once, refreshRows, toRefresh } from './session-rows.ts';

const line = (id: string, title = id) => ({ id, title }) as SessionLine;
const lines = (ids: string) => [...ids].map((id) => line(id));
const ids = (rows: readonly SessionLine[]) => rows.map((row) => row.id).join('');

test('rows stand where they stood; what is new comes after them', () => {
  expect(ids(joinPage([], lines('abc'), true))).toBe('abc');
  expect(ids(joinPage(lines('abc'), lines('nab'), true))).toBe('abcn');
  expect(joinPage(lines('a'), [line('a', 'renamed')], false)).toEqual([line('a', 'renamed')]);
});

test('a row that is gone leaves a list that fits, and stays in one that may have moved it', () => {
  expect(ids(joinPage(lines('abc'), lines('ac'), false))).toBe('ac');
  expect(ids(joinPage(lines('abc'), lines('ac'), true))).toBe('abc');
});

test('a row that was asked for again is as it is now, or gone', () => {
  const rows = refreshRows(lines('abcd'), new Set(['b', 'c']), [line('b', 'renamed')]);
  expect(ids(rows)).toBe('abd');
  expect(rows[1]?.title).toBe('renamed');
});

test('a row on two pages is shown once, where it stands first', () => {
  expect(once([line('a', 'new'), line('b'), line('a', 'old')]).map((row) => row.title)).toEqual(['new', 'b']);
});

test('asked for again is what is in sight and not on the first page', () => {
  expect(toRefresh(lines('abcdef'), lines('ab'), [1, 4])).toEqual(['c', 'd']);
  const many = Array.from({ length: 500 }, (_, n) => line(String(n)));
  expect(toRefresh(many, [], [0, 500])).toHaveLength(100);
});
