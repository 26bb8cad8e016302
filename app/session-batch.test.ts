import { expect, test } from 'vitest';
import { batchConfirmation, batchRefusal, batchSummary } from './session-batch.ts';

const actor = { kind: 'user', id: 'u1', teamId: 't1', role: 'member', name: 'Ada', email: 'a@b.c' } as const;
const session = (over: object) =>
  ({
    teamId: 't1',
    createdBy: 'u1',
    status: 'running',
    pendingCommand: null,
    recoverable: false,
    startedAt: new Date(0),
    lastCheckpointSequence: 0,
    retryCount: 0,
    slug: 'IND-1',
    headCommit: null,
    autonomy: 'auto',
    plannedAt: null,
    planApprovedAt: null,
    ...over,
  }) as never;

test.each([
  ['pause', { status: 'running' }, null],
  ['pause', { status: 'completed' }, /nothing to hold/],
  ['resume', { status: 'paused' }, null],
  ['resume', { status: 'running' }, /only a PAUSED/],
  ['stop', { status: 'running' }, null],
  ['stop', { status: 'stopped' }, /nothing to stop/],
  ['start', { status: 'running' }, /only a PENDING/],
  ['cancel', { status: 'running' }, /stopped, not cancelled/],
  ['retry', { status: 'failed', recoverable: true }, null],
  ['retry', { status: 'completed' }, /./],
  ['delete', { status: 'running' }, /stop it first/],
  ['tag', { status: 'running' }, null],
  ['tag', { createdBy: 'u2' }, /needs the role lead/],
  ['stop', { createdBy: 'u2' }, /needs the role lead/],
  ['retry', { createdBy: 'u2', status: 'failed', recoverable: true }, /needs the role lead/],
] as const)('%s of %j: %s', (verb, over, expected) => {
  const said = batchRefusal(verb, session(over), actor);
  if (expected === null) expect(said).toBeNull();
  else expect(said).toMatch(expected);
});

test('only what cannot be undone at once is typed', () => {
  expect(batchConfirmation('delete', 3)).toBe('delete 3');
  expect(batchConfirmation('stop', 3)).toBeNull();
});

test('the sentence counts what was taken and what was refused', () => {
  const result = (outcome: 'done' | 'ordered' | 'refused') => ({
    ref: '',
    slug: null,
    outcome,
    code: null,
    message: null,
  });
  expect(batchSummary('stop', [result('done')])).toBe('1 session stopped.');
  expect(batchSummary('pause', [result('done'), result('refused'), result('done')])).toBe(
    '2 sessions paused; 1 refused, each with its reason below.',
  );
  expect(batchSummary('stop', [result('ordered'), result('ordered')])).toBe(
    '2 sessions ordered to stop, whose agents are being ended.',
  );
  expect(batchSummary('stop', [result('refused')])).toBe('0 sessions stopped; 1 refused, each with its reason below.');
});
