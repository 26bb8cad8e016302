import { expect, test } from 'vitest';
import { proofStands, weightyActions } from './weighty.ts';

const given = new Date('2026-11-28T10:00:00.000Z');

test.each([
  ['at once', 0, true],
  ['a moment before fifteen minutes', 15 * 60_000 - 1, true],
  ['after fifteen minutes', 15 * 60_000, false],
  ['a day later', 86_400_000, false],
])('a proof looked at %s', (_, after, stands) => {
  expect(proofStands(given, new Date(given.getTime() + after))).toBe(stands);
});

test('each weighty action has words that end the sentence', () => {
  for (const words of Object.values(weightyActions)) expect(words).toMatch(/^[a-z].*[a-z]$/);
});
