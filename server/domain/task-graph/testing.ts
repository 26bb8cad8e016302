import fc from 'fast-check';
import { dependencyTypes } from '../task.ts';
import { assertAddable } from './cycle.ts';
import type { GraphEdge, GraphNode, TaskGraph } from './graph.ts';

/** A node for tests; the id is also the key. */
export function node(id: string, change: Partial<GraphNode> = {}): GraphNode {
  return {
    id,
    key: id,
    parentId: null,
    status: 'pending',
    reason: null,
    optional: false,
    hours: 1,
    startedAt: null,
    endedAt: null,
    ...change,
  };
}

/** An edge for tests: `edge('a', 'b')` lets b wait for the completion of a. */
export function edge(from: string, to: string, change: Partial<GraphEdge> = {}): GraphEdge {
  return { from, to, type: 'finish_to_start', required: true, lagSeconds: 0, ...change };
}

/** Proposed edges between any nodes, also bad ones. */
export const proposals = (count: number) =>
  fc.array(
    fc.record({
      from: fc.integer({ min: 0, max: count - 1 }).map(String),
      to: fc.integer({ min: 0, max: count - 1 }).map(String),
      type: fc.constantFrom(...dependencyTypes),
      required: fc.boolean(),
      lagSeconds: fc.constantFrom(0, 0, 30),
    }),
    { maxLength: 3 * count },
  );

/** Graphs as people make them: nodes, some inside groups, and every proposed edge that `assertAddable` accepts. */
export const graphs = (most = 12): fc.Arbitrary<TaskGraph> =>
  fc.integer({ min: 1, max: most }).chain((count) =>
    fc
      .record({
        hours: fc.array(fc.integer({ min: 0, max: 20 }), { minLength: count, maxLength: count }),
        optional: fc.array(fc.boolean(), { minLength: count, maxLength: count }),
        // Only an earlier node may be the parent, so that groups form a forest.
        parents: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: count, maxLength: count }),
        edges: proposals(count),
      })
      .map(({ hours, optional, parents, edges }) => {
        const nodes = hours.map((one, place) => {
          const parent = Math.floor((parents[place] ?? 1) * 3 * count);
          return node(String(place), {
            hours: one,
            optional: optional[place] ?? false,
            parentId: parent < place ? String(parent) : null,
          });
        });
        return { nodes, edges: accepted(nodes, edges) };
      }),
  );

/** The proposed edges that were not refused, added one after the other. */
export function accepted(nodes: readonly GraphNode[], proposed: readonly GraphEdge[]): GraphEdge[] {
  const edges: GraphEdge[] = [];
  for (const one of proposed) {
    try {
      assertAddable({ nodes, edges }, one);
    } catch {
      continue; // Refused: that is what is tested elsewhere.
    }
    edges.push(one);
  }
  return edges;
}
