import { expect, test } from 'vitest';
import { createKeyReader, keyActions, keyMap } from './keys.ts';
import { places, placesFor } from './places.ts';

const stroke = (key: string, more: { ctrlKey?: boolean; metaKey?: boolean; altKey?: boolean } = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...more,
});

test.each([
  ['?', 'help'],
  ['/', 'search'],
  ['j', 'down'],
  ['K', 'up'],
  ['x', 'select'],
  ['.', 'commands'],
  ['c', 'create'],
  ['n', 'next'],
  ['q', null],
  ['Enter', null],
])('%s means %s', (key, action) => {
  expect(createKeyReader()(stroke(key), true, 0).action).toBe(action);
});

test('G and a letter goes, in time', () => {
  const read = createKeyReader();
  expect(read(stroke('g'), true, 0)).toEqual({ action: null });
  expect(read(stroke('s'), true, 1_000)).toEqual({ action: 'go', letter: 'S' });
  expect(read(stroke('g'), true, 2_000)).toEqual({ action: null });
  expect(read(stroke('j'), true, 4_000)).toEqual({ action: 'down' });
});

test('the letter after G wins over its own meaning, once', () => {
  const read = createKeyReader();
  read(stroke('g'), true, 0);
  expect(read(stroke('k'), true, 10)).toEqual({ action: 'go', letter: 'K' });
  expect(read(stroke('k'), true, 20)).toEqual({ action: 'up' });
});

test('where single keys are off only the palette opens', () => {
  const read = createKeyReader();
  expect(read(stroke('j'), false, 0).action).toBeNull();
  expect(read(stroke('g'), false, 0).action).toBeNull();
  expect(read(stroke('s'), true, 1).action).toBeNull();
  expect(read(stroke('k', { ctrlKey: true }), false, 2).action).toBe('palette');
  expect(read(stroke('k', { metaKey: true }), false, 3).action).toBe('palette');
});

test("the browser's own shortcuts stay the browser's", () => {
  const read = createKeyReader();
  expect(read(stroke('c', { ctrlKey: true }), true, 0).action).toBeNull();
  expect(read(stroke('n', { metaKey: true }), true, 0).action).toBeNull();
  expect(read(stroke('k', { ctrlKey: true, altKey: true }), true, 0).action).toBeNull();
});

test('every action is told, and every room has a letter of its own', () => {
  expect(Object.keys(keyMap).toSorted()).toEqual([...keyActions].toSorted());
  const letters = places.map((place) => place.letter);
  expect(new Set(letters).size).toBe(letters.length);
  for (const letter of letters) expect(letter).toMatch(/^[A-Z]$/);
  expect(placesFor(false).some((place) => place.to === '/admin')).toBe(false);
  expect(placesFor(true).some((place) => place.to === '/admin')).toBe(true);
});
