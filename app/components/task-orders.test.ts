import { expect, test } from 'vitest';
import type { Actor, Role } from '../../server/domain/actor.ts';
import { aSession, aTask } from '../live-testing.ts';
import { taskRefusals, waiverText } from './task-orders.ts';

const actor = (role: Role, id = 'u1'): Actor => ({
  kind: 'user',
  id,
  teamId: 'team',
  role,
  name: 'Ann',
  email: 'ann@example.com',
});
const of = (
  task: Parameters<typeof aTask>[0],
  session: Parameters<typeof aSession>[0] = {},
  { by = actor('lead'), group = false } = {},
) => taskRefusals({ session: aSession(session), task: aTask(task), group }, by);

test('a task that is not at work can be edited, split, sent to somebody and made to wait', () => {
  expect(of({ status: 'ready' })).toMatchObject({
    ...{ add: null, edit: null, split: null, assign: null, link: null, unlink: null, cancel: null, remove: null },
    retry: 'It is READY; what failed, was skipped or cancelled is retried.',
  });
});

test('a running task is neither split nor given to another, but it can be edited and cancelled', () => {
  const refused = of({ status: 'in_progress', attemptCount: 1 });
  expect(refused).toMatchObject({ edit: null, cancel: null });
  expect(refused.split).toMatch(/IN PROGRESS/);
  expect(refused.assign).toMatch(/before an attempt begins/);
  expect(refused.remove).toMatch(/cancel it instead/);
});

test('only what failed, was skipped or cancelled is retried', () => {
  for (const status of ['failed', 'skipped', 'cancelled'] as const) expect(of({ status }).retry, status).toBeNull();
  expect(of({ status: 'failed' }, { status: 'pending' }).retry).toBe('Start the session first.');
});

test('a session that has ended keeps its graph, yet a claim in it can still be accepted', () => {
  const ended = { status: 'completed' } as const;
  expect(of({ status: 'completed', proof: 'claimed' }, ended)).toMatchObject({
    edit: 'The session is COMPLETED; it has ended for good.',
    waive: null,
  });
  expect(of({ status: 'ready' }, { status: 'stopped' }).edit).toBe('The session is STOPPED; retry it first.');
  expect(of({ status: 'failed', attemptCount: 1 }, { status: 'failed' }).waive).toBeNull();
  expect(of({ status: 'failed', attemptCount: 1 }, { status: 'cancelled' }).waive).toMatch(/ended for good/);
  expect(of({ status: 'failed', attemptCount: 1 }).waive).toBeNull();
});

test('what is proven or never tried has nothing to waive', () => {
  expect(of({ status: 'completed', proof: 'proven' }).waive).toBe('It is proven; there is nothing to waive.');
  expect(of({ status: 'ready' }).waive).toMatch(/only a claim/);
});

test('a member edits their own session and waives nothing; a viewer does neither', () => {
  const claim = { status: 'completed', proof: 'claimed' } as const;
  expect(of({ status: 'ready' }, {}, { by: actor('member') }).edit).toBeNull();
  expect(of({ status: 'ready' }, {}, { by: actor('member', 'u2') }).edit).toMatch(/needs the role lead/);
  expect(of(claim, {}, { by: actor('member') }).waive).toMatch(/needs the role lead/);
  expect(of({ status: 'ready' }, {}, { by: actor('viewer') }).cancel).toMatch(/needs the role/);
});

test('a group is neither run nor split again', () => {
  const refused = of({ status: 'pending' }, {}, { group: true });
  expect(refused.assign).toMatch(/never run itself/);
  expect(refused.split).toMatch(/group already/);
  expect(refused.remove).toMatch(/tasks of its own/);
});

test('what the audit log will hold names who, what and which task', () => {
  expect(waiverText(aTask({ key: 'fix', title: 'Fix it', status: 'failed' }), 'Ann')).toBe(
    'Ann accepted the work of a failed task without proof: fix “Fix it”, because: …',
  );
});
