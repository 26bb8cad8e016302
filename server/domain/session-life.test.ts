import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sessionStatuses } from './session.ts';
import {
  attentionOf,
  deadlineAfterPause,
  graphIsOver,
  health,
  type OutcomeTask,
  proofOf,
  recoverable,
  retryRefusal,
  sessionOutcome,
} from './session-life.ts';
import { proofs, taskStatuses } from './task.ts';

const start = new Date('2026-01-01T00:00:00Z');
const after = (seconds: number) => new Date(start.getTime() + seconds * 1000);
const session = (change: Partial<Parameters<typeof health>[0]>) => ({
  status: 'running' as const,
  startedAt: start,
  pausedSeconds: 0,
  maxDurationSeconds: 1000,
  ...change,
});

test.each([
  ['completed', 1],
  ['failed', 0],
  ['timeout', 0.1],
  ['orphaned', 0.1],
  ['stopped', 0.5],
  ['cancelled', 0.5],
  ['partially_completed', 0.6],
  ['pending', 0.8],
  ['queued', 0.8],
  ['paused', 0.7],
] as const)('the health of a %s session is %f', (status, value) => {
  expect(health(session({ status }), after(500))).toBe(value);
});

test.each([
  [0, 0.9, 0.7],
  [700, 0.9, 0.7],
  [701, 0.7, 0.5],
  [900, 0.7, 0.5],
  [901, 0.3, 0.1],
  [5000, 0.3, 0.1],
])('after %i of 1000 seconds the health of running is %f and of degraded %f', (seconds, running, degraded) => {
  expect(health(session({}), after(seconds))).toBe(running);
  expect(health(session({ status: 'degraded' }), after(seconds))).toBe(degraded);
});

test('time spent paused does not use up the limit', () => {
  expect(health(session({ pausedSeconds: 300 }), after(1000))).toBe(0.9);
  expect(health(session({ startedAt: null }), after(1000))).toBe(0.9);
});

test('health is always between 0 and 1', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...sessionStatuses),
      fc.integer({ min: -100_000, max: 1_000_000 }),
      fc.integer({ min: 60, max: 86_400 }),
      fc.nat(100_000),
      (status, seconds, maxDurationSeconds, pausedSeconds) => {
        const value = health({ status, startedAt: start, pausedSeconds, maxDurationSeconds }, after(seconds));
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(1);
      },
    ),
  );
});

test('the deadline moves by the time paused, never back', () => {
  expect(deadlineAfterPause(after(100), after(10), after(40))).toEqual(after(130));
  expect(deadlineAfterPause(after(100), after(40), after(10))).toEqual(after(100));
});

const retryable = ['failed', 'timeout', 'stopped', 'orphaned', 'partially_completed'];

test.each(sessionStatuses)('a %s session with a checkpoint is recoverable as the table says', (status) => {
  const facts = { status, checkpoints: 1, everStarted: true, retryCount: 0 };
  expect(recoverable(facts)).toBe(retryable.includes(status));
  expect(retryRefusal(facts) === null).toBe(recoverable(facts));
});

test.each([
  [0, false, 0, true],
  [0, true, 0, false],
  [1, true, 2, true],
  [1, true, 3, false],
  [0, false, 3, false],
])(
  'with %i checkpoints, started %s and %i retries it is recoverable: %s',
  (checkpoints, everStarted, retryCount, yes) => {
    expect(recoverable({ status: 'failed', checkpoints, everStarted, retryCount })).toBe(yes);
  },
);

const leaf = (status: OutcomeTask['status'], change: Partial<OutcomeTask> = {}): OutcomeTask => ({
  id: Math.random().toString(36),
  parentTaskId: null,
  status,
  reason: null,
  optional: false,
  proof: 'proven',
  ...change,
});

test.each([
  ['all completed', [leaf('completed'), leaf('completed')], 'completed'],
  ['one failed', [leaf('completed'), leaf('failed')], 'partially_completed'],
  ['one skipped', [leaf('completed'), leaf('skipped')], 'partially_completed'],
  ['one blocked for good', [leaf('completed'), leaf('blocked')], 'partially_completed'],
  ['an optional one failed', [leaf('completed'), leaf('failed', { optional: true })], 'completed'],
  ['none completed', [leaf('failed'), leaf('skipped')], 'failed'],
  ['only optional ones, all failed', [leaf('failed', { optional: true })], 'failed'],
  ['no task at all', [], 'failed'],
] as const)('with %s a session ends %s', (_, tasks, outcome) => {
  expect(sessionOutcome(tasks)).toBe(outcome);
});

test('a group itself does not count, its children do', () => {
  const group = leaf('in_progress', { id: 'group' });
  const child = leaf('completed', { parentTaskId: 'group' });
  expect(sessionOutcome([group, child])).toBe('completed');
  expect(graphIsOver([group, child])).toBe(true);
});

test('the outcome says completed exactly when every required leaf completed, and proof never exceeds the evidence', () => {
  const task = fc.record({
    status: fc.constantFrom(...taskStatuses),
    optional: fc.boolean(),
    proof: fc.constantFrom(...proofs),
  });
  fc.assert(
    fc.property(fc.array(task, { maxLength: 8 }), (records) => {
      const tasks = records.map(({ status, ...rest }) => leaf(status, rest));
      const done = tasks.filter((one) => one.status === 'completed');
      const requiredDone = tasks.every((one) => one.optional || one.status === 'completed');
      const outcome = sessionOutcome(tasks);
      expect(outcome === 'failed').toBe(done.length === 0);
      expect(outcome === 'completed').toBe(done.length > 0 && requiredDone);
      expect(proofOf(tasks)).toBe(
        done.length > 0 && done.every((one) => one.proof === 'proven') ? 'proven' : 'unverified',
      );
    }),
  );
});

test('the graph is over when each leaf ended or is blocked until a retry', () => {
  expect(graphIsOver([leaf('completed'), leaf('failed')])).toBe(true);
  expect(graphIsOver([leaf('completed'), leaf('ready')])).toBe(false);
  expect(graphIsOver([leaf('failed'), leaf('blocked', { reason: 'prerequisite_failed: a failed' })])).toBe(true);
  expect(graphIsOver([leaf('failed'), leaf('blocked', { reason: 'waiting_to_complete' })])).toBe(false);
});

test('attention is the most pressing kind, since its oldest', () => {
  const ask = (kind: 'permission' | 'question', seconds: number) => ({ kind, openedAt: after(seconds) });
  expect(attentionOf({ asks: [] })).toEqual({ kind: 'none', since: null });
  expect(attentionOf({ asks: [ask('question', 1), ask('permission', 9), ask('permission', 5)] })).toEqual({
    kind: 'permission',
    since: after(5),
  });
  expect(attentionOf({ asks: [], conflicts: [after(1)], approvals: [after(2)] }).kind).toBe('approval');
  expect(attentionOf({ asks: [], conflicts: [after(1)] })).toEqual({ kind: 'conflict', since: after(1) });
});
