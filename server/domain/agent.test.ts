import { expect, test } from 'vitest';
import {
  agentTypes,
  capabilities,
  heardLongEnough,
  loadOf,
  mayHoldPrimary,
  overallOf,
  primaryByType,
  stateAfterSilence,
  tierOf,
} from './agent.ts';

test('every capability but testing is primary for some type, testing for all', () => {
  for (const capability of capabilities) {
    expect(agentTypes.some((type) => mayHoldPrimary(type, capability))).toBe(true);
  }
  for (const type of agentTypes) {
    expect(mayHoldPrimary(type, 'testing')).toBe(true);
    for (const capability of primaryByType[type]) expect(capabilities).toContain(capability);
  }
  expect(mayHoldPrimary('reviewer', 'code_generation')).toBe(false);
});

test.each([
  [0, 'idle'],
  [1, 'idle'],
  [2, 'optimal'],
  [3, 'optimal'],
  [4, 'high'],
  [5, 'critical'],
  [6, 'overloaded'],
])('a load of %i of 5 is %s', (current, level) => {
  expect(loadOf(current, 5).level).toBe(level);
});

const performance = (total: number, successful: number, quality: number | null, partial = 0) => ({
  total,
  successful,
  failed: total - successful - partial,
  partial,
  quality,
});

test.each([
  [performance(500, 490, 0.95, 5), 'elite'],
  [performance(500, 490, 0.89, 5), 'advanced'],
  [performance(500, 490, null, 5), 'advanced'],
  [performance(100, 85, 0.8), 'advanced'],
  [performance(100, 84, 0.8), 'competent'],
  [performance(100, 70, 0.8), 'competent'],
  [performance(100, 69, 0.8), 'trainee'],
  [performance(100, 50, 0.8), 'trainee'],
  [performance(100, 49, 0.8), 'degraded'],
  [performance(4, 0, 0), 'competent'],
  [performance(5, 0, 0), 'degraded'],
])('%o is %s', (counts, tier) => {
  expect(tierOf(counts)).toBe(tier);
});

test('a new agent counts with an overall of 0.75', () => {
  expect(overallOf(performance(4, 0, null))).toBe(0.75);
  expect(overallOf(performance(10, 8, null, 1))).toBeCloseTo(0.85);
});

test('silence makes an agent degraded after 90 s and offline after 300 s', () => {
  const last = new Date('2026-01-01T00:00:00Z');
  const after = (seconds: number) => stateAfterSilence('busy', last, new Date(last.getTime() + seconds * 1000));
  expect([after(89), after(90), after(299), after(300)]).toEqual(['busy', 'degraded', 'degraded', 'offline']);
});

test('an agent not heard of since the start is judged once somebody has listened for 90 s', () => {
  const since = new Date('2026-01-01T00:00:00Z');
  const at = (seconds: number) => new Date(since.getTime() + seconds * 1000);
  const heard = (last: number | null, now: number) =>
    heardLongEnough({ lastHeartbeatAt: last === null ? null : at(last) }, { since, now: at(now) });
  expect([heard(-1, 0), heard(-1_000, 89), heard(-1, 90), heard(0, 0), heard(3, 4), heard(null, 0)]).toEqual([
    false,
    false,
    true,
    true,
    true,
    true,
  ]);
});
