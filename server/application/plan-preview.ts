import { type PlanTask, planGraph } from '../domain/blueprint.ts';
import type { Prices } from '../domain/budget.ts';
import { collisionsOf } from '../domain/path-leases.ts';
import type { EnvelopeBasis, PlanPreview } from '../domain/plan-preview.ts';
import { complexityOf } from '../domain/task.ts';
import { criticalPath } from '../domain/task-graph/critical-path.ts';
import { assumedTokensPerHour, envelopeOf } from '../domain/task-graph/envelope.ts';
import { waves } from '../domain/task-graph/order.ts';
import type { Tx } from './store-port.ts';
import { learnTasks } from './task-learning.ts';

export interface PreviewedPlan {
  readonly teamId: string;
  /** Without one only the team's history is asked. */
  readonly repositoryId: string | null;
  /** Under whose key the history of its tasks is kept; null for a planner's plan. */
  readonly blueprint?: string | null | undefined;
  readonly tasks: readonly PlanTask[];
  readonly parallelism: number;
  /** Of the model that would run it; without them the price is what the team's work has cost so far. */
  readonly prices?: Prices | undefined;
}

/** What a validated plan is likely to take (domain.md 2.5), how it would run, and where its tasks would wait for each other. */
export async function previewPlan(store: Pick<Tx, 'history'>, plan: PreviewedPlan): Promise<PlanPreview> {
  const blueprint = plan.blueprint ?? null;
  const learned = await learnTasks(
    store,
    plan,
    plan.tasks.map((task) => ({ ...task, planKey: blueprint === null ? null : `${blueprint}/${task.key}` })),
    blueprint === null ? 'planner' : 'blueprint',
  );
  const tasks = plan.tasks.map((task, place) => {
    const { estimate, predictedWrites } = learned[place] ?? { estimate: null, predictedWrites: [] };
    if (estimate === null) throw new Error(`The task ${task.key} was not estimated`);
    return { ...task, estimate, complexity: complexityOf(estimate.expected), predictedWrites };
  });
  const graph = planGraph(tasks);
  const { path, slackHours } = criticalPath(graph);
  const samples = learned.reduce((sum, one) => sum + one.samples, 0);
  const basis = await basisOf(store, plan.teamId, samples, plan.prices);
  return {
    tasks,
    edges: graph.edges,
    waves: waves(graph),
    criticalPath: path,
    slackHours,
    envelope: envelopeOf(graph, new Map(tasks.map(({ key, estimate }) => [key, estimate])), basis, plan.parallelism),
    basis,
    collisions: collisionsOf(tasks, graph.edges),
  };
}

/** An agent reads far more than it writes: so much of a million tokens is taken for input. */
const inputShare = 0.8;

/**
 * What an hour of the team's work really took; without any record an assumption, shown as one. The price is the model's when
 * it is known, else what the team's work has cost, else null.
 */
export async function basisOf(
  store: Pick<Tx, 'history'>,
  teamId: string,
  samples: number,
  prices: Prices = { input: null, output: null },
): Promise<EnvelopeBasis> {
  const { hours, tokens, costUsd } = await store.history.rates(teamId);
  const measured = hours > 0 && tokens > 0;
  return {
    samples,
    tokensPerHour: measured ? Math.round(tokens / hours) : assumedTokensPerHour,
    tokensSource: measured ? 'history' : 'assumed',
    usdPerMillionTokens: priceOf(prices) ?? (measured && costUsd !== null ? (costUsd * 1_000_000) / tokens : null),
  };
}

function priceOf({ input, output }: Prices): number | null {
  return input === null || output === null ? null : input * inputShare + output * (1 - inputShare);
}
