import { expect, test } from 'vitest';
import { deedOf, differencesOf } from './audit-words.ts';

test('a deed is told in words, an unknown one by its name', () => {
  expect(deedOf('session.stop')).toBe('stopped it');
  expect(deedOf('budget.limit_raised')).toBe('budget limit raised');
});

test.each([
  [null, { status: 'queued' }, [{ name: 'status', before: null, after: 'queued' }]],
  [
    { status: 'failed', kept: 1 },
    { status: 'queued', kept: 1 },
    [{ name: 'status', before: 'failed', after: 'queued' }],
  ],
  [null, { title: { from: 'a', to: 'b' } }, [{ name: 'title', before: null, after: 'a → b' }]],
  [null, 'once', [{ name: 'value', before: null, after: 'once' }]],
  [null, null, []],
])('%j became %j', (before, after, wanted) => {
  expect(differencesOf(before, after)).toEqual(wanted);
});
