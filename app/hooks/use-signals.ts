import { useEffect } from 'react';
import { useFetcher, useRevalidator } from 'react-router';
import type { Tile } from '../annunciator.ts';
import { useLink, useTeamEvents } from './use-live.ts';
import { useThrottled } from './use-throttled.ts';

interface Signals {
  readonly tiles: readonly Tile[];
  readonly at: Date;
}

/** What the poll answers: the tiles, or that this login has ended. */
type Answer = ({ readonly ended: false } & Signals) | { readonly ended: true };

const pollMs = 30_000;

/** The tiles as they are now: from the page, then again after each change; the LINK tile is this browser's own. */
export function useSignals(loaded: Signals): Signals & { lostSince: Date | null } {
  const { data, load } = useFetcher<Answer>({ key: 'signals' });
  const { revalidate } = useRevalidator();
  const link = useLink();
  const refresh = useThrottled(() => void load('/signals'), 2_000);
  useTeamEvents(refresh);

  // Conditions that begin by the mere passing of time (a queue too old) send no event.
  useEffect(() => {
    const timer = setInterval(refresh, pollMs);
    return () => clearInterval(timer);
  }, [refresh]);

  // The page itself goes through the gate, which leads to the sign-in and back to here.
  const ended = data?.ended === true;
  useEffect(() => {
    if (ended) void revalidate();
  }, [ended, revalidate]);

  const newest = data !== undefined && !data.ended && data.at > loaded.at ? data : loaded;
  const lostSince = link.kind === 'lost' ? link.since : null;
  const tiles = newest.tiles.map((tile) => (tile.key === 'link' ? linkTile(tile, lostSince) : tile));
  return { tiles, at: newest.at, lostSince };
}

function linkTile(tile: Tile, lostSince: Date | null): Tile {
  if (lostSince === null) return tile;
  return {
    ...tile,
    lit: true,
    count: 1,
    since: lostSince,
    detail: 'The live link is lost; the figures on this page stand still.',
  };
}
