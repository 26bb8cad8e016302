import { expect, test } from 'vitest';
import { type AttemptStatus, assertAttemptMove, attemptEnded, attemptStatuses, canMoveAttempt } from './attempt.ts';

// Columns in the order of attemptStatuses.
const table: Record<AttemptStatus, string> = {
  //           s r w v S f a l p
  starting: '  . x . . . x x x x',
  running: '   . . x x . x x x x',
  waiting: '   . x . x . x x x x',
  verifying: ' . . . . x x x x x',
  succeeded: ' . . . . . . . . .',
  failed: '    . . . . . . . . .',
  aborted: '   . . . . . . . . .',
  lost: '      . . . . . . . . .',
  superseded: '. . . . . . . . .',
};

const pairs = attemptStatuses.flatMap((from) => {
  const row = table[from].trim().split(' ');
  return attemptStatuses.map((to, column) => [from, to, row[column] === 'x'] as const);
});

test.each(pairs)('an attempt moves from %s to %s: %s', (from, to, legal) => {
  expect(canMoveAttempt(from, to)).toBe(legal);
  if (legal) expect(() => assertAttemptMove(from, to)).not.toThrow();
  else expect(() => assertAttemptMove(from, to)).toThrow(expect.objectContaining({ code: 'INVALID_TRANSITION' }));
});

test('the five ends are ends', () => {
  expect(attemptStatuses.filter(attemptEnded)).toEqual(['succeeded', 'failed', 'aborted', 'lost', 'superseded']);
});
