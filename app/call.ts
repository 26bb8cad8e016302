// Calling a person who looks elsewhere: a notification of the browser and one tone, each off until asked for.
import { type Tile, type TileKey, tileWords } from './annunciator.ts';

export interface CallChoice {
  readonly notify: boolean;
  readonly sound: boolean;
}

/** What calls: only what waits for a person. */
const callingTiles: readonly TileKey[] = ['needs_you', 'approval'];

const quiet: CallChoice = { notify: false, sound: false };

/** A choice as it was stored; anything else is silence. */
export function callChoiceFrom(stored: string | null): CallChoice {
  if (stored === null) return quiet;
  try {
    const value: unknown = JSON.parse(stored);
    if (typeof value !== 'object' || value === null) return quiet;
    return {
      notify: 'notify' in value && value.notify === true,
      sound: 'sound' in value && value.sound === true,
    };
  } catch (error) {
    if (error instanceof SyntaxError) return quiet;
    throw error;
  }
}

interface Waiting {
  readonly count: number;
  readonly since: number;
}

export type Waits = Partial<Record<TileKey, Waiting>>;

/** How much waits for a person now. */
export function waitsIn(tiles: readonly Tile[]): Waits {
  const waits: Waits = {};
  for (const tile of tiles)
    if (tile.lit && callingTiles.includes(tile.key))
      waits[tile.key] = { count: tile.count, since: tile.since?.getTime() ?? 0 };
  return waits;
}

/** The tiles that call: there is more of them than before, or something else began. Less is no reason. */
export function callsFor(tiles: readonly Tile[], before: Waits): Tile[] {
  const now = waitsIn(tiles);
  return tiles.filter((tile) => {
    const waiting = now[tile.key];
    if (waiting === undefined) return false;
    const known = before[tile.key];
    return (
      known === undefined ||
      waiting.count > known.count ||
      (waiting.since > known.since && waiting.count >= known.count)
    );
  });
}

/** One name for one call, so that several tabs call once. */
export function callName(calls: readonly Tile[]): string {
  return calls.map((tile) => `${tile.key} ${tile.count} ${tile.since?.getTime() ?? 0}`).join(', ');
}

/** What the notification says. */
export function callWords(calls: readonly Tile[]): { title: string; body: string; href: string } {
  const [first] = calls;
  return {
    title: calls.map(tileWords).join(', '),
    body: first?.detail ?? '',
    href: first?.href ?? '/asks',
  };
}
