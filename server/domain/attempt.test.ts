import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type AttemptStatus,
  assertAttemptMove,
  attemptEnded,
  attemptStatuses,
  backOff,
  canMoveAttempt,
  type FailureClass,
  failureClasses,
  verdictAfter,
} from './attempt.ts';

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

test.each<[FailureClass, FailureClass[], 'retry' | 'give_up']>([
  ['verification_failed', [], 'retry'],
  ['verification_failed', ['verification_failed'], 'retry'],
  ['verification_failed', ['verification_failed', 'transient'], 'give_up'],
  ['transient', ['transient', 'transient'], 'give_up'],
  ['conflict', [], 'retry'],
  ['timeout', [], 'retry'],
  ['auth', [], 'give_up'],
  ['invalid', [], 'give_up'],
  ['refused', [], 'retry'],
  ['refused', ['refused'], 'give_up'],
  ['context_too_long', ['context_too_long'], 'give_up'],
  ['crash', ['crash', 'crash', 'crash'], 'retry'],
  ['crash', ['crash', 'crash', 'crash', 'crash'], 'give_up'],
  ['verification_failed', ['crash', 'crash', 'crash', 'crash'], 'retry'],
  ['quota_exhausted', ['quota_exhausted', 'quota_exhausted', 'quota_exhausted'], 'retry'],
  ['verification_failed', ['quota_exhausted', 'quota_exhausted', 'quota_exhausted'], 'retry'],
])('after %s with the history %o the verdict is to %s', (failure, earlier, action) => {
  const verdict = verdictAfter(failure, earlier);
  expect(verdict.action).toBe(action);
  expect(verdict.reason).not.toBe('');
});

test('whatever fails, a task is not tried without end: three burnt attempts and five losses at most', () => {
  const classes = failureClasses.filter((one) => one !== 'quota_exhausted');
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...classes), { minLength: 9, maxLength: 30 }), (failures) => {
      const end = failures.findIndex(
        (failure, place) => verdictAfter(failure, failures.slice(0, place)).action === 'give_up',
      );
      expect(end).toBeGreaterThanOrEqual(0);
      const run = failures.slice(0, end + 1);
      expect(run.filter((one) => one === 'crash').length).toBeLessThanOrEqual(5);
      expect(run.filter((one) => one !== 'crash').length).toBeLessThanOrEqual(3);
    }),
  );
});

test('transient failures back off, longer each time, never beyond five minutes', () => {
  const first = verdictAfter('transient', []).delaySeconds;
  const second = verdictAfter('transient', ['transient']).delaySeconds;
  expect(first).toBeGreaterThan(0);
  expect(second).toBeGreaterThan(first);
  expect(backOff(50)).toBe(300);
  expect(verdictAfter('verification_failed', []).delaySeconds).toBe(0);
});
