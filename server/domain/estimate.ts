import { z } from 'zod';

export const estimateSources = ['blueprint', 'planner', 'text', 'manual', 'split', 'historical'] as const;
export type EstimateSource = (typeof estimateSources)[number];

/** A PERT estimate in hours with O ≤ M ≤ P (domain.md 2.5). */
export interface Estimate {
  readonly optimistic: number;
  readonly likely: number;
  readonly pessimistic: number;
  readonly expected: number;
  readonly sd: number;
  readonly confidence: number;
  readonly source: EstimateSource;
}

const hours = z.number('Hours must be a number').min(0, 'Hours must not be negative').max(10_000, 'Too many hours');

/** Three hours with O ≤ M ≤ P. */
export const estimateInput = z
  .strictObject({ optimistic: hours, likely: hours, pessimistic: hours })
  .refine((value) => value.optimistic <= value.likely && value.likely <= value.pessimistic, {
    message: 'Needs optimistic ≤ likely ≤ pessimistic',
  });
export type EstimateInput = z.infer<typeof estimateInput>;

/** expected = (O + 4M + P) ÷ 6; sd = (P − O) ÷ 6, in hours (PERT, domain.md 2.5). */
export function pert(input: EstimateInput): { expected: number; sd: number } {
  return {
    expected: (input.optimistic + 4 * input.likely + input.pessimistic) / 6,
    sd: (input.pessimistic - input.optimistic) / 6,
  };
}

/** An estimate from its three hours; a fresh one has confidence 0.5. */
export function estimateOf(input: EstimateInput, source: EstimateSource, confidence = 0.5): Estimate {
  const { optimistic, likely, pessimistic } = input;
  return { optimistic, likely, pessimistic, ...pert(input), confidence, source };
}

/** The three hours around a likely value: 0.7 × and 1.5 × (domain.md 4, blueprints). */
export function around(likely: number): EstimateInput {
  return { optimistic: 0.7 * likely, likely, pessimistic: 1.5 * likely };
}

/** What a finished task teaches: M moves half-way to the actual hours, O and P stretch to include them (domain.md 2.5). */
export function learn(estimate: Estimate, actualHours: number): Estimate {
  return estimateOf(
    {
      optimistic: Math.min(estimate.optimistic, actualHours),
      likely: (estimate.likely + actualHours) / 2,
      pessimistic: Math.max(estimate.pessimistic, actualHours),
    },
    'historical',
    Math.min(0.95, estimate.confidence + 0.05),
  );
}

/** Shares an estimate among children by weight; the expected hours of the children add up to the parent's. */
export function split(estimate: Estimate, weights: readonly number[]): Estimate[] {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => {
    const share = sum === 0 ? 1 / weights.length : weight / sum;
    return estimateOf(
      {
        optimistic: estimate.optimistic * share,
        likely: estimate.likely * share,
        pessimistic: estimate.pessimistic * share,
      },
      'split',
      estimate.confidence,
    );
  });
}
