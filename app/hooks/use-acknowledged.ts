import { useCallback, useEffect, useState } from 'react';
import { type Acknowledged, acknowledge, type Tile, type TileKey } from '../annunciator.ts';
import { acknowledgedHeader, acknowledgedIn } from '../annunciator-cookie.ts';

const channelName = 'annunciator';

/** What was acknowledged on this device: as the page was loaded with, then as this tab and the others say. */
export function useAcknowledged(tiles: readonly Tile[], loaded: Acknowledged) {
  const [acknowledged, setAcknowledged] = useState(loaded);
  useEffect(() => setAcknowledged(loaded), [loaded]);

  useEffect(() => {
    // Another tab acknowledged: this one need not shout on.
    const channel = new BroadcastChannel(channelName);
    channel.onmessage = () => setAcknowledged(acknowledgedIn(document.cookie));
    return () => channel.close();
  }, []);

  const confirm = useCallback(
    (keys: readonly TileKey[]) => {
      const next = acknowledge(tiles, keys, acknowledgedIn(document.cookie));
      remember(next);
      setAcknowledged(next);
      const channel = new BroadcastChannel(channelName);
      channel.postMessage(null);
      channel.close();
    },
    [tiles],
  );
  return { acknowledged, confirm };
}

/** Keeps it in the cookie. */
export function remember(acknowledged: Acknowledged): void {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store is not in every browser
  document.cookie = acknowledgedHeader(acknowledged);
}
