import { parsePlan, planGraph } from '../server/domain/blueprint.ts';
import type { ContextData } from '../server/domain/context.ts';
import { assertContextData, withValue } from '../server/domain/context-data.ts';
import { leafChanges } from '../server/domain/context-leaves.ts';
import { type MergeSide, mergeContexts } from '../server/domain/context-merge.ts';
import { estimateOf } from '../server/domain/estimate.ts';
import { criticalPath } from '../server/domain/task-graph/critical-path.ts';
import { assumedTokensPerHour, envelopeOf } from '../server/domain/task-graph/envelope.ts';
import type { GraphEdge, GraphNode, TaskGraph } from '../server/domain/task-graph/graph.ts';
import { readySet } from '../server/domain/task-graph/ready.ts';
import { type Figure, figure } from './figures.ts';
import { largeFleet, manyRequests, routeAll } from './fleet.ts';

const rounds = 200;

/** The pure answers on the largest graphs they are asked about. */
export async function domain(): Promise<Figure[]> {
  const graph = largeGraph(5_000);
  const now = new Date();
  const plan = largePlan(200);
  const parsed = parsePlan(plan);
  const [fleet, requests] = [largeFleet(1_000), manyRequests(100)];
  const [ours, theirs] = [largeContext('ours'), largeContext('theirs')];
  return [
    figure(
      'ready set of 5,000 tasks, 6,500 dependencies',
      'ms',
      timed(() => readySet(graph, now)),
    ),
    figure(
      'check a plan of 200 tasks as it arrives',
      'ms',
      timed(() => parsePlan(plan)),
    ),
    figure(
      'critical path of 200 tasks',
      'ms',
      timed(() => criticalPath(planGraph(parsed))),
    ),
    figure(
      'plan 200 tasks: validate, critical path, envelope',
      'ms',
      timed(() => planned(plan)),
      { atMost: 20 },
    ),
    figure(
      'critical path of 5,000 tasks',
      'ms',
      timed(() => criticalPath(graph)),
    ),
    figure(
      'routing 100 tasks among 1,000 agents, each decision with its whole explanation',
      'ms',
      timed(() => routeAll(requests, fleet)),
      { atMost: 50 },
    ),
    figure(
      'merge of two contexts of 1 MB and 5,000 leaves, a quarter in conflict, with its checks and history',
      'ms',
      timed(() => {
        const { data } = mergeContexts(ours, [theirs], 'last_write_wins');
        assertContextData(data);
        return leafChanges({}, data);
      }),
      { atMost: 50 },
    ),
  ];
}

/** What a plan goes through before it is shown. */
function planned(plan: unknown[]) {
  const tasks = parsePlan(plan);
  const graph = planGraph(tasks);
  const estimates = new Map(tasks.map((task) => [task.key, estimateOf(task.estimate, 'blueprint')]));
  const rates = { tokensPerHour: assumedTokensPerHour, usdPerMillionTokens: 3 };
  return { path: criticalPath(graph), envelope: envelopeOf(graph, estimates, rates, 4) };
}

function timed(work: () => unknown): number[] {
  for (let round = 0; round < rounds / 4; round += 1) work();
  return Array.from({ length: rounds }, () => {
    const began = performance.now();
    work();
    return performance.now() - began;
  });
}

/** Half done: the first half is completed, so the answer lies in the middle. 1.3 dependencies per task. */
function largeGraph(count: number): TaskGraph {
  const random = seeded(1);
  const nodes = Array.from({ length: count }, (_, place): GraphNode => {
    const done = place < count / 2;
    const moment = done ? new Date(1_700_000_000_000 + place) : null;
    return {
      id: `task-${place}`,
      key: String(place + 1),
      parentId: null,
      status: done ? 'completed' : 'pending',
      reason: null,
      optional: false,
      hours: 1 + Math.floor(random() * 8),
      startedAt: moment,
      endedAt: moment,
    };
  });
  const edges = Array.from({ length: Math.round(count * 1.3) }, (): GraphEdge => {
    const to = 1 + Math.floor(random() * (count - 1));
    // Near the dependent, as people write them: long chains rather than one wide layer.
    const from = Math.max(0, to - 1 - Math.floor(random() * 50));
    return { from: `task-${from}`, to: `task-${to}`, type: 'finish_to_start', required: true, lagSeconds: 0 };
  });
  return { nodes, edges };
}

function largePlan(count: number): unknown[] {
  const random = seeded(2);
  return Array.from({ length: count }, (_, place) => {
    const chosen = new Set([1, 2].map(() => place - 1 - Math.floor(random() * 8)).filter((one) => one >= 0));
    return {
      key: `task-${place}`,
      title: `Add part ${place}`,
      estimate: { optimistic: 1, likely: 2, pessimistic: 6 },
      dependsOn: [...chosen].map((one) => ({ key: `task-${one}` })),
    };
  });
}

/** Ten areas of fifty parts of ten leaves each, 1 MB of JSON; every fourth leaf differs from side to side. */
function largeContext(id: string): MergeSide {
  let data: ContextData = {};
  for (let leaf = 0; leaf < 5_000; leaf += 1) {
    const path = `area-${leaf % 10}.part-${Math.floor(leaf / 10) % 50}.leaf-${leaf}`;
    data = withValue(data, path, (leaf % 4 === 0 ? id : 'same').padEnd(175, 'x'));
  }
  const at = new Date(1_700_000_000_000);
  return { id, data, writtenAt: () => at };
}

/** The same graphs in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}
