import { expect, test } from 'vitest';
import { answerInput, askStatuses, assertAnswerable, escalationDue, expiryDue, expiryOf, isOpen } from './ask.ts';

test.each([
  [{ decision: 'once' }, true],
  [{ decision: 'session' }, true],
  [{ decision: 'reject' }, true],
  [{ decision: 'reject', message: 'Use another port' }, true],
  [{ decision: 'rule', rule: { pattern: 'npm publish *' } }, true],
  [{ answers: ['3000'] }, true],
  [{ decision: 'rule', rule: { pattern: 'ls *', scope: 'world' } }, false],
  [{ decision: 'always' }, false],
  [{ decision: 'once', answers: ['3000'] }, false],
  [{ answers: [] }, false],
  [{ answers: [''] }, false],
  [{ answers: '3000' }, false],
  [{ decision: 'once', until: 'tomorrow' }, false],
  [{}, false],
  [null, false],
])('the answer %o is accepted: %s', (input, yes) => {
  expect(answerInput.safeParse(input).success).toBe(yes);
});

test.each([
  ['permission', { decision: 'once' }, null],
  ['permission', { answers: ['yes'] }, 'INVALID'],
  ['permission', { decision: 'rule' }, 'INVALID'],
  ['permission', { decision: 'rule', rule: { pattern: 'ls *', scope: 'team' } }, null],
  ['permission', { decision: 'once', rule: { pattern: 'ls *' } }, 'INVALID'],
  ['question', { answers: ['3000'] }, null],
  ['question', { decision: 'reject' }, null],
  ['question', { decision: 'once' }, 'INVALID'],
] as const)('a %s takes %o: %s', (kind, answer, code) => {
  const answering = () => assertAnswerable({ kind, status: 'open' }, answerInput.parse(answer));
  if (code === null) expect(answering).not.toThrow();
  else expect(answering).toThrow(expect.objectContaining({ code }));
});

test.each(askStatuses)('an ask that is %s is answered only while it is open', (status) => {
  const answering = () => assertAnswerable({ kind: 'permission', status }, { decision: 'once' });
  expect(isOpen(status)).toBe(status === 'open' || status === 'escalated');
  if (isOpen(status)) expect(answering).not.toThrow();
  else expect(answering).toThrow(expect.objectContaining({ code: 'CONFLICT' }));
});

const openedAt = new Date('2026-01-01T00:00:00Z');
const after = (seconds: number) => new Date(openedAt.getTime() + seconds * 1000);

test('an ask is escalated once past its SLA and expires once past its expiry', () => {
  const escalatesAt = expiryOf(openedAt, 900);
  expect(escalationDue({ status: 'open', escalatesAt }, after(899))).toBe(false);
  expect(escalationDue({ status: 'open', escalatesAt }, after(900))).toBe(true);
  expect(escalationDue({ status: 'escalated', escalatesAt }, after(900))).toBe(false);
  const expiresAt = expiryOf(openedAt, 86_400);
  expect(expiresAt).toEqual(after(86_400));
  expect(expiryDue({ status: 'escalated', expiresAt }, after(86_399))).toBe(false);
  expect(expiryDue({ status: 'escalated', expiresAt }, after(86_400))).toBe(true);
  expect(expiryDue({ status: 'answered', expiresAt }, after(86_400))).toBe(false);
});
