import fc from 'fast-check';
import { expect, test } from 'vitest';
import { taskStatuses } from '../task.ts';
import { countsInOrder, foldEdges, foldGraph } from './fold.ts';
import { edge, graphs, node } from './testing.ts';

const nodes = [
  node('a', { status: 'completed' }),
  node('g'),
  node('g1', { parentId: 'g', status: 'failed' }),
  node('h', { parentId: 'g' }),
  node('h1', { parentId: 'h', status: 'completed' }),
  node('h2', { parentId: 'h', status: 'completed' }),
];
const edges = [edge('a', 'g1'), edge('a', 'h1'), edge('h1', 'h2'), edge('a', 'h2', { required: false })];

test('what lies in a folded group is seen at the outermost one, and its edges with it', () => {
  const folding = foldGraph(nodes, new Set(['g', 'h']));
  expect(Object.fromEntries(folding.seenAt)).toEqual({ a: 'a', g: 'g', g1: 'g', h: 'g', h1: 'g', h2: 'g' });
  expect(foldEdges(edges, folding).map(({ from, to, required, count }) => [from, to, required, count])).toEqual([
    ['a', 'g', true, 2],
    ['a', 'g', false, 1],
  ]);
});

test('a group counts its leaves by state, whether it is folded or not', () => {
  for (const folded of [[], ['h'], ['g', 'h']]) {
    const { counts } = foldGraph(nodes, new Set(folded));
    expect(counts.get('g')).toEqual({ failed: 1, completed: 2 });
    expect(counts.get('h')).toEqual({ completed: 2 });
  }
  expect(countsInOrder({ failed: 1, completed: 2 })).toEqual([
    ['completed', 2],
    ['failed', 1],
  ]);
});

test('folding loses no task and no edge between what is seen apart, whatever the graph', () => {
  fc.assert(
    fc.property(graphs(), fc.array(fc.nat(11).map(String)), (graph, folded) => {
      const folding = foldGraph(graph.nodes, new Set(folded));
      expect(folding.seenAt.size).toBe(graph.nodes.length);
      for (const [, seen] of folding.seenAt) expect(folding.seenAt.get(seen)).toBe(seen);
      const apart = graph.edges.filter((one) => folding.seenAt.get(one.from) !== folding.seenAt.get(one.to));
      expect(foldEdges(graph.edges, folding).reduce((sum, one) => sum + one.count, 0)).toBe(apart.length);
      const parents = new Set(graph.nodes.map(({ parentId }) => parentId));
      const roots = graph.nodes.filter(({ id, parentId }) => parentId === null && parents.has(id));
      const inRoots = roots.reduce(
        (sum, { id }) => sum + taskStatuses.reduce((all, status) => all + (folding.counts.get(id)?.[status] ?? 0), 0),
        0,
      );
      expect(inRoots).toBe(graph.nodes.filter(({ id, parentId }) => parentId !== null && !parents.has(id)).length);
    }),
  );
});

test('a parent that leads back to its child is no parent', () => {
  const circle = [node('a', { parentId: 'b' }), node('b', { parentId: 'a' })];
  expect(foldGraph(circle, new Set(['a', 'b'])).seenAt.size).toBe(2);
});
