import { expect, test } from 'vitest';
import { acyclic, mostBoxes, pictureOf } from './architecture-picture.ts';

const part = (id: string) => ({ id, files: 1, lines: 1 });
const edge = (from: string, to: string, values: number, types = 0) => ({ from, to, values, types });

test('who imports stands left of what it imports, even where types go both ways', () => {
  const picture = pictureOf({
    parts: ['app', 'application', 'domain', 'components'].map(part),
    edges: [
      edge('app', 'components', 90),
      edge('components', 'app', 40),
      edge('app', 'application', 0, 20),
      edge('application', 'domain', 300),
      edge('components', 'domain', 10),
    ],
  });
  const x = (id: string) => picture?.boxes.find((box) => box.id === id)?.x ?? Number.NaN;
  expect(x('app')).toBeLessThan(x('components'));
  expect(x('app')).toBeLessThan(x('application'));
  expect(x('application')).toBeLessThan(x('domain'));
  expect(picture?.lines).toHaveLength(5);
});

test('a circle loses its lightest side', () => {
  const kept = acyclic([edge('a', 'b', 3), edge('b', 'c', 2), edge('c', 'a', 0, 50)]);
  expect(kept.map(({ from, to }) => `${from}${to}`)).toEqual(['ab', 'bc']);
});

test('too many parts are no picture', () => {
  expect(
    pictureOf({ parts: Array.from({ length: mostBoxes + 1 }, (_, index) => part(`p${index}`)), edges: [] }),
  ).toBeNull();
});
