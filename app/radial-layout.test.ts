import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byWeight } from '../server/domain/handover.ts';
import { radialLayout } from './radial-layout.ts';

const handover = (from: string, to: string, flowed = 1, rerouted = 0) => ({ from, to, flowed, rerouted });

test('agents stand evenly around, the first at the top, and never touch', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 60 }), (count) => {
      const { places, node, size } = radialLayout(
        Array.from({ length: count }, (_, index) => `a${index}`),
        [],
      );
      expect(places).toHaveLength(count);
      if (count > 0) expect(places[0]).toMatchObject({ angle: 0, x: size / 2 });
      for (const [index, place] of places.entries()) {
        expect(place.x - node).toBeGreaterThanOrEqual(0);
        expect(place.y + node).toBeLessThanOrEqual(size);
        const next = places[(index + 1) % count];
        if (next !== undefined && next !== place)
          expect(Math.hypot(next.x - place.x, next.y - place.y)).toBeGreaterThan(node * 2);
      }
    }),
  );
});

test('a chord runs from rim to rim of agents that are there, wider for more, apart for both ways', () => {
  const { chords, places, node } = radialLayout(
    ['a', 'b', 'c', 'd'],
    [handover('a', 'c', 9), handover('c', 'a', 0, 1), handover('a', 'gone'), handover('b', 'b')],
  );
  expect(chords.map(({ handover: { from, to } }) => `${from}${to}`)).toEqual(['ac', 'ca']);
  const [there, back] = chords;
  expect(there?.width).toBeGreaterThan(back?.width ?? Infinity);
  expect(there?.path).not.toBe(back?.path);
  const c = places[2];
  expect(Math.hypot((there?.tip.x ?? 0) - (c?.x ?? 0), (there?.tip.y ?? 0) - (c?.y ?? 0))).toBeCloseTo(node + 6, 0);
});

test('what was taken away comes before what flowed', () => {
  expect(
    byWeight([handover('a', 'b', 9), handover('b', 'c', 0, 1), handover('c', 'd', 10)]).map(({ from }) => from),
  ).toEqual(['b', 'c', 'a']);
});
