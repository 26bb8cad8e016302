import fc from 'fast-check';
import { expect, test } from 'vitest';
import { around, estimateInput, estimateOf, learn, pert, split } from './estimate.ts';

test('the golden values of PERT', () => {
  expect(pert({ optimistic: 1, likely: 2, pessimistic: 6 }).expected).toBe(2.5);
  expect(pert({ optimistic: 1, likely: 4, pessimistic: 7 }).sd).toBe(1);
});

test('an estimate keeps optimistic ≤ likely ≤ pessimistic', () => {
  expect(estimateInput.safeParse({ optimistic: 1, likely: 1, pessimistic: 1 }).success).toBe(true);
  expect(estimateInput.safeParse({ optimistic: 2, likely: 1, pessimistic: 3 }).success).toBe(false);
  expect(estimateInput.safeParse({ optimistic: 1, likely: 4, pessimistic: 3 }).success).toBe(false);
  expect(estimateInput.safeParse({ optimistic: -1, likely: 4, pessimistic: 5 }).success).toBe(false);
});

test('learning from M 2 and an actual of 1.5 gives M 1.75 and confidence 0.55', () => {
  const learnt = learn(estimateOf({ optimistic: 1.6, likely: 2, pessimistic: 6 }, 'blueprint'), 1.5);
  expect(learnt).toMatchObject({ optimistic: 1.5, likely: 1.75, pessimistic: 6, source: 'historical' });
  expect(learnt.confidence).toBeCloseTo(0.55);
});

const triple = fc
  .tuple(...([0, 1, 2] as const).map(() => fc.double({ min: 0, max: 1000, noNaN: true })))
  .map((numbers) => [...numbers].sort((a, b) => a - b))
  .map(([optimistic = 0, likely = 0, pessimistic = 0]) => ({ optimistic, likely, pessimistic }));

test('learning always holds the actual and the order, and confidence never passes 0.95', () => {
  fc.assert(
    fc.property(
      triple,
      fc.array(fc.double({ min: 0, max: 2000, noNaN: true }), { maxLength: 30 }),
      (hours, actuals) => {
        let estimate = estimateOf(hours, 'text');
        for (const actual of actuals) {
          estimate = learn(estimate, actual);
          expect(estimate.optimistic).toBeLessThanOrEqual(Math.min(actual, estimate.likely));
          expect(estimate.pessimistic).toBeGreaterThanOrEqual(Math.max(actual, estimate.likely));
          expect(estimate.confidence).toBeLessThanOrEqual(0.95);
        }
      },
    ),
  );
});

test('splitting conserves the expected hours within 1 %', () => {
  fc.assert(
    fc.property(
      triple,
      fc.array(fc.integer({ min: 0, max: 10 }), { minLength: 1, maxLength: 20 }),
      (hours, weights) => {
        const whole = estimateOf(hours, 'manual');
        const parts = split(whole, weights);
        expect(parts).toHaveLength(weights.length);
        const sum = parts.reduce((total, part) => total + part.expected, 0);
        expect(Math.abs(sum - whole.expected)).toBeLessThanOrEqual(0.01 * whole.expected + 1e-9);
        for (const part of parts) expect(estimateInput.safeParse(pick(part)).success).toBe(true);
      },
    ),
  );
});

const pick = ({ optimistic, likely, pessimistic }: ReturnType<typeof estimateOf>) => ({
  optimistic,
  likely,
  pessimistic,
});

test('around a likely value lie 0.7 and 1.5 times of it', () => {
  expect(around(10)).toEqual({ optimistic: 7, likely: 10, pessimistic: 15 });
});

test('splitting shares by weight, and evenly when nothing weighs', () => {
  const whole = estimateOf({ optimistic: 8, likely: 8, pessimistic: 8 }, 'manual');
  expect(split(whole, [1, 3]).map(({ expected }) => expected)).toEqual([2, 6]);
  expect(split(whole, [0, 0]).map(({ expected }) => expected)).toEqual([4, 4]);
});
