import { render } from '@testing-library/react';
import { expect, test } from 'vitest';
import { type Agent, loadOf } from '../../server/domain/agent.ts';
import { anAgent } from '../fleet-testing.ts';
import { ClockProvider } from '../hooks/use-clock.tsx';
import { start } from '../live-testing.ts';
import { Tier } from './tier.tsx';

const minutes = (count: number) => new Date(start.getTime() + count * 60_000);
const shown = (agent: Partial<Agent>, now: Date) =>
  render(
    <ClockProvider at={now}>
      <Tier agent={anAgent(agent)} />
    </ClockProvider>,
  ).container;
const degraded = { tier: 'degraded', degradedAt: start } as const;

test('a degraded agent looks wrong and says when its next probe is due', () => {
  const resting = shown(degraded, minutes(4));
  expect(resting.querySelector('.text-caution')?.textContent).toBe('DEGRADED');
  expect(resting.textContent).toContain('probe in 6 m 00 s');
  expect(shown(degraded, minutes(10)).textContent).toContain('probe with the next task');
  expect(shown({ ...degraded, load: loadOf(1, 5) }, minutes(10)).textContent).toContain('probe after its task');
});

test('a sound agent says its tier and nothing else', () => {
  const { textContent, innerHTML } = shown({ tier: 'trainee' }, minutes(0));
  expect(textContent).toBe('TRAINEE');
  expect(innerHTML).not.toContain('caution');
});
