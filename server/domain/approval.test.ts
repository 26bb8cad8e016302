import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Approval,
  approvalActions,
  approvalKinds,
  approvalRefusal,
  approveInput,
  assertPending,
  forceCompleteInput,
  rejectInput,
  selfApprovalFrom,
  waitingScore,
} from './approval.ts';

const made = new Date('2026-11-28T10:00:00.000Z');
const own = { requestedBy: 'ada', createdAt: made };
const after = (seconds: number) => new Date(made.getTime() + seconds * 1000);

test.each([
  ['somebody else, at once', 'eve', 2, true, 0, null],
  ['somebody else, the only admin', 'eve', 1, false, 0, null],
  ['the requester beside another admin', 'ada', 2, true, 90_000, 'another admin'],
  ['the only admin too soon', 'ada', 1, true, 899, 'from 10:15 UTC'],
  ['the only admin after 15 minutes', 'ada', 1, true, 900, null],
  ['the only admin of a team that forbids it', 'ada', 1, false, 90_000, 'does not let'],
  ['no person', null, 1, true, 90_000, 'Only a person'],
])('whether %s may approve', (_, userId, admins, selfApproval, seconds, words) => {
  const said = approvalRefusal(own, { userId, admins, selfApproval, delaySeconds: 900 }, after(seconds));
  if (words === null) expect(said).toBeNull();
  else expect(said).toContain(words);
});

test('only an own request of an only admin has a time from which it may be approved', () => {
  const ada = { userId: 'ada', admins: 1, selfApproval: true, delaySeconds: 900 };
  expect(selfApprovalFrom(own, ada)).toEqual(after(900));
  expect(selfApprovalFrom(own, { ...ada, delaySeconds: 5 })).toEqual(after(5));
  expect(approvalRefusal(own, { ...ada, delaySeconds: 5 }, after(4))).toContain('5 seconds after it was made');
  expect(selfApprovalFrom(own, { ...ada, userId: 'eve' })).toBeNull();
  expect(selfApprovalFrom(own, { ...ada, admins: 2 })).toBeNull();
});

test.each(['approved', 'rejected', 'expired', 'withdrawn'] as const)('a request that is %s is over', (status) => {
  expect(() => assertPending({ status, expiresAt: after(10) }, made)).toThrow(/already/);
});

test('a pending request is over with its time, before anything has said so', () => {
  const pending: Pick<Approval, 'status' | 'expiresAt'> = { status: 'pending', expiresAt: after(10) };
  expect(() => assertPending(pending, after(9))).not.toThrow();
  expect(() => assertPending(pending, after(10))).toThrow(expect.objectContaining({ code: 'CONFLICT' }));
});

test.each([
  ['nineteen characters', 'x'.repeat(19), false],
  ['twenty', 'x'.repeat(20), true],
  ['twenty of which two are blanks at the ends', ` ${'x'.repeat(18)} `, false],
  ['a thousand and one', 'x'.repeat(1001), false],
])('a reason of %s', (_, reason, good) => {
  expect(forceCompleteInput.safeParse({ reason }).success).toBe(good);
});

test('a decision needs its note, and nothing else slips in', () => {
  expect(rejectInput.safeParse({ note: ' ' }).success).toBe(false);
  expect(approveInput.safeParse({ confirmation: 'IND-1', note: 'Seen' }).success).toBe(true);
  expect(approveInput.safeParse({ note: 'Seen' }).success).toBe(false);
  expect(approveInput.safeParse({ confirmation: 'IND-1', note: 'Seen', force: true }).success).toBe(false);
});

test('waiting longer, and at a higher price, never comes later in the inbox', () => {
  const waiting = fc.record({
    ageSeconds: fc.integer({ min: 0, max: 86_400 }),
    holdsSlot: fc.boolean(),
    running: fc.integer({ min: 0, max: 16 }),
  });
  fc.assert(
    fc.property(waiting, (one) => {
      expect(waitingScore({ ...one, ageSeconds: one.ageSeconds + 60 })).toBeGreaterThan(waitingScore(one));
      expect(waitingScore({ ...one, running: one.running + 1 })).toBeGreaterThanOrEqual(waitingScore(one));
      expect(waitingScore({ ...one, holdsSlot: true })).toBeGreaterThanOrEqual(waitingScore(one));
    }),
  );
});

test('each kind says who asks and who decides, and nobody decides who may not', () => {
  for (const action of approvalActions) expect(approvalKinds[action].decide).toBe('force_complete.decide');
});
