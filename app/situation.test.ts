import { expect, test } from 'vitest';
import { type Tile, wholeStrip } from './annunciator.ts';
import { concernsOf } from './situation.ts';

const tile = (key: Tile['key'], over: Partial<Tile> = {}): Tile => ({
  key,
  lit: true,
  count: 1,
  detail: `about ${key}`,
  since: null,
  href: `/${key}`,
  ...over,
});
const well = { database: { ok: true, detail: 'answers' }, runtime: { ok: true, detail: 'online' } };

test('nothing lit and every part well is no concern', () => {
  expect(concernsOf(wholeStrip([]), well)).toEqual([]);
});

test('concerns come by urgency, each with the next action and the list behind it', () => {
  const concerns = concernsOf(
    wholeStrip([
      tile('queue'),
      tile('failed', { count: 3 }),
      tile('needs_you', { count: 2 }),
      tile('approval', { lit: false }),
    ]),
    well,
  );
  expect(concerns.map(({ word, todo, href }) => `${word}: ${todo} ${href}`)).toEqual([
    '2 NEEDS YOU: Answer /needs_you',
    '3 FAILED: See why it failed /failed',
    'QUEUE: See the queue /queue',
  ]);
});

test('a part of the machine that fails stands before everything, but is not told twice', () => {
  const parts = {
    database: { ok: true, detail: 'answers' },
    loops: { ok: false, detail: 'late: dispatch' },
    runtime: { ok: false, detail: 'OpenCode is offline' },
  };
  expect(concernsOf(wholeStrip([tile('runtime')]), parts).map(({ key }) => key)).toEqual(['part-loops', 'runtime']);
});
