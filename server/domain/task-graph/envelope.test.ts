import { expect, test } from 'vitest';
import { type Estimate, estimateOf } from '../estimate.ts';
import { envelopeOf } from './envelope.ts';
import { edge, node } from './testing.ts';

const estimate: Estimate = estimateOf({ optimistic: 1, likely: 2, pessimistic: 9 }, 'blueprint');
const { expected, sd } = estimate;
const rates = { tokensPerHour: 1_000, usdPerMillionTokens: 5 };
const of = (ids: string, edges: [string, string][], parallelism: number) => {
  const names = [...ids];
  return envelopeOf(
    {
      nodes: names.map((id) => node(id, { hours: expected })),
      edges: edges.map(([from, to]) => edge(from, to)),
    },
    new Map(names.map((id) => [id, estimate])),
    rates,
    parallelism,
  );
};
const p90 = (tasks: number) => tasks * expected + 1.2816 * Math.sqrt(tasks) * sd;

test('a chain takes on the clock what it takes in work', () => {
  const { workHours, elapsedHours } = of(
    'abc',
    [
      ['a', 'b'],
      ['b', 'c'],
    ],
    4,
  );
  expect(workHours.p50).toBeCloseTo(3 * expected);
  expect(workHours.p90).toBeCloseTo(p90(3));
  expect(elapsedHours.p50).toBeCloseTo(3 * expected);
  expect(elapsedHours.p90).toBeCloseTo(p90(3));
});

test('tasks of the same length beside each other take the clock once', () => {
  const { workHours, elapsedHours } = of(
    'abcde',
    [
      ['a', 'e'],
      ['b', 'e'],
      ['c', 'e'],
      ['d', 'e'],
    ],
    4,
  );
  expect(workHours.p50).toBeCloseTo(5 * expected);
  expect(elapsedHours.p50).toBeCloseTo(2 * expected);
  expect(elapsedHours.p90).toBeCloseTo(p90(2));
});

test('with fewer hands than tasks the work is what takes the clock', () => {
  const { elapsedHours } = of('abcd', [], 2);
  expect(elapsedHours.p50).toBeCloseTo(2 * expected);
  expect(elapsedHours.p90).toBeCloseTo(p90(4) / 2);
});

test('tokens and cost follow the work; an unknown price stays unknown', () => {
  const { workHours, tokens, costUsd } = of('ab', [], 2);
  expect(tokens).toEqual({ p50: Math.round(workHours.p50 * 1_000), p90: Math.round(workHours.p90 * 1_000) });
  expect(costUsd?.p50).toBeCloseTo((tokens.p50 * 5) / 1_000_000);
  const graph = { nodes: [node('a', { hours: 1 })], edges: [] };
  const unknown = { tokensPerHour: 1_000, usdPerMillionTokens: null };
  expect(envelopeOf(graph, new Map([['a', estimate]]), unknown, 1).costUsd).toBeNull();
});
