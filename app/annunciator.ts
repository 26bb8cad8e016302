// What the strip of tiles means and when a tile blinks. Pure: the strip, the page title and the icon use the same.
import type { GlyphName, Tone } from './status.ts';

export const tileKeys = ['needs_you', 'approval', 'conflict', 'failed', 'quota', 'runtime', 'queue', 'link'] as const;
export type TileKey = (typeof tileKeys)[number];

export interface Tile {
  readonly key: TileKey;
  readonly lit: boolean;
  readonly count: number;
  readonly detail: string;
  readonly since: Date | null;
  readonly href: string;
}

/** What was acknowledged: the condition's beginning and how many there were. More of them, or a new start, relights. */
export type Acknowledged = Partial<Record<TileKey, { since: string | null; count: number }>>;

export const tileSigns: Record<TileKey, { word: string; glyph: GlyphName; tone: Tone; urgency: number }> = {
  needs_you: { word: 'NEEDS YOU', glyph: 'bell', tone: 'waiting', urgency: 2 },
  approval: { word: 'APPROVAL', glyph: 'diamond', tone: 'waiting', urgency: 3 },
  conflict: { word: 'CONFLICT', glyph: 'warning', tone: 'broken', urgency: 4 },
  failed: { word: 'FAILED', glyph: 'cross', tone: 'broken', urgency: 5 },
  quota: { word: 'QUOTA', glyph: 'half', tone: 'caution', urgency: 7 },
  runtime: { word: 'RUNTIME', glyph: 'square', tone: 'broken', urgency: 6 },
  queue: { word: 'QUEUE', glyph: 'clock', tone: 'caution', urgency: 8 },
  link: { word: 'LINK', glyph: 'link', tone: 'broken', urgency: 1 },
};

/** All eight tiles in their fixed places; one the server did not name is dark. */
export function wholeStrip(tiles: readonly Tile[]): Tile[] {
  return tileKeys.map(
    (key) =>
      tiles.find((tile) => tile.key === key) ?? { key, lit: false, count: 0, detail: 'Clear.', since: null, href: '/' },
  );
}

/** Whether the tile asks to be seen: lit, and not acknowledged as it stands. */
export function unseen(tile: Tile, acknowledged: Acknowledged): boolean {
  if (!tile.lit) return false;
  const seen = acknowledged[tile.key];
  return seen === undefined || seen.since !== (tile.since?.toISOString() ?? null) || tile.count > seen.count;
}

/** Acknowledges the tiles given; those that went dark are forgotten, so that they blink when they come again. */
export function acknowledge(tiles: readonly Tile[], keys: readonly TileKey[], before: Acknowledged): Acknowledged {
  const after: Acknowledged = {};
  for (const tile of tiles) {
    if (!tile.lit) continue;
    const kept = keys.includes(tile.key)
      ? { since: tile.since?.toISOString() ?? null, count: tile.count }
      : before[tile.key];
    if (kept !== undefined) after[tile.key] = kept;
  }
  return after;
}

/** The lit tile that matters most, or null. */
export function mostUrgent(tiles: readonly Tile[]): Tile | null {
  const lit = tiles.filter((tile) => tile.lit);
  return lit.toSorted((a, b) => tileSigns[a.key].urgency - tileSigns[b.key].urgency)[0] ?? null;
}

/** `2 NEEDS YOU`; a single condition stands without its number. */
export function tileWords(tile: Tile): string {
  return tile.count > 1 ? `${tile.count} ${tileSigns[tile.key].word}` : tileSigns[tile.key].word;
}

/** The page title: the most urgent tile first, because a tab shows only its beginning. */
export function markedTitle(words: string, tiles: readonly Tile[]): string {
  const urgent = mostUrgent(tiles);
  const title = `${words} · Control room`;
  return urgent === null ? title : `[${tileWords(urgent)}] ${title}`;
}

/** The icon of the tab: its colour block is the most urgent tile's tone. */
export function iconFor(tiles: readonly Tile[]): string {
  const urgent = mostUrgent(tiles);
  return urgent === null ? '/icon-clear.svg' : `/icon-${tileSigns[urgent.key].tone}.svg`;
}
