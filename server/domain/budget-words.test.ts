import { expect, test } from 'vitest';
import type { BudgetAccount } from './budget.ts';
import { nothing } from './budget-wish.ts';
import { drawnByOthers, monthOf, monthSpentInWords, parkedInWords, resetOf, usedUpInWords } from './budget-words.ts';

const caps = { tokens: 3_000, costUsd: 2.5, attempts: 4, seconds: 60 };
const account = (reserved: Partial<BudgetAccount['reserved']>): BudgetAccount => ({
  id: 'a',
  teamId: 't',
  kind: 'team_month',
  sessionId: null,
  month: '2026-11',
  parentId: null,
  caps,
  reserved: { ...nothing, ...reserved },
  spent: nothing,
});

test('what is used up is said with its cap, and whose it is', () => {
  expect(usedUpInWords(caps, 'tokens')).toBe('all 3000 tokens are used');
  expect(usedUpInWords(caps, 'costUsd', 'its parent IND-3')).toBe('all 2.50 USD of its parent IND-3 are spent');
  expect(usedUpInWords(caps, 'attempts')).toBe('all 4 attempts are used');
  expect(usedUpInWords(caps, 'seconds')).toBe('all 60 seconds have run');
});

test('a month ends at its first moment of the next, also over the turn of the year', () => {
  expect(resetOf('2026-11').toISOString()).toBe('2026-12-01T00:00:00.000Z');
  expect(resetOf('2026-12').toISOString()).toBe('2027-01-01T00:00:00.000Z');
  expect(monthOf(new Date('2026-11-30T23:59:59.999Z'))).toBe('2026-11');
  expect(monthSpentInWords(account({}), resetOf('2026-11'))).toBe(
    "the team's 3000 tokens of this month are spent; they come back on 2026-12-01 (UTC)",
  );
  expect(parkedInWords(new Date('2026-11-20T14:05:06.700Z'))).toContain('until 2026-11-20 14:05:06 UTC');
});

test('what others have drawn may come back; what one has drawn oneself does not', () => {
  const own = { tokens: 100, costUsd: 0.1, attempts: 1, seconds: 0 };
  expect(drawnByOthers(account({ tokens: 100, attempts: 1 }), 'tokens', own)).toBe(false);
  expect(drawnByOthers(account({ tokens: 101, attempts: 2 }), 'tokens', own)).toBe(true);
  expect(drawnByOthers(account({ tokens: 1 }), 'tokens', null)).toBe(true);
  expect(drawnByOthers(account({}), 'attempts', null)).toBe(false);
  expect(drawnByOthers(account({ costUsd: null, attempts: 1 }), 'costUsd', own)).toBe(false);
  expect(drawnByOthers(account({ costUsd: null, attempts: 2 }), 'costUsd', own)).toBe(true);
});
