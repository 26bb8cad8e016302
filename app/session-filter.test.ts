import { expect, test } from 'vitest';
import { filterFrom, toggled } from './session-filter.ts';

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
