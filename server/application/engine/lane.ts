import type { Session } from '../../domain/session.ts';
import type { Grant } from '../coordination-port.ts';
import type { Deps } from '../deps.ts';
import type { BranchFence } from '../git-port.ts';
import { surroundingsOf } from './surroundings.ts';

/** The engine waits as long as it takes to verify in the lane; a person is told sooner that it is busy; an override goes on beside it. */
const patienceMs = { engine: 1_800_000, person: 30_000, override: 3_000 } as const;

/** The repository's lane as whoever is in it has it. */
export type Lane = Grant;

/**
 * One at a time per repository, over every instance: what lands, and what must not come between a landing and its row. The
 * lock only orders; each write in the lane carries its number, and so does each move of the session's branch.
 */
export async function inRepository<T>(
  deps: Deps,
  session: Pick<Session, 'id' | 'slug' | 'teamId' | 'repositoryId'>,
  work: (lane: Lane) => Promise<T>,
  who: keyof typeof patienceMs = 'engine',
): Promise<T> {
  const { locks, settings, secrets } = deps;
  const owner = `${settings.owner} for ${session.slug} (${secrets.uuid().slice(0, 8)})`;
  const lane = await locks.acquire([`repository:${session.repositoryId}`], { owner, waitMs: patienceMs[who] });
  try {
    if (lane.shared) {
      const { repository } = await surroundingsOf(deps, session);
      await deps.workspaces.raiseFence(repository, { sessionId: session.id, fencing: lane.fencing });
    }
    return await work(lane);
  } finally {
    await lane.release();
  }
}

/** What the session's branch is moved under, where other processes may move it too. */
export const branchFence = ({ id }: Pick<Session, 'id'>, lane: Lane): BranchFence | null =>
  lane.shared ? { sessionId: id, fencing: lane.fencing } : null;
