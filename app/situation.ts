// What is wrong and what to do about it, in the order of urgency. Pure.
import { mostUrgent, type Tile, type TileKey, tileSigns, tileWords } from './annunciator.ts';
import type { GlyphName, Tone } from './status.ts';

export interface Concern {
  readonly key: string;
  readonly word: string;
  readonly glyph: GlyphName;
  readonly tone: Tone;
  /** What is the matter, as a sentence. */
  readonly detail: string;
  readonly since: Date | null;
  /** The next action in words, and where it is done. */
  readonly todo: string;
  readonly href: string;
}

const todos: Record<TileKey, string> = {
  needs_you: 'Answer',
  approval: 'Decide',
  conflict: 'Resolve',
  failed: 'See why it failed',
  quota: 'See what holds the places',
  runtime: 'See the runtime',
  queue: 'See the queue',
  link: 'Load again',
};

/** Parts of the machine a tile speaks of already. */
const told: readonly string[] = ['runtime'];

interface Part {
  readonly ok: boolean;
  readonly detail: string;
}

/** One concern for each lit tile and each part of the machine that is not well; none means that all is well. */
export function concernsOf(tiles: readonly Tile[], parts: Readonly<Record<string, Part>>): Concern[] {
  const lit: Concern[] = [];
  let left = tiles.filter((tile) => tile.lit);
  for (let tile = mostUrgent(left); tile !== null; tile = mostUrgent(left)) {
    const { key, detail, since, href } = tile;
    const { glyph, tone } = tileSigns[key];
    lit.push({ key, word: tileWords(tile), glyph, tone, detail, since, todo: todos[key], href });
    left = left.filter((one) => one.key !== key);
  }
  const machine = Object.entries(parts)
    .filter(([name, part]) => !part.ok && !told.includes(name))
    .map(
      ([name, part]): Concern => ({
        key: `part-${name}`,
        word: name.toUpperCase(),
        glyph: 'cross',
        tone: 'broken',
        detail: part.detail,
        since: null,
        todo: 'See the machine',
        href: '/#machine',
      }),
    );
  // Without its database or its loops nothing else on the page can be put right.
  return [...machine, ...lit];
}
