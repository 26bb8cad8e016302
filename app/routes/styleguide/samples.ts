import { type Tile, wholeStrip } from '../../annunciator.ts';
import type { Problem } from '../../problem.ts';

const tile = (key: Tile['key'], count: number): Tile => ({
  key,
  lit: true,
  count,
  detail: 'As it looks while its condition stands.',
  since: null,
  href: '#annunciator',
});

/** One tile that is new, one that was acknowledged, the others dark. */
export const sampleTiles = wholeStrip([tile('needs_you', 2), tile('failed', 1)]);

export const sampleProblem: Problem = {
  code: 'CONFLICT',
  message: 'The session changed meanwhile.',
  requestId: '00000000-0000-4000-8000-000000000000',
  retryAfterSeconds: null,
};
