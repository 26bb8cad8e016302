import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type LayoutEdge, layoutGraph, type NodeSize } from './graph-layout.ts';

const size: NodeSize = { width: 200, height: 80, gapX: 60, gapY: 20 };

const graphs = fc.integer({ min: 0, max: 40 }).chain((count) =>
  fc.record({
    ids: fc.constant(Array.from({ length: count }, (_, i) => `t${i}`)),
    edges: fc
      .array(fc.tuple(fc.nat(Math.max(0, count - 1)), fc.nat(Math.max(0, count - 1))), { maxLength: 80 })
      .map((pairs) => pairs.filter(([a, b]) => a < b).map(([a, b]): LayoutEdge => ({ from: `t${a}`, to: `t${b}` }))),
  }),
);

test('every node is placed right of all its prerequisites and no two nodes overlap', () => {
  fc.assert(
    fc.property(graphs, ({ ids, edges }) => {
      const { positions, width, height } = layoutGraph(ids, edges, size);
      expect(positions.size).toBe(ids.length);
      for (const { from, to } of edges) {
        expect(positions.get(to)?.x).toBeGreaterThan(positions.get(from)?.x ?? Number.POSITIVE_INFINITY);
      }
      const columns = Map.groupBy(positions.values(), (placed) => placed.x);
      for (const column of columns.values()) {
        const ys = column.map((placed) => placed.y).sort((a, b) => a - b);
        for (const [i, y] of ys.entries()) if (i > 0) expect(y - (ys[i - 1] ?? 0)).toBeGreaterThanOrEqual(size.height);
        for (const y of ys) expect(y).toBeGreaterThanOrEqual(0);
      }
      for (const placed of positions.values()) {
        expect(placed.x + size.width).toBeLessThanOrEqual(width);
        expect(placed.y + size.height).toBeLessThanOrEqual(height);
      }
    }),
  );
});

test('the same graph gives the same picture', () => {
  fc.assert(
    fc.property(graphs, ({ ids, edges }) => {
      expect(layoutGraph(ids, edges, size)).toEqual(layoutGraph(ids, edges, size));
    }),
  );
});

test('a layer is the longest way from the start, not the shortest', () => {
  const edges = [
    { from: 'a', to: 'b' },
    { from: 'b', to: 'c' },
    { from: 'a', to: 'c' },
  ];
  const { positions } = layoutGraph(['a', 'b', 'c'], edges, size);
  expect([...positions.values()].map((placed) => placed.layer)).toEqual([0, 1, 2]);
});

test('sweeps take away a crossing that the order of input would draw', () => {
  const edges = [
    { from: 'a', to: 'd' },
    { from: 'b', to: 'c' },
  ];
  const { positions } = layoutGraph(['a', 'b', 'c', 'd'], edges, size);
  const yOf = (id: string) => positions.get(id)?.y ?? Number.NaN;
  expect(Math.sign(yOf('a') - yOf('b'))).toBe(Math.sign(yOf('d') - yOf('c')));
});

test('a chain lies on one straight line', () => {
  const edges = [
    { from: 'a', to: 'b' },
    { from: 'b', to: 'c' },
  ];
  const { positions } = layoutGraph(['a', 'b', 'c'], edges, size);
  expect(new Set([...positions.values()].map((placed) => placed.y)).size).toBe(1);
});

test('nothing to draw gives an empty picture; edges to unknown nodes are left out', () => {
  expect(layoutGraph([], [], size)).toEqual({ positions: new Map(), width: 0, height: 0 });
  expect(layoutGraph(['a'], [{ from: 'a', to: 'ghost' }], size).positions.get('a')).toEqual({ x: 0, y: 0, layer: 0 });
});

test('nodes that wait for each other in a circle stand in columns all the same, from the first of the list on', () => {
  const ids = ['a', 'b', 'c', 'd'];
  const circle = ids.map((from, i) => ({ from, to: ids[(i + 1) % ids.length] ?? '' }));
  const { positions } = layoutGraph(ids, circle, size);
  expect(ids.map((id) => positions.get(id)?.layer)).toEqual([0, 1, 2, 3]);
});

test('any graph, with circles and a greatest height, is placed whole: nothing overlaps, no column is too tall', () => {
  const any = fc
    .integer({ min: 1, max: 40 })
    .chain((count) =>
      fc.tuple(
        fc.constant(count),
        fc.array(fc.tuple(fc.nat(count - 1), fc.nat(count - 1)), { maxLength: 90 }),
        fc.integer({ min: 1, max: 9 }),
      ),
    );
  fc.assert(
    fc.property(any, ([count, pairs, tallest]) => {
      const ids = Array.from({ length: count }, (_, i) => `t${i}`);
      const { positions } = layoutGraph(
        ids,
        pairs.map(([a, b]) => ({ from: `t${a}`, to: `t${b}` })),
        size,
        tallest,
      );
      expect(positions.size).toBe(count);
      for (const column of Map.groupBy(positions.values(), ({ x }) => x).values()) {
        expect(column.length).toBeLessThanOrEqual(tallest);
        expect(new Set(column.map(({ layer }) => layer)).size).toBe(1);
        const ys = column.map(({ y }) => y).sort((a, b) => a - b);
        for (const [i, y] of ys.entries()) if (i > 0) expect(y - (ys[i - 1] ?? 0)).toBeGreaterThanOrEqual(size.height);
      }
    }),
  );
});
