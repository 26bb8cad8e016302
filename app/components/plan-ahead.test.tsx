import { fireEvent, render, screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { estimateOf } from '../../server/domain/estimate.ts';
import type { SessionPlanPreview } from '../../server/domain/plan-preview.ts';
import { BlueprintPicker } from './blueprint-picker.tsx';
import { PlanAhead } from './plan-ahead.tsx';

const source: SessionPlanPreview['source'] = {
  kind: 'rule',
  blueprint: 'security',
  blueprintVersion: '1',
  word: 'auth',
  offered: ['crud'],
  rounds: 0,
  sentence: 'The word “auth” picked the blueprint security.',
};
const task = {
  key: 'design',
  title: 'Design the login',
  description: '',
  capabilities: ['system_design' as const],
  technologies: [],
  dependsOn: [],
  writes: ['docs/**'],
  verification: [],
  optional: false,
  estimate: estimateOf({ optimistic: 1, likely: 2, pessimistic: 3 }, 'blueprint'),
  complexity: 'moderate' as const,
  predictedWrites: [],
};
const preview: NonNullable<SessionPlanPreview['preview']> = {
  tasks: [task, { ...task, key: 'build', title: 'Implement the login' }],
  edges: [{ from: 'design', to: 'build', type: 'finish_to_start', required: true, lagSeconds: 0 }],
  waves: [['design'], ['build']],
  criticalPath: ['design', 'build'],
  slackHours: {},
  envelope: {
    workHours: { p50: 4, p90: 4.6 },
    elapsedHours: { p50: 4, p90: 4.6 },
    tokens: { p50: 1_000_000, p90: 1_150_000 },
    costUsd: null,
  },
  basis: { samples: 0, tokensPerHour: 250_000, tokensSource: 'assumed', usdPerMillionTokens: null },
  collisions: [{ first: 'design', second: 'build', globs: [['docs/**', 'docs/a.md']] }],
};

test('a price that is not known is unknown, and what is assumed says so', () => {
  render(<PlanAhead state={{ plan: { source, preview }, problems: [] }} busy={false} />);
  expect(screen.getByText('Cost').nextSibling?.textContent).toBe('unknown');
  expect(screen.getByText('Tokens').nextSibling?.textContent).toBe('1.0 M / 1.1 M');
  expect(
    screen.getByText(/No such task has run here yet; 250.0 k tokens an hour assumed; no price is known/),
  ).toBeTruthy();
});

test('tasks that announce the same paths say who waits', () => {
  render(<PlanAhead state={{ plan: { source, preview }, problems: [] }} busy={false} />);
  expect(screen.getByText(/docs\/\*\* and docs\/a\.md/).closest('li')?.textContent).toMatch(
    /the second waits for the first/,
  );
});

test('what a rule offered beside its choice is chosen by a press, without scripts too', () => {
  const field = { id: 'b', name: 'blueprint', formId: 'f', errorId: 'e' };
  const choice = {
    key: 'crud',
    name: 'CRUD',
    description: '',
    own: false,
    tasks: 5,
    hours: 15,
    fault: null,
    parameters: [],
  };
  render(
    <>
      <BlueprintPicker field={field} choices={[choice]} />
      <PlanAhead state={{ plan: { source, preview: null }, problems: [] }} busy={false} />
    </>,
  );
  const radio = (name: RegExp) => screen.getByRole<HTMLInputElement>('radio', { name });
  expect(radio(/Let the goal decide/).checked).toBe(true);
  fireEvent.click(screen.getByText('crud'));
  expect(radio(/CRUD/).checked).toBe(true);
});

test('a planner that has not been asked yet makes no figures', () => {
  const asked = { ...source, kind: 'planner' as const, sentence: 'A planner was asked for.', offered: [] };
  render(<PlanAhead state={{ plan: { source: asked, preview: null }, problems: [] }} busy={false} />);
  expect(screen.getByText(/unknown until the planner has written it/)).toBeTruthy();
  expect(screen.queryByText('Cost')).toBeNull();
});

test('a blueprint that can no longer be read cannot be chosen, and says why', () => {
  const field = { id: 'b', name: 'blueprint', formId: 'f', errorId: 'e' };
  const choice = {
    key: 'old',
    name: 'Old',
    description: '',
    own: true,
    tasks: 0,
    hours: 0,
    fault: 'Line 3: no such capability',
    parameters: [],
  };
  render(<BlueprintPicker field={field} choices={[choice]} />);
  expect(screen.getByRole<HTMLInputElement>('radio', { name: /Old/ }).disabled).toBe(true);
  expect(screen.getByText('Line 3: no such capability')).toBeTruthy();
});
