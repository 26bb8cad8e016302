import { expect, test } from 'vitest';
import type { Tile } from './annunciator.ts';
import { callChoiceFrom, callName, callsFor, callWords, waitsIn } from './call.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 10, 20, 12, minute));
const tile = (key: Tile['key'], count: number, minute = 0): Tile => ({
  key,
  lit: count > 0,
  count,
  detail: 'IND-7: bash: npm publish',
  since: at(minute),
  href: '/asks',
});

test('silence unless both were asked for in so many words', () => {
  for (const stored of [null, '', '{', '[]', 'null', '{"notify":"yes"}'])
    expect(callChoiceFrom(stored)).toEqual({ notify: false, sound: false });
  expect(callChoiceFrom('{"notify":true}')).toEqual({ notify: true, sound: false });
});

test('only what waits for a person calls', () => {
  expect(callsFor([tile('failed', 3), tile('queue', 1)], {})).toEqual([]);
  expect(callsFor([tile('needs_you', 1)], {}).map(({ key }) => key)).toEqual(['needs_you']);
});

test('more of it, or another beginning, calls again; the same and less do not', () => {
  const before = waitsIn([tile('needs_you', 2, 5)]);
  expect(callsFor([tile('needs_you', 2, 5)], before)).toEqual([]);
  expect(callsFor([tile('needs_you', 1, 9)], before)).toEqual([]);
  expect(callsFor([tile('needs_you', 3, 5)], before)).toHaveLength(1);
  expect(callsFor([tile('needs_you', 2, 9)], before)).toHaveLength(1);
  expect(callsFor([tile('needs_you', 1)], waitsIn([tile('needs_you', 0)]))).toHaveLength(1);
});

test('a call has a name of its own and says what waits', () => {
  const calls = [tile('needs_you', 2), tile('approval', 1)];
  expect(callWords(calls)).toEqual({ title: '2 NEEDS YOU, APPROVAL', body: 'IND-7: bash: npm publish', href: '/asks' });
  expect(callName(calls)).not.toBe(callName([tile('needs_you', 3), tile('approval', 1)]));
});
