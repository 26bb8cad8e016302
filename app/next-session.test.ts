import { expect, test } from 'vitest';
import { nextSlug } from './next-session.ts';

test.each([
  [[], null, null],
  [['IND-1', 'IND-2'], null, 'IND-1'],
  [['IND-1', 'IND-2'], 'IND-1', 'IND-2'],
  [['IND-1', 'IND-2'], 'ind-2', 'IND-1'],
  [['IND-1', 'IND-2'], 'IND-9', 'IND-1'],
  [['IND-1'], 'IND-1', 'IND-1'],
] as const)('of %j after %s comes %s', (waiting, after, next) => {
  expect(nextSlug(waiting, after)).toBe(next);
});
