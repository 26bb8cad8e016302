import { expect, test } from 'vitest';
import type { WaitEdge } from '../server/domain/lock.ts';
import { waitBox, waitPicture } from './wait-picture.ts';

const edge = (from: string, to: string, held = true): WaitEdge => ({
  from,
  to,
  waiter: `w-${from}`,
  blocker: `b-${to}`,
  resource: 'repository:1',
  held,
});

test('whoever waits stands left of whoever it waits for, and nobody on another', () => {
  const { boxes, lines } = waitPicture([
    edge('second', 'holder'),
    edge('third', 'second', false),
    edge('third', 'holder'),
  ]);
  const x = (owner: string) => boxes.find((box) => box.owner === owner)?.x ?? Number.NaN;
  expect(x('third')).toBeLessThan(x('second'));
  expect(x('second')).toBeLessThan(x('holder'));
  expect(lines.map(({ circle }) => circle)).toEqual([false, false, false]);
  for (const [index, a] of boxes.entries())
    for (const b of boxes.slice(index + 1))
      expect(Math.abs(a.x - b.x) >= waitBox.width || Math.abs(a.y - b.y) >= waitBox.height).toBe(true);
});

test('a circle is drawn whole and marked, what only waits for it is not', () => {
  const { lines, height } = waitPicture([edge('a', 'b'), edge('b', 'a'), edge('c', 'a')]);
  expect(lines.map(({ edge: { from }, circle }) => `${from} ${circle}`)).toEqual(['a true', 'b true', 'c false']);
  expect(height).toBeGreaterThan(waitBox.height);
});

test('nobody who waits is no picture', () => {
  expect(waitPicture([])).toMatchObject({ boxes: [], lines: [] });
});
