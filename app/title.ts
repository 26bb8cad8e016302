import { markedTitle, type Tile } from './annunciator.ts';

/** The title of a page inside the room, with the most urgent tile before it, already in the server's HTML. */
export function roomTitle(matches: readonly unknown[], words: string): { title: string }[] {
  return [{ title: markedTitle(words, tilesIn(matches)) }];
}

function tilesIn(matches: readonly unknown[]): readonly Tile[] {
  for (const match of matches) {
    if (typeof match !== 'object' || match === null || !('id' in match) || match.id !== 'routes/room') continue;
    const loaded: unknown = 'loaderData' in match ? match.loaderData : null;
    if (typeof loaded === 'object' && loaded !== null && 'tiles' in loaded && Array.isArray(loaded.tiles))
      return loaded.tiles;
  }
  return [];
}
