import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aTask } from '../live-testing.ts';
import { graphModel } from './task-graph-model.ts';
import { centred, drawnElements, drawnPart, firstView, walk, wholeView } from './task-graph-view.ts';

/** Chains beside each other, and between them as many edges again. */
function large(count: number) {
  const tasks = Array.from({ length: count }, (_, i) => aTask({ id: `t${i}`, key: `k${i}`, position: i }));
  const edges = tasks.flatMap((task, i) =>
    [i + 7, i + 31]
      .filter((to) => to < count)
      .map((to) => ({
        ...{ id: `${i}-${to}`, from: task.id, to: `t${to}` },
        ...({ type: 'finish_to_start', required: true, lagSeconds: 0 } as const),
      })),
  );
  return graphModel({ tasks, edges, criticalPath: [] });
}
const size = { width: 900, height: 500 };
const big = large(1_500);

test('never more than 800 nodes and lines are drawn in full, wherever and from however far it is looked at', () => {
  const views = fc.record({
    x: fc.integer({ min: -400_000, max: 10_000 }),
    y: fc.integer({ min: -400_000, max: 10_000 }),
    zoom: fc.double({ min: 0.02, max: 2, noNaN: true }),
  });
  fc.assert(
    fc.property(views, fc.nat(1_499), (view, kept) => {
      const drawn = drawnPart(big, view, size, new Set([`t${kept}`]));
      expect(drawn.nodes.length + drawn.lines.length).toBeLessThanOrEqual(drawnElements);
      expect(drawn.nodes.some((node) => node.task.id === `t${kept}`)).toBe(true);
      // What is not drawn in full is drawn as an outline: nothing is left out.
      expect(drawn.nodes.length + drawn.outlines.length).toBe(big.nodes.length);
      expect(drawn.lines.length + drawn.strokes.length).toBe(big.lines.length);
    }),
    { numRuns: 60 },
  );
});

test('a small graph is drawn whole wherever the window is', () => {
  const small = large(40);
  const drawn = drawnPart(small, { x: -90_000, y: 0, zoom: 1 }, size, new Set());
  expect(drawn.nodes).toHaveLength(40);
  expect(drawn.outlines).toEqual([]);
});

test('a large graph opens where work is going on, large enough to be read; a small one whole', () => {
  expect(firstView(big, size).zoom).toBe(0.6);
  const drawn = drawnPart(big, firstView(big, size), size, new Set());
  expect(drawn.nodes.length).toBeGreaterThan(5);
  const small = large(9);
  expect(firstView(small, size)).toEqual(wholeView(small, size));
});

test('a node is brought into the middle of the window', () => {
  expect(centred({ x: 1_000, y: 500 }, size, 0.5)).toEqual({ x: 450 - 558, y: 250 - 274, zoom: 0.5 });
});

test('the arrow keys walk along the edges and in the column, and lead nowhere from the ends', () => {
  const edge = { type: 'finish_to_start', required: true, lagSeconds: 0 } as const;
  const model = graphModel({
    tasks: ['a', 'b', 'c', 'd'].map((id, position) => aTask({ id, key: id, position })),
    edges: [
      { id: '1', from: 'a', to: 'b', ...edge },
      { id: '2', from: 'a', to: 'c', ...edge },
      { id: '3', from: 'c', to: 'd', ...edge },
    ],
    criticalPath: ['a', 'c', 'd'],
  });
  // The critical one first.
  expect(walk(model, 'a', 'ArrowRight')).toBe('c');
  expect(walk(model, 'd', 'ArrowLeft')).toBe('c');
  const [upper, lower] = ['b', 'c'].toSorted(
    (x, y) => (model.nodes.find((n) => n.task.id === x)?.y ?? 0) - (model.nodes.find((n) => n.task.id === y)?.y ?? 0),
  );
  expect(walk(model, upper ?? '', 'ArrowDown')).toBe(lower);
  expect(walk(model, lower ?? '', 'ArrowUp')).toBe(upper);
  expect(walk(model, 'd', 'ArrowRight')).toBeNull();
  expect(walk(model, 'a', 'ArrowUp')).toBeNull();
  expect(walk(model, 'a', 'x')).toBeNull();
  expect(walk(model, null, 'ArrowRight')).toBe('a');
});
