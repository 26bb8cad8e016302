import fc from 'fast-check';
import { expect, test } from 'vitest';
import { criticalWords, type PictureEdge, pictureOf, pictureSizes, pictureWords } from './plan-picture.ts';

const edge = (from: string, to: string): PictureEdge => ({ from, to, type: 'finish_to_start', required: true });

test('a chain is told in words as it is drawn', () => {
  const tasks = ['a', 'b', 'c'].map((key) => ({ key }));
  const edges = [edge('a', 'c'), edge('b', 'c')];
  expect(pictureWords(tasks, edges)).toBe('a; b; c after a and b');
  const { nodes, lines } = pictureOf(tasks, edges, ['a', 'c'], pictureSizes.small);
  expect(nodes.filter((node) => node.critical).map((node) => node.key)).toEqual(['a', 'c']);
  expect(lines.map((line) => line.critical)).toEqual([true, false]);
});

test('a dependency on a task that is not there is left out', () => {
  expect(pictureOf([{ key: 'a' }], [edge('gone', 'a')], [], pictureSizes.small).lines).toEqual([]);
});

test('every line runs from left to right between boxes inside the picture', () => {
  const plans = fc.integer({ min: 1, max: 12 }).chain((count) =>
    fc.record({
      count: fc.constant(count),
      pairs: fc.array(fc.tuple(fc.nat(count - 1), fc.nat(count - 1)), { maxLength: 20 }),
    }),
  );
  fc.assert(
    fc.property(plans, ({ count, pairs }) => {
      const tasks = Array.from({ length: count }, (_, i) => ({ key: `t${i}` }));
      const edges = pairs.filter(([a, b]) => a < b).map(([a, b]) => edge(`t${a}`, `t${b}`));
      const { nodes, lines, width, height } = pictureOf(tasks, edges, [], pictureSizes.large);
      for (const line of lines) expect(line.x1).toBeLessThan(line.x2);
      for (const node of nodes) {
        expect(node.x + pictureSizes.large.width).toBeLessThanOrEqual(width);
        expect(node.y + pictureSizes.large.height).toBeLessThanOrEqual(height);
      }
    }),
  );
});

test('a long chain stands from the top down where there is little room, and a wide one does not', () => {
  const keys = ['a', 'b', 'c', 'd', 'e'];
  const tasks = keys.map((key) => ({ key }));
  const chain = keys.slice(1).map((key, i) => edge(keys[i] ?? '', key));
  const narrow = pictureOf(tasks, chain, [], pictureSizes.small, true);
  expect(narrow.down).toBe(true);
  expect(narrow.width).toBe(pictureSizes.small.width);
  expect(narrow.nodes.map((node) => node.y)).toEqual(narrow.nodes.map((node) => node.y).toSorted((a, b) => a - b));
  for (const line of narrow.lines) expect(line.y1).toBeLessThan(line.y2);
  expect(pictureOf(tasks, chain, [], pictureSizes.small).down).toBe(false);
  expect(pictureOf(tasks, [edge('a', 'b')], [], pictureSizes.small, true).down).toBe(false);
});

test('a critical path reads as a chain only where one task waits for the one before', () => {
  const chain = [edge('a', 'b'), edge('b', 'c')];
  expect(criticalWords(['a', 'b', 'c'], chain)).toBe('The heavy line is the critical path: a › b › c.');
  expect(criticalWords(['a'], [])).toBe('a alone decides how long it takes.');
  const beside = [edge('a', 'c'), edge('b', 'c')];
  expect(criticalWords(['a', 'b', 'c'], beside)).toMatch(/^No slack in a, b, c: /);
  const together: PictureEdge[] = [{ ...edge('a', 'b'), type: 'start_to_start' }];
  expect(criticalWords(['a', 'b'], together)).toMatch(/^No slack in a, b: /);
});
