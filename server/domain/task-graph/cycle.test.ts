import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dependencyTypes } from '../task.ts';
import { assertAddable, findCycle } from './cycle.ts';
import type { TaskGraph } from './graph.ts';
import { topologicalOrder } from './order.ts';
import { accepted, edge, graphs, node, proposals } from './testing.ts';

const refusal = (graph: TaskGraph, from: string, to: string): unknown => {
  try {
    assertAddable(graph, { from, to });
  } catch (error) {
    return error;
  }
  return null;
};

const abc = { nodes: [node('a'), node('b'), node('c')], edges: [edge('a', 'b'), edge('b', 'c')] };

test('a task on itself, a duplicate and an unknown task are refused', () => {
  expect(refusal(abc, 'a', 'a')).toMatchObject({ code: 'INVALID' });
  expect(refusal(abc, 'a', 'b')).toMatchObject({ code: 'CONFLICT' });
  expect(refusal(abc, 'a', 'z')).toMatchObject({ code: 'INVALID' });
  expect(refusal(abc, 'a', 'c')).toBeNull();
});

test('a cycle is refused and its path named', () => {
  expect(refusal(abc, 'c', 'a')).toMatchObject({ code: 'INVALID', message: expect.stringContaining('a → b → c → a') });
});

test.each(dependencyTypes)('a cycle over %s is refused too', (type) => {
  const graph = { nodes: abc.nodes, edges: [edge('a', 'b', { type }), edge('b', 'c', { type, required: false })] };
  expect(refusal(graph, 'c', 'a')).toMatchObject({ code: 'INVALID' });
});

const grouped = {
  nodes: [node('p'), node('c1', { parentId: 'p' }), node('c2', { parentId: 'p' }), node('x')],
  edges: [edge('c1', 'c2')],
};

test('a task and its own group cannot wait for each other', () => {
  expect(refusal(grouped, 'c1', 'p')).toMatchObject({ code: 'INVALID' });
  expect(refusal(grouped, 'p', 'c1')).toMatchObject({ code: 'INVALID' });
});

test('a cycle through a group is refused', () => {
  const graph = { ...grouped, edges: [...grouped.edges, edge('c1', 'x')] };
  expect(refusal(graph, 'x', 'p')).toMatchObject({ code: 'INVALID' });
  expect(refusal(graph, 'x', 'c2')).toBeNull();
  expect(refusal({ ...grouped, edges: [edge('x', 'p')] }, 'c2', 'x')).toMatchObject({ code: 'INVALID' });
});

test('a cycle already there is found, also one of parents', () => {
  expect(findCycle(abc)).toBeNull();
  expect(findCycle({ nodes: abc.nodes, edges: [...abc.edges, edge('c', 'a')] })?.sort()).toEqual(['a', 'b', 'c']);
  expect(findCycle({ nodes: [node('a', { parentId: 'b' }), node('b', { parentId: 'a' })], edges: [] })).not.toBeNull();
});

test('no cycle is ever accepted', () => {
  fc.assert(
    fc.property(graphs(), (graph) => {
      expect(findCycle(graph)).toBeNull();
    }),
  );
});

// Independent of the code under test: walks every path of the plain graph without groups.
function reaches(edges: readonly { from: string; to: string }[], from: string, to: string): boolean {
  const open = [from];
  const seen = new Set<string>();
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at === to) return true;
    if (seen.has(at)) continue;
    seen.add(at);
    for (const one of edges) if (one.from === at) open.push(one.to);
  }
  return false;
}

test('an edge is refused exactly when it is a loop, a duplicate, or its end already reaches its start', () => {
  fc.assert(
    fc.property(proposals(8), (proposed) => {
      const nodes = Array.from({ length: 8 }, (_, place) => node(String(place)));
      const edges: typeof proposed = [];
      for (const one of proposed) {
        const bad =
          one.from === one.to ||
          edges.some(({ from, to }) => from === one.from && to === one.to) ||
          reaches(edges, one.to, one.from);
        expect(refusal({ nodes, edges }, one.from, one.to) !== null).toBe(bad);
        if (!bad) edges.push(one);
      }
    }),
  );
});

test('a long chain neither overflows the stack nor is mistaken for a cycle', () => {
  const nodes = Array.from({ length: 20_000 }, (_, place) => node(String(place)));
  const edges = nodes.slice(1).map((one, place) => edge(one.id, String(place)));
  expect(findCycle({ nodes, edges })).toBeNull();
  expect(topologicalOrder({ nodes, edges })[0]).toBe('19999');
  expect(findCycle({ nodes, edges: [...edges, edge('0', '19999')] })).toHaveLength(20_000);
});

test('accepted edges are those that were not refused', () => {
  expect(accepted(abc.nodes, [edge('a', 'b'), edge('b', 'a'), edge('b', 'c')])).toHaveLength(2);
});
