import { expect, test } from 'vitest';
import {
  acknowledge,
  iconFor,
  markedTitle,
  mostUrgent,
  type Tile,
  tileKeys,
  unseen,
  wholeStrip,
} from './annunciator.ts';

const since = new Date('2026-11-20T12:00:00Z');
const tile = (key: Tile['key'], over: Partial<Tile> = {}): Tile => ({
  key,
  lit: true,
  count: 1,
  detail: 'It stands.',
  since,
  href: '/',
  ...over,
});

test('the strip has all its tiles in their places, whatever the server names', () => {
  const strip = wholeStrip([tile('queue'), tile('needs_you')]);
  expect(strip.map((one) => one.key)).toEqual([...tileKeys]);
  expect(strip.filter((one) => one.lit).map((one) => one.key)).toEqual(['needs_you', 'queue']);
});

test('a lit tile asks to be seen until it is acknowledged', () => {
  const lit = tile('failed');
  expect(unseen(lit, {})).toBe(true);
  expect(unseen(lit, acknowledge([lit], ['failed'], {}))).toBe(false);
  expect(unseen(tile('failed', { lit: false }), {})).toBe(false);
});

test('an acknowledged tile shouts again when there is more of it, or when it comes anew', () => {
  const seen = acknowledge([tile('failed')], ['failed'], {});
  expect(unseen(tile('failed', { count: 2 }), seen)).toBe(true);
  expect(unseen(tile('failed', { since: new Date('2026-11-20T13:00:00Z') }), seen)).toBe(true);
});

test('fewer of what was acknowledged stays quiet', () => {
  const seen = acknowledge([tile('failed', { count: 3 })], ['failed'], {});
  expect(unseen(tile('failed', { count: 2 }), seen)).toBe(false);
});

test('a condition that went away is forgotten, others stay acknowledged', () => {
  const both = acknowledge([tile('failed'), tile('queue')], ['failed', 'queue'], {});
  const after = acknowledge([tile('failed', { lit: false }), tile('queue')], [], both);
  expect(Object.keys(after)).toEqual(['queue']);
});

test('title and icon carry the most urgent tile', () => {
  const strip = wholeStrip([tile('failed'), tile('needs_you', { count: 2 }), tile('queue')]);
  expect(mostUrgent(strip)?.key).toBe('needs_you');
  expect(markedTitle('Sessions', strip)).toBe('[2 NEEDS YOU] Sessions · Control room');
  expect(iconFor(strip)).toBe('/icon-waiting.svg');
  expect(markedTitle('Sessions', wholeStrip([]))).toBe('Sessions · Control room');
  expect(iconFor(wholeStrip([]))).toBe('/icon-clear.svg');
});
