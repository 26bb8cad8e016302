import { useEffect, useState } from 'react';
import { type Acknowledged, type Tile, type TileKey, unseen } from '../annunciator.ts';

const storageKey = 'annunciator.rung';

/** One beginning of a tile's condition; more of it is another one. */
const ring = (tile: Tile) => `${tile.since?.getTime() ?? 0} ${tile.count}`;

/**
 * The tiles that ring now: each beginning once in a tab, however often the page is loaded. Nothing rings before the page
 * runs, so that what the server painted stands steady.
 */
export function useRung(tiles: readonly Tile[], acknowledged: Acknowledged): ReadonlySet<TileKey> {
  const [ringing, setRinging] = useState<ReadonlySet<TileKey>>(new Set());
  useEffect(() => {
    const rung = read();
    const fresh = tiles.filter((tile) => unseen(tile, acknowledged) && rung[tile.key] !== ring(tile));
    const dark = tiles.filter((tile) => !tile.lit && rung[tile.key] !== undefined);
    if (fresh.length === 0 && dark.length === 0) return;
    // One that went dark rings when it comes again, though it looks the same.
    for (const tile of dark) delete rung[tile.key];
    for (const tile of fresh) rung[tile.key] = ring(tile);
    sessionStorage.setItem(storageKey, JSON.stringify(rung));
    if (fresh.length > 0) setRinging(new Set(fresh.map((tile) => tile.key)));
  }, [tiles, acknowledged]);
  return ringing;
}

function read(): Partial<Record<TileKey, string>> {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(storageKey) ?? '{}');
    return typeof kept === 'object' && kept !== null ? kept : {};
  } catch (error) {
    console.warn('Which tiles have rung cannot be read.', error);
    return {};
  }
}
