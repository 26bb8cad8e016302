import fc from 'fast-check';
import { expect, test } from 'vitest';
import { topologicalOrder, waves } from './order.ts';
import { edge, graphs, node } from './testing.ts';

test('the order keeps the list where dependencies leave it open', () => {
  const nodes = ['a', 'b', 'c', 'd'].map((id) => node(id));
  expect(topologicalOrder({ nodes, edges: [] })).toEqual(['a', 'b', 'c', 'd']);
  expect(topologicalOrder({ nodes, edges: [edge('a', 'b'), edge('c', 'd')] })).toEqual(['a', 'b', 'c', 'd']);
  expect(topologicalOrder({ nodes, edges: [edge('d', 'a')] })).toEqual(['d', 'a', 'b', 'c']);
});

test('an order of a cycle is refused', () => {
  const graph = { nodes: [node('a'), node('b')], edges: [edge('a', 'b'), edge('b', 'a')] };
  expect(() => topologicalOrder(graph)).toThrow(expect.objectContaining({ code: 'INVALID' }));
});

test('the order holds every task once, after all it waits for and after its group', () => {
  fc.assert(
    fc.property(graphs(), (graph) => {
      const order = topologicalOrder(graph);
      expect([...order].sort()).toEqual(graph.nodes.map(({ id }) => id).sort());
      for (const { from, to } of graph.edges) expect(order.indexOf(from)).toBeLessThan(order.indexOf(to));
      for (const { id, parentId } of graph.nodes) {
        if (parentId !== null) expect(order.indexOf(parentId)).toBeLessThan(order.indexOf(id));
      }
    }),
  );
});

test('a diamond has three waves', () => {
  const nodes = ['a', 'b', 'c', 'd'].map((id) => node(id));
  const edges = [edge('a', 'b'), edge('a', 'c'), edge('b', 'd'), edge('c', 'd')];
  expect(waves({ nodes, edges })).toEqual([['a'], ['b', 'c'], ['d']]);
});

test('what waits for a group is a wave after the last of its children', () => {
  const nodes = [node('p'), node('c1', { parentId: 'p' }), node('c2', { parentId: 'p' }), node('x')];
  expect(waves({ nodes, edges: [edge('c1', 'c2'), edge('p', 'x')] })).toEqual([['c1'], ['c2'], ['x']]);
});

test('waves hold each leaf once and every dependency between leaves crosses to a later wave', () => {
  fc.assert(
    fc.property(graphs(), (graph) => {
      const groups = new Set(graph.nodes.map(({ parentId }) => parentId));
      const leaves = graph.nodes.filter(({ id }) => !groups.has(id)).map(({ id }) => id);
      const found = waves(graph);
      expect(found.flat().sort()).toEqual(leaves.sort());
      const waveOf = (id: string) => found.findIndex((wave) => wave.includes(id));
      for (const { from, to } of graph.edges) {
        if (!groups.has(from) && !groups.has(to)) expect(waveOf(from)).toBeLessThan(waveOf(to));
      }
    }),
  );
});
