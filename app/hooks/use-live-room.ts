import { useOutletContext } from 'react-router';
import type { Actor } from '../../server/domain/actor.ts';
import type { LiveCollision, LiveState } from '../live.ts';
import type { AttemptBrief } from '../live-attempt.ts';
import type { SessionLive } from './use-live.ts';

/** What the frame of a session hands to its tabs: the live state and what the loader counted beside it. */
export interface SessionRoom {
  readonly live: SessionLive;
  readonly state: LiveState;
  readonly attempts: readonly AttemptBrief[];
  readonly actor: Actor;
  /** The second that is shown; null is now. */
  readonly at: Date | null;
  /** Tasks that may run at once and announce the same paths. */
  readonly collisions: readonly LiveCollision[];
}

export function useSessionRoom(): SessionRoom {
  return useOutletContext<SessionRoom>();
}
