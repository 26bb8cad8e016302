import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type RouteParts, type RouteWeights, routeWeights, scoreOf } from './routing.ts';
import { sumOf, weightNames, whatIfInput } from './routing-input.ts';
import { replay } from './routing-replay.ts';

const parts = (change: Partial<RouteParts>): RouteParts => ({
  capability: 1,
  performance: 0.75,
  load: 1,
  technology: 1,
  sessionType: 1,
  complexity: 0.8,
  tierMultiplier: 1,
  bonus: 0,
  ...change,
});
const candidate = (agentId: string, change: Partial<RouteParts> = {}, removedBy: string | null = null) => ({
  agentId,
  name: `AGENT-${agentId}`,
  parts: parts(change),
  score: removedBy === null ? scoreOf(parts(change)) : null,
  removedBy,
});
const onlyLoad: RouteWeights = {
  capability: 0,
  performance: 0,
  load: 1,
  technology: 0,
  sessionType: 0,
  complexity: 0,
};

test('other weights give the decision to somebody else, never to one that was removed', () => {
  const decision = {
    selectedAgentId: 'A',
    candidates: [
      candidate('A', { load: 0.4 }),
      candidate('B', { performance: 0.5, load: 0.8 }),
      candidate('C', {}, 'is disabled'),
    ],
  };
  expect(replay(decision, routeWeights)).toMatchObject({ before: { agentId: 'A' }, after: { agentId: 'A' } });
  expect(replay(decision, onlyLoad)).toMatchObject({
    before: { agentId: 'A', score: decision.candidates[0]?.score },
    after: { agentId: 'B', name: 'AGENT-B', score: 0.8 },
  });
});

test('of equal ones the chosen one stays, wherever it stands', () => {
  const candidates = [candidate('A'), candidate('B')];
  expect(replay({ selectedAgentId: 'B', candidates }, onlyLoad)?.after?.agentId).toBe('B');
});

test('a decision nobody was scored in is not asked again, and a broken row is passed over', () => {
  expect(replay({ selectedAgentId: 'A', candidates: [] }, routeWeights)).toBeNull();
  expect(replay({ selectedAgentId: null, candidates: [candidate('A', {}, 'is offline')] }, routeWeights)).toBeNull();
  expect(replay({ selectedAgentId: 'A', candidates: ['?', { agentId: 1 }] }, routeWeights)).toBeNull();
});

test('the weights it was decided with never change a decision', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const list = fc.array(fc.record({ capability: share, performance: share, load: share, technology: share }), {
    minLength: 1,
    maxLength: 6,
  });
  fc.assert(
    fc.property(list, (all) => {
      const candidates = all.map((change, place) => candidate(String(place), change));
      const best = candidates.reduce((a, b) => ((b.score ?? 0) > (a.score ?? 0) ? b : a));
      const found = replay({ selectedAgentId: best.agentId, candidates }, routeWeights);
      expect(found?.after?.agentId).toBe(best.agentId);
    }),
  );
});

test('six weights sum to 1, and a refusal names the sum', () => {
  const judged = (change: object) => whatIfInput.safeParse({ weights: { ...routeWeights, ...change } });
  expect(judged({}).data).toEqual({ weights: routeWeights, days: 30 });
  expect(Math.abs(sumOf(routeWeights) - 1)).toBeLessThan(1e-9);
  expect(judged({ load: 0.1 }).error?.issues).toMatchObject([
    { path: ['weights'], message: 'The six weights sum to 0.95; they must sum to 1' },
  ]);
  expect(judged({ load: 0.15 + 5e-10 }).success).toBe(true);
  expect(judged({ load: 0.15 + 5e-9 }).success).toBe(false);
  for (const name of weightNames)
    expect(judged({ [name]: -0.1 }).error?.issues.map(({ path }) => path)).toContainEqual(['weights', name]);
  expect(whatIfInput.safeParse({ days: 3 }).error?.issues).toMatchObject([
    { path: ['weights'], message: 'Give the six weights by name' },
  ]);
});
