import { render, screen, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import type { BudgetAccount } from '../../server/domain/budget.ts';
import { ClockProvider } from '../hooks/use-clock.tsx';
import { after } from '../live-testing.ts';
import { leftOf, SessionBudget } from './session-budget.tsx';

const none = { tokens: 0, costUsd: 0, attempts: 0, seconds: 0 };

function anAccount(over: Partial<BudgetAccount> = {}): BudgetAccount {
  return {
    ...{ id: 'a1', teamId: 'team', kind: 'session', sessionId: 's1', month: null, parentId: 'a2' },
    caps: { tokens: 100_000, costUsd: null, attempts: null, seconds: null },
    reserved: none,
    spent: none,
    ...over,
  };
}

const month = anAccount({
  ...{ id: 'a2', kind: 'team_month', sessionId: null, month: '2026-11', parentId: null },
  caps: { tokens: 1_000_000, costUsd: null, attempts: null, seconds: null },
});

function show(own: BudgetAccount, parkedUntil: Date | null = null) {
  render(
    <ClockProvider at={after(0)}>
      <SessionBudget accounts={[own, month]} resetsAt={new Date('2026-12-01T00:00:00Z')} parkedUntil={parkedUntil} />
    </ClockProvider>,
  );
}

test('what is left is the cap without what is drawn and spent', () => {
  show(anAccount({ reserved: { ...none, tokens: 50_000 }, spent: { ...none, tokens: 20_000 } }));
  const table = within(screen.getByRole('table', { name: 'This session' }));
  const row = table.getByRole('rowheader', { name: 'Tokens' }).closest('tr');
  expect([...(row?.querySelectorAll('td') ?? [])].map((cell) => cell.textContent)).toEqual([
    '100.0 k',
    '50.0 k',
    '20.0 k',
    '30.0 k',
  ]);
  expect(screen.getByRole('table', { name: /The team’s month 2026-11.*2026-12-01/ })).toBeTruthy();
});

test('an unknown price is unknown, and what that means for a cost cap is said', () => {
  const caps = { tokens: null, costUsd: 5, attempts: null, seconds: null };
  const own = anAccount({ caps, spent: { ...none, costUsd: null } });
  expect(leftOf(own, 'costUsd')).toBeNull();
  show(own);
  expect(screen.getAllByText('unknown').length).toBe(2);
  expect(screen.getByText(/its cost cap cannot be kept/)).toBeTruthy();
});

test('a parked runtime counts down', () => {
  show(anAccount(), after(90));
  expect(screen.getByRole('status').textContent).toContain('no attempt starts for 1 m 30 s');
});
