import { useCallback, useSyncExternalStore } from 'react';
import type { PresentWatcher } from '../live-link.ts';
import { sharedLink } from './use-live.ts';

const nobody: readonly PresentWatcher[] = [];

/** Who watches the session now, this person included; nobody until the link says so. */
export function usePresence(sessionId: string): readonly PresentWatcher[] {
  const read = useCallback(() => sharedLink.presence(sessionId), [sessionId]);
  return useSyncExternalStore(sharedLink.subscribe, read, () => nobody);
}
