import { type PlanTask, planGraph } from '../domain/blueprint.ts';
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
  const basis = await basisOf(
    store,
    plan.teamId,
    learned.reduce((sum, { samples }) => sum + samples, 0),
  );
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

/** What an hour of the team's work really took; without any record an assumption, shown as one, and no price. */
export async function basisOf(store: Pick<Tx, 'history'>, teamId: string, samples: number): Promise<EnvelopeBasis> {
  const { hours, tokens, costUsd } = await store.history.rates(teamId);
  const measured = hours > 0 && tokens > 0;
  return {
    samples,
    tokensPerHour: measured ? Math.round(tokens / hours) : assumedTokensPerHour,
    tokensSource: measured ? 'history' : 'assumed',
    usdPerMillionTokens: measured && costUsd !== null ? (costUsd * 1_000_000) / tokens : null,
  };
}
