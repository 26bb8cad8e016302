import { expect, test } from 'vitest';
import type { Actor, Role } from '../../server/domain/actor.ts';
import { type SessionStatus, sessionStatuses } from '../../server/domain/session.ts';
import { aSession } from '../live-testing.ts';
import { commandsOf, type Intent, outcomes } from './command-bar-rules.ts';

const person = (role: Role, id = 'u1'): Actor => ({
  kind: 'user',
  id,
  teamId: 'team',
  role,
  name: 'Ann',
  email: 'a@b.de',
});

function possible(over: Parameters<typeof aSession>[0], actor = person('member')): Intent[] {
  const facts = { ...aSession({ headCommit: 'b'.repeat(40), lastCheckpointSequence: 1, ...over }), everStarted: true };
  return commandsOf(facts, actor)
    .filter((command) => command.refusal === null)
    .map((command) => command.intent);
}

const expected: Record<SessionStatus, Intent[]> = {
  pending: ['start', 'prompt', 'checkpoint', 'cancel', 'delete'],
  queued: ['pause', 'prompt', 'checkpoint', 'cancel', 'delete'],
  running: ['pause', 'prompt', 'checkpoint', 'stop', 'force_complete'],
  degraded: ['pause', 'prompt', 'checkpoint', 'stop', 'force_complete'],
  paused: ['resume', 'prompt', 'checkpoint', 'stop', 'cancel', 'restore', 'force_complete', 'delete'],
  completed: ['checkpoint', 'delete'],
  partially_completed: ['retry', 'checkpoint', 'restore', 'force_complete', 'delete'],
  failed: ['retry', 'checkpoint', 'restore', 'force_complete', 'delete'],
  timeout: ['retry', 'checkpoint', 'restore', 'force_complete', 'delete'],
  stopped: ['retry', 'checkpoint', 'restore', 'force_complete', 'delete'],
  orphaned: ['retry', 'checkpoint', 'restore', 'force_complete', 'delete'],
  cancelled: ['checkpoint', 'delete'],
};

test.each(sessionStatuses)('a session that is %s offers exactly what its state allows', (status) => {
  expect(possible({ status })).toEqual(expected[status]);
});

test('every refusal is a sentence and every command says its consequence and its outcome', () => {
  for (const status of sessionStatuses) {
    for (const command of commandsOf({ ...aSession({ status }), everStarted: false }, person('viewer'))) {
      expect(command.refusal, `${status} ${command.intent}`).toMatch(/\w.*\.$/);
      expect(command.consequence).toMatch(/\.$/);
      expect(outcomes[command.intent]).toMatch(/\.$/);
    }
  }
});

test('a stop promises a retry only where there is what it goes on from', () => {
  const said = (over: Parameters<typeof aSession>[0]) =>
    commandsOf({ ...aSession({ status: 'running', ...over }), everStarted: true }, person('member')).find(
      ({ intent }) => intent === 'stop',
    )?.consequence;
  expect(said({ lastCheckpointSequence: 2 })).toContain('a retry goes on from here');
  expect(said({ lastCheckpointSequence: 0 })).toContain('needs a checkpoint');
});

test('a plan waits only where a person has to accept it', () => {
  const planned = {
    status: 'running',
    autonomy: 'plan_approval',
    plannedAt: new Date(),
    planApprovedAt: null,
  } as const;
  expect(possible(planned)).toContain('accept_plan');
  expect(possible({ ...planned, planApprovedAt: new Date() })).not.toContain('accept_plan');
  expect(possible({ ...planned, status: 'paused' })).not.toContain('accept_plan');
});

test("the role decides: a viewer nothing, a member only their own, a lead anyone's", () => {
  expect(possible({ status: 'running' }, person('viewer'))).toEqual([]);
  expect(possible({ status: 'running' }, person('member', 'other'))).toEqual([]);
  expect(possible({ status: 'running' }, person('lead', 'other'))).toEqual(expected.running);
});

test('a command on its way is not given twice', () => {
  expect(possible({ status: 'running', pendingCommand: 'pause' })).toEqual([
    'prompt',
    'checkpoint',
    'stop',
    'force_complete',
  ]);
  expect(possible({ status: 'running', pendingCommand: 'stop' })).toEqual(['prompt', 'checkpoint', 'force_complete']);
});

test('the fourth retry is refused', () => {
  expect(possible({ status: 'failed', retryCount: 3 })).not.toContain('retry');
});
