import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type FailureClass, failureClasses } from './attempt.ts';
import {
  backOff,
  type FailedAttempt,
  type FailedTask,
  maxConflicts,
  type VerdictAction,
  verdictOf,
} from './verdict.ts';

const small: FailedTask = { expectedHours: 2, mayBeSplit: true };
const large: FailedTask = { expectedHours: 4, mayBeSplit: true };
const by = (failure: FailureClass, more: Partial<FailedAttempt> = {}): FailedAttempt => ({
  failure,
  role: 'work',
  agentId: 'a1',
  agentType: 'implementer',
  ...more,
});
const history = (...failures: FailureClass[]) => failures.map((failure) => by(failure));

test.each<[FailureClass, FailureClass[], VerdictAction]>([
  ['verification_failed', [], 'other_type'],
  ['verification_failed', ['verification_failed'], 'other_type'],
  ['verification_failed', ['verification_failed', 'transient'], 'give_up'],
  ['transient', [], 'retry_same'],
  ['transient', ['transient', 'transient'], 'give_up'],
  ['conflict', [], 'resolve_conflict'],
  ['conflict', ['verification_failed', 'verification_failed', 'conflict'], 'resolve_conflict'],
  ['timeout', [], 'retry_same'],
  ['auth', [], 'give_up'],
  ['invalid', [], 'give_up'],
  ['refused', [], 'other_agent'],
  ['refused', ['refused'], 'give_up'],
  ['no_progress', [], 'other_agent'],
  ['no_progress', ['no_progress'], 'give_up'],
  ['context_too_long', [], 'split'],
  ['context_too_long', ['context_too_long'], 'give_up'],
  ['crash', ['crash', 'crash', 'crash'], 'retry_same'],
  ['crash', ['crash', 'crash', 'crash', 'crash'], 'give_up'],
  ['transient', ['crash', 'crash', 'crash', 'crash'], 'retry_same'],
  ['quota_exhausted', ['quota_exhausted', 'quota_exhausted', 'quota_exhausted'], 'park'],
  ['transient', ['quota_exhausted', 'quota_exhausted', 'quota_exhausted'], 'retry_same'],
])('after %s with the history %o the verdict is %s', (failure, earlier, action) => {
  const verdict = verdictOf(by(failure), history(...earlier), small);
  expect(verdict.action).toBe(action);
  expect(verdict.reason).not.toBe('');
});

test('a failing verification goes to a debugger that is not who failed; a failing debugger to somebody else', () => {
  expect(verdictOf(by('verification_failed'), [], small)).toMatchObject({
    preferredAgentType: 'debugger',
    excludedAgents: ['a1'],
  });
  const debuggers = by('verification_failed', { agentId: 'd1', agentType: 'debugger' });
  expect(verdictOf(debuggers, history('verification_failed'), small)).toMatchObject({
    action: 'other_agent',
    excludedAgents: ['a1', 'd1'],
    preferredAgentType: null,
  });
});

test('a task that ran out of time is split from four expected hours on, if it may be split', () => {
  expect(verdictOf(by('timeout'), [], large)).toMatchObject({ action: 'split' });
  expect(verdictOf(by('timeout'), [], { ...large, mayBeSplit: false })).toMatchObject({ action: 'retry_same' });
  expect(verdictOf(by('context_too_long'), [], { ...large, mayBeSplit: false })).toMatchObject({
    action: 'other_agent',
  });
});

test('a resolution that fails goes to another agent once, then to a person; one conflict does not count for the next', () => {
  const first = by('verification_failed', { role: 'conflict', agentId: 'i1', conflictId: 'c1' });
  expect(verdictOf(first, [by('conflict')], small)).toMatchObject({
    action: 'resolve_conflict',
    excludedAgents: ['i1'],
  });
  const second = { ...first, agentId: 'o1' };
  expect(verdictOf(second, [by('conflict'), first], small)).toMatchObject({ action: 'ask_person' });
  expect(verdictOf({ ...second, conflictId: 'c2' }, [by('conflict'), first], small)).toMatchObject({
    action: 'resolve_conflict',
  });
  expect(verdictOf({ ...first, failure: 'auth' }, [by('conflict')], small)).toMatchObject({ action: 'ask_person' });
});

test('conflict after conflict ends with a person', () => {
  const earlier = Array.from({ length: maxConflicts - 1 }, () => by('conflict'));
  expect(verdictOf(by('conflict'), earlier.slice(1), small).action).toBe('resolve_conflict');
  expect(verdictOf(by('conflict'), earlier, small).action).toBe('ask_person');
});

test('a parked task says until when', () => {
  expect(verdictOf(by('quota_exhausted'), [], small, 'at 12:30 UTC').reason).toContain('at 12:30 UTC');
});

test('whatever fails, a task is not tried without end: three burnt attempts and five losses at most', () => {
  const classes = failureClasses.filter((one) => one !== 'quota_exhausted' && one !== 'conflict');
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...classes), { minLength: 9, maxLength: 30 }), (failures) => {
      const end = failures.findIndex(
        (failure, place) => verdictOf(by(failure), history(...failures.slice(0, place)), small).action === 'give_up',
      );
      expect(end).toBeGreaterThanOrEqual(0);
      const run = failures.slice(0, end + 1);
      expect(run.filter((one) => one === 'crash').length).toBeLessThanOrEqual(5);
      expect(run.filter((one) => one !== 'crash').length).toBeLessThanOrEqual(3);
    }),
  );
});

test('transient failures back off, longer each time, never beyond five minutes', () => {
  const first = verdictOf(by('transient'), [], small).delaySeconds;
  const second = verdictOf(by('transient'), history('transient'), small).delaySeconds;
  expect(first).toBeGreaterThan(0);
  expect(second).toBeGreaterThan(first);
  expect(backOff(50)).toBe(300);
  expect(verdictOf(by('verification_failed'), [], small).delaySeconds).toBe(0);
});
