import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scoreOf } from '../server/domain/routing.ts';
import { someParts } from './fleet-testing.ts';
import { rankingOf, sharesOf } from './routing-candidates.ts';

const one = (agentId: string, score: number | null, removedBy: string | null = null) => ({
  agentId,
  name: `AGENT-${agentId}`,
  score,
  parts: someParts(),
  removedBy,
});

test('the chosen one stands first, then by score; who was removed keeps the reason', () => {
  const { fitting, removed } = rankingOf(
    [one('A', 0.8), one('B', null, 'is draining'), one('C', 0.8), one('D', 0.9)],
    'C',
  );
  expect(fitting.map((candidate) => candidate.agentId)).toEqual(['C', 'D', 'A']);
  expect(removed.map(({ agentId, removedBy }) => [agentId, removedBy])).toEqual([['B', 'is draining']]);
});

test('what is stored in a form we do not know is left out, not shown wrongly', () => {
  expect(rankingOf([{ agentId: 'A' }, null, one('B', 0.5)], null).fitting).toHaveLength(1);
});

test('the shares of a score add up to it', () => {
  const ratio = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(ratio, ratio, ratio, fc.constantFrom(0.9, 1, 1.1), (capability, performance, load, tierMultiplier) => {
      const parts = someParts({ capability, performance, load, tierMultiplier, bonus: 0.2 });
      const sum = sharesOf(parts).reduce((total, { share }) => total + share, 0);
      expect(sum).toBeCloseTo(scoreOf(parts), 10);
    }),
  );
});
