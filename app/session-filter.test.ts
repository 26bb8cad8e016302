import { expect, test } from 'vitest';
import { filterFrom, narrows, searchOf, toggled } from './session-filter.ts';

test('an address holds the filter; what it does not know is left out', () => {
  const params = new URLSearchParams(
    'status=failed&status=nonsense&status=running&attention=question&q=%20ledger%20&sort=oldest',
  );
  expect(filterFrom(params)).toEqual({
    status: ['running', 'failed'],
    attention: ['question'],
    q: 'ledger',
    sort: 'oldest',
  });
  expect(filterFrom(new URLSearchParams('sort=toString'))).toEqual({ sort: 'attention' });
});

test('a chip switches its own value and leads to the first page', () => {
  expect(toggled('status=failed&q=x&cursor=abc', 'status', 'running')).toBe('?q=x&status=failed&status=running');
  expect(toggled('status=failed&status=running', 'status', 'failed')).toBe('?status=running');
});

test('a filter has one address, and the address gives it back', () => {
  const filter = filterFrom(
    new URLSearchParams(
      'q=wrap&tag=api&tag=api&tag=%20&owner=11111111-2222-4333-8444-555555555555&priority=9&priority=0&ended=day&sort=changed&cursor=x',
    ),
  );
  expect(filter).toEqual({
    q: 'wrap',
    tag: ['api'],
    createdBy: '11111111-2222-4333-8444-555555555555',
    priority: [0],
    ended: 'day',
    sort: 'changed',
  });
  expect(filterFrom(new URLSearchParams(searchOf(filter)))).toEqual(filter);
  expect(searchOf(filterFrom(new URLSearchParams('sort=attention&owner=me')))).toBe('?');
});

test('an order alone leaves nothing out', () => {
  expect(narrows({ sort: 'newest' })).toBe(false);
  expect(narrows({ sort: 'newest', q: 'x' })).toBe(true);
});
