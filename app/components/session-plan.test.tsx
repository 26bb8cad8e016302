import { render, screen, within } from '@testing-library/react';
import { createRoutesStub } from 'react-router';
import { expect, test } from 'vitest';
import { emptyUsage } from '../../server/domain/metrics.ts';
import type { AttemptBrief } from '../live-attempt.ts';
import { aSession, aState, start } from '../live-testing.ts';
import { SessionPlan } from './session-plan.tsx';
import { basisText } from './session-plan-envelope.tsx';

const envelope = {
  workHours: { p50: 4, p90: 6 },
  elapsedHours: { p50: 2, p90: 3 },
  tokens: { p50: 1_000_000, p90: 1_500_000 },
  costUsd: null,
};
const basis = { samples: 0, tokensPerHour: 250_000, tokensSource: 'assumed', usdPerMillionTokens: null } as const;
const used = { workHours: 1, elapsedHours: 3.5, tokens: 12_000, costUsd: 0.5 };

function show(session: Parameters<typeof aSession>[0], attempts: AttemptBrief[] = [], collisions = 0) {
  const state = aState({ session: aSession(session) });
  const Stub = createRoutesStub([
    {
      path: '/',
      Component: () => (
        <SessionPlan
          state={state}
          attempts={attempts}
          envelope={{ envelope, basis }}
          used={used}
          collisions={collisions}
          base="/sessions/IND-42"
        />
      ),
    },
  ]);
  render(<Stub />);
}

const byRule = {
  kind: 'rule',
  blueprint: 'security',
  blueprintVersion: '1.0.0',
  word: 'auth',
  offered: ['crud'],
  rounds: 0,
  sentence: 'The word “auth” picked the blueprint security.',
} as const;

test('a plan says where it came from and what else would have fitted', () => {
  show({ planSource: byRule }, [], 2);
  expect(screen.getByText(byRule.sentence)).toBeTruthy();
  expect(screen.getByRole('link', { name: 'security' }).getAttribute('href')).toBe('/blueprints/security');
  expect(screen.getByRole('link', { name: 'crud' })).toBeTruthy();
  expect(screen.getByText(/2 pairs of tasks may write the same paths/)).toBeTruthy();
});

test('used stands beside p50 and p90, and what is over says so in words', () => {
  show({ planSource: byRule });
  const clock = screen.getByRole('rowheader', { name: 'Clock' }).closest('tr');
  expect(clock?.textContent).toContain('3 h 30 m');
  expect(clock?.textContent).toContain('over p90');
  expect(screen.getByRole('rowheader', { name: 'Work' }).closest('tr')?.textContent).not.toContain('over');
  const cost = within(screen.getByRole('rowheader', { name: 'Cost' }).closest('tr') ?? document.body);
  expect(cost.getAllByText('unknown')).toHaveLength(2);
});

test('an assumption is called one', () => {
  expect(basisText(basis)).toBe('Hours as estimated; 250.0 k tokens an hour, assumed; the price is unknown.');
  expect(basisText({ samples: 3, tokensPerHour: 90_000, tokensSource: 'history', usdPerMillionTokens: 2 })).toBe(
    'Hours learned from 3 finished tasks; 90.0 k tokens an hour, as measured; $2.00 a million.',
  );
});

test('each round of the planner stands with its fault', () => {
  const round: AttemptBrief = {
    ...{
      id: 'p',
      taskId: 'plan',
      number: 1,
      role: 'plan',
      status: 'failed',
      usage: emptyUsage,
      calls: 1,
      callErrors: 0,
    },
    ...{ failure: null, verdict: null, bundle: null, startedAt: start, endedAt: start },
    error: { code: 'PLAN_INVALID', message: 'Its answer is no plan: tasks: there are none.', context: {} },
  };
  show({ planSource: null, plannedAt: null }, [round]);
  expect(screen.getByText('The plan is being made.')).toBeTruthy();
  expect(screen.getByText(/no plan: tasks: there are none/)).toBeTruthy();
  expect(screen.getByRole('link', { name: 'what it said' }).getAttribute('href')).toContain('output?task=plan');
});

const waits = { status: 'running', plannedAt: start, planApprovedAt: null } as const;

test('a plan that is likely to outlast its limits says so while it waits for its decision', () => {
  const budget = { tokens: 900_000 };
  show({ planSource: byRule, ...waits, maxDurationSeconds: 3_600, budget });
  expect(
    screen.getByText(/^It is likely to take more than its time limit of 1 h 00 m and its cap of 900/),
  ).toBeTruthy();
});

test('a plan that fits its limits, or is decided, warns of nothing', () => {
  show({ planSource: byRule, ...waits, maxDurationSeconds: 9_000 });
  show({ planSource: byRule, ...waits, planApprovedAt: start, maxDurationSeconds: 3_600 });
  expect(screen.queryByText(/likely to take more/)).toBeNull();
});
