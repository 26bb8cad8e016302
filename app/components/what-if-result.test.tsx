import { render, screen, within } from '@testing-library/react';
import { createRoutesStub } from 'react-router';
import { expect, test } from 'vitest';
import { ClockProvider } from '../hooks/use-clock.tsx';
import { after, start } from '../live-testing.ts';
import { WhatIfResult, type WhatIfShown } from './what-if-result.tsx';

function show(over: Partial<WhatIfShown>) {
  const result = { days: 30, decisions: 4, changed: [], wins: [], ...over };
  const Stub = createRoutesStub([
    {
      path: '/',
      Component: () => (
        <ClockProvider at={after(60)}>
          <WhatIfResult result={result} />
        </ClockProvider>
      ),
    },
  ]);
  render(<Stub />);
}

test('a month without a decision says what makes one', () => {
  show({ decisions: 0 });
  expect(screen.getByText('Nothing was decided in the last 30 days.')).toBeTruthy();
  expect(screen.getByRole('link').getAttribute('href')).toBe('/sessions/new');
});

test('equal outcomes are said in one sentence and no empty table', () => {
  show({ wins: [{ agentId: 'a', name: 'AGENT-A', before: 4, after: 4 }] });
  expect(screen.getByRole('status').textContent).toContain('None of 4 decisions');
  expect(screen.queryByRole('table', { name: 'Decisions that differ' })).toBeNull();
});

test('a decision that differs names both agents with their scores', () => {
  show({
    changed: [
      {
        decisionId: 'd',
        at: start,
        sessionSlug: 'IND-7',
        taskId: 't',
        taskTitle: 'Fix the sum',
        before: { agentId: 'a', name: 'AGENT-A', score: 0.9 },
        after: null,
      },
    ],
    wins: [{ agentId: 'a', name: 'AGENT-A', before: 4, after: 3 }],
  });
  expect(screen.getByRole('status').textContent).toContain('1 of 4 decisions of the last 30 days');
  const row = within(screen.getByRole('table', { name: 'Decisions that differ' }))
    .getByText(/IND-7/)
    .closest('tr');
  expect(row?.textContent).toMatch(/AGENT-A 0\.900.*nobody/);
  expect(within(screen.getByRole('table', { name: 'Decisions won' })).getByText('−1')).toBeTruthy();
});
