import { render, screen, within } from '@testing-library/react';
import { createRoutesStub } from 'react-router';
import { expect, test } from 'vitest';
import { someParts } from '../fleet-testing.ts';
import { RoutingDecision } from './routing-decision.tsx';

const candidates = [
  {
    agentId: 'a',
    name: 'AGENT-A',
    score: 0.85,
    parts: someParts({ performance: 0.9 }),
    removedBy: null,
    tier: 'elite',
    load: { current: 2, max: 5 },
  },
  { agentId: 'b', name: 'AGENT-B', score: 0.9, parts: someParts(), removedBy: null },
  { agentId: 'c', name: 'AGENT-C', score: null, parts: someParts(), removedBy: 'lacks deployment' },
];

function show(selected: string | null) {
  const Stub = createRoutesStub([
    {
      path: '/',
      Component: () => <RoutingDecision sentence="AGENT-A scores best." selected={selected} candidates={candidates} />,
    },
  ]);
  render(<Stub />);
}

test('the chosen one is named with its parts, and how it stood then', () => {
  show('a');
  const row = screen.getByRole('row', { name: /AGENT-A/ });
  expect(within(row).getByText('CHOSEN')).toBeTruthy();
  expect(row.textContent).toContain('ELITE · load 2 of 5');
  expect(within(row).getByText('0.850')).toBeTruthy();
  expect(within(row).getByText('0.900')).toBeTruthy();
  expect(screen.getByText('AGENT-A scores best.')).toBeTruthy();
});

test('who was removed is not in the table and says by what', () => {
  show('a');
  expect(screen.queryByRole('row', { name: /AGENT-C/ })).toBeNull();
  expect(screen.getByText('lacks deployment')).toBeTruthy();
});

test('a decision for nobody chooses nobody', () => {
  show(null);
  expect(screen.queryByText('CHOSEN')).toBeNull();
});
