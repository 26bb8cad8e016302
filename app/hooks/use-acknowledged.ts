import { useCallback, useEffect, useState } from 'react';
import { type Acknowledged, acknowledge, type Tile, type TileKey } from '../annunciator.ts';

const storageKey = 'annunciator.acknowledged';

/** What was acknowledged in this browser; nothing until the page runs, so that a server-rendered tile starts lit. */
export function useAcknowledged(tiles: readonly Tile[]) {
  const [acknowledged, setAcknowledged] = useState<Acknowledged>({});

  useEffect(() => {
    setAcknowledged(read());
    // Another tab acknowledged: this one need not shout on.
    const follow = (event: StorageEvent) => {
      if (event.key === storageKey) setAcknowledged(read());
    };
    window.addEventListener('storage', follow);
    return () => window.removeEventListener('storage', follow);
  }, []);

  const confirm = useCallback(
    (keys: readonly TileKey[]) => {
      const next = acknowledge(tiles, keys, read());
      setAcknowledged(next);
      try {
        localStorage.setItem(storageKey, JSON.stringify(next));
      } catch (error) {
        // Storage is full or forbidden: the acknowledgement then holds for this page only.
        console.warn('The acknowledgement is not remembered.', error);
      }
    },
    [tiles],
  );
  return { acknowledged, confirm };
}

function read(): Acknowledged {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(storageKey) ?? '{}');
    return typeof stored === 'object' && stored !== null ? (stored as Acknowledged) : {};
  } catch (error) {
    console.warn('What was acknowledged cannot be read.', error);
    return {};
  }
}
