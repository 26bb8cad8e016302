import type { Estimate } from '../estimate.ts';
import { criticalPath } from './critical-path.ts';
import { indexOf, isGroup, type TaskGraph } from './graph.ts';

export interface Spread {
  readonly p50: number;
  readonly p90: number;
}

export interface Envelope {
  /** Hours of work, whoever does them. */
  readonly workHours: Spread;
  /** Hours on the clock with this parallelism. */
  readonly elapsedHours: Spread;
  readonly tokens: Spread;
  /** Null when the price is unknown. */
  readonly costUsd: Spread | null;
}

export interface Rates {
  readonly tokensPerHour: number;
  readonly usdPerMillionTokens: number | null;
}

/** Tokens of an estimated hour until a team's own history says better; an assumption, shown as one. */
export const assumedTokensPerHour = 250_000;

// The 90th percentile of the normal distribution, in standard deviations.
const z90 = 1.2816;

/**
 * What the whole graph is likely to take: means add up, variances of independent tasks add up (PERT), p90 is the mean
 * plus 1.28 standard deviations. `estimates` are by task id; a task without one counts nothing.
 */
export function envelopeOf(
  graph: TaskGraph,
  estimates: ReadonlyMap<string, Estimate>,
  rates: Rates,
  parallelism: number,
): Envelope {
  const index = indexOf(graph);
  const leaves = graph.nodes.filter((_, place) => !isGroup(index, place)).map((node) => node.id);
  const work = spreadOf(leaves, estimates);
  const critical = longestChain(graph, estimates);
  const slots = Math.max(1, parallelism);
  const elapsed = {
    p50: Math.max(critical.p50, work.p50 / slots),
    p90: Math.max(critical.p90, work.p90 / slots),
  };
  const tokens = { p50: Math.round(work.p50 * rates.tokensPerHour), p90: Math.round(work.p90 * rates.tokensPerHour) };
  const price = rates.usdPerMillionTokens;
  const cost = (count: number) => (count * (price ?? 0)) / 1_000_000;
  return {
    workHours: work,
    elapsedHours: elapsed,
    tokens,
    costUsd: price === null ? null : { p50: cost(tokens.p50), p90: cost(tokens.p90) },
  };
}

/** The critical path takes its own hours once, however many tasks of the same length run beside it. */
function longestChain(graph: TaskGraph, estimates: ReadonlyMap<string, Estimate>): Spread {
  const { hours, path } = criticalPath(graph);
  const critical = new Set(path);
  const { hours: variance } = criticalPath(graph, {
    hoursOf: ({ id }) => (critical.has(id) ? (estimates.get(id)?.sd ?? 0) ** 2 : 0),
    lagOf: () => 0,
  });
  return { p50: hours, p90: hours + z90 * Math.sqrt(variance) };
}

function spreadOf(ids: readonly string[], estimates: ReadonlyMap<string, Estimate>): Spread {
  let mean = 0;
  let variance = 0;
  for (const id of ids) {
    const estimate = estimates.get(id);
    mean += estimate?.expected ?? 0;
    variance += (estimate?.sd ?? 0) ** 2;
  }
  return { p50: mean, p90: mean + z90 * Math.sqrt(variance) };
}
