import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ContextData } from './context.ts';
import { assertContextData, valueAt, withoutValue, withValue } from './context-data.ts';
import { formatPath, parsePath, pathsTouch } from './context-path.ts';
import { errorCodeOf } from './errors.ts';

const key = fc
  .string({ minLength: 1, maxLength: 8 })
  .filter((text) => !['__proto__', 'prototype', 'constructor'].includes(text) && !text.includes('\0'));

function issueOf(work: () => unknown): { path: string; message: string } {
  try {
    work();
  } catch (error) {
    expect(errorCodeOf(error)).toBe('INVALID');
    const [issue] = (error as { details: { path: string; message: string }[] }).details;
    if (issue) return issue;
  }
  throw new Error('It was not refused');
}

test('a path and its keys lead to each other, whatever dots and backslashes they hold', () => {
  fc.assert(
    fc.property(fc.array(key, { minLength: 1, maxLength: 20 }), (keys) => {
      expect(parsePath(formatPath(keys))).toEqual(keys);
    }),
  );
  expect(formatPath(['a.b', 'c\\d', 'e'])).toBe('a\\.b.c\\\\d.e');
  expect(parsePath('v1\\.2.x')).toEqual(['v1.2', 'x']);
});

test.each([
  '',
  '.',
  'a.',
  '.a',
  'a..b',
  'a\\',
  'a\\b',
  '__proto__.x',
  'a.constructor',
  'x.prototype',
  `${'a.'.repeat(20)}a`,
])('the path %j is refused and named', (path) => {
  expect(issueOf(() => parsePath(path)).path).toBe(path.slice(0, 200));
});

test('paths touch when one is the other or above it, not when they only begin alike', () => {
  expect([pathsTouch('a.b', 'a.b'), pathsTouch('a', 'a.b'), pathsTouch('a.b.c', 'a.b')]).toEqual([true, true, true]);
  expect([pathsTouch('a.b', 'a.bc'), pathsTouch('ab', 'a.b')]).toEqual([false, false]);
});

test('what is set is there, null too, and everything else is as it was', () => {
  const data: ContextData = { a: { b: 1, c: [1, 2] }, d: null };
  const set = withValue(data, 'a.e.f', null);
  expect(set).toEqual({ a: { b: 1, c: [1, 2], e: { f: null } }, d: null });
  expect(data).toEqual({ a: { b: 1, c: [1, 2] }, d: null });
  expect(valueAt(set, 'a.e.f')).toEqual({ present: true, value: null });
  expect(valueAt(set, 'd')).toEqual({ present: true, value: null });
  expect(valueAt(set, 'a.x')).toEqual({ present: false, value: undefined });
  expect(valueAt(set, 'a.toString').present).toBe(false);
  expect(withValue(data, 'a', 5)).toEqual({ a: 5, d: null });
});

test.each([
  [{ a: { b: 'npm' } }, 'a.b.c', 'a.b', 'the text "npm"'],
  [{ a: 3 }, 'a.b.c', 'a', 'the number 3'],
  [{ a: null }, 'a.b', 'a', 'null'],
  [{ 'x.y': { list: [1, 2] } }, 'x\\.y.list.0', 'x\\.y.list', 'a list of 2'],
])('below a scalar or list nothing is set: %j at %s', (data, path, place, kind) => {
  const issue = issueOf(() => withValue(data, path, 1));
  expect(issue).toEqual({ path, message: `Nothing can be set below ${place}: ${kind} stands there` });
});

test('what is unset is gone with the branches it leaves empty; absence stays absence', () => {
  expect(withoutValue({ a: { b: { c: 1 } }, d: 1 }, 'a.b.c')).toEqual({ d: 1 });
  expect(withoutValue({ a: { b: 1, c: 2 } }, 'a.b')).toEqual({ a: { c: 2 } });
  const data = { a: 1 };
  expect(withoutValue(data, 'a.b')).toBe(data);
});

test('setting and unsetting a new place comes back to the start', () => {
  fc.assert(
    fc.property(
      fc.dictionary(key, fc.jsonValue({ maxDepth: 2 })),
      fc.array(key, { minLength: 1, maxLength: 5 }),
      (data, keys) => {
        const path = formatPath(['fresh place', ...keys]);
        expect(withoutValue(withValue(data, path, null), path)).toEqual(data);
      },
    ),
  );
});

const deep = (levels: number): unknown => (levels === 0 ? 1 : { a: deep(levels - 1) });

test('data within the limits is taken: 20 levels, 5,000 leaves, 1 MB', () => {
  assertContextData(deep(20));
  assertContextData(Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`k${at}`, at])));
  assertContextData({ text: 'é'.repeat(499_990) });
});

test.each<[string, unknown, string, RegExp]>([
  ['21 levels', deep(21), `${'a.'.repeat(20)}a`, /20 deep/],
  ['lists nested too deep', { a: JSON.parse('['.repeat(25) + ']'.repeat(25)) }, `a${'[0]'.repeat(20)}`, /20 deep/],
  ['5,001 leaves', Object.fromEntries(Array.from({ length: 5_001 }, (_, at) => [`k${at}`, {}])), 'data', /5001/],
  ['more than 1 MB', { text: 'é'.repeat(500_001) }, 'data', /1000000 bytes/],
  ['a prototype key', JSON.parse('{"a":{"__proto__":{"polluted":true}}}'), 'a', /__proto__/],
  ['a key inside a list', { list: [{ constructor: 1 }] }, 'list[0]', /constructor/],
  ['an empty key', { a: { '': 1 } }, 'a', /empty/],
  ['a list', [], 'data', /object/],
  ['a NUL', { a: 'x\0' }, 'a', /stored/],
])('data with %s is refused at its place', (_, data, path, message) => {
  const issue = issueOf(() => assertContextData(data));
  expect(issue.path).toBe(path);
  expect(issue.message).toMatch(message);
});
