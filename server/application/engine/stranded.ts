import { type Attempt, attemptEnded } from '../../domain/attempt.ts';
import type { Session } from '../../domain/session.ts';
import { taskEnded } from '../../domain/task.ts';
import { refreshAttention } from '../asks/settle.ts';
import type { Deps } from '../deps.ts';
import { receiveWork } from '../session-work.ts';
import { closeAttempt } from '../sessions/endings.ts';
import { markConflict } from './conflict-records.ts';
import { engineActor } from './engine-actor.ts';
import { completeIfMerged, landedAlready } from './land.ts';
import { walk } from './settle.ts';
import { surroundingsOf } from './surroundings.ts';

/** Whether the attempt's worktree and its run are this instance's own; rows of earlier versions belong to whoever looks. */
export function isHere({ instance }: Pick<Deps, 'instance'>, attempt: Attempt): boolean {
  return attempt.instanceId === null || attempt.instanceId === instance.id;
}

/**
 * Brings the session's work here as it is stored. Work of this very instance that landed without being told of is told
 * first: the branch stands beyond what is stored because of it.
 */
export async function receiveSession(deps: Deps, session: Session): Promise<void> {
  if (!deps.instance.clustered || session.branch === null) return;
  const { repository, ref } = await surroundingsOf(deps, session);
  if (repository.kind !== 'url') return;
  for (const attempt of await deps.store.attempts.bySession(session.id))
    if (attempt.status === 'verifying' && isHere(deps, attempt))
      await landedAlready(deps, () => completeIfMerged(deps, session, attempt), attempt);
  await receiveWork(deps, (await deps.store.sessions.byId(session.id)) ?? session, repository, ref);
}

/**
 * Gives up the open attempts that another instance ran before this one took the session: their OpenCode and worktrees are
 * out of reach. Superseded, not failed: no fault of agent or task, so none of its tries is burnt, and the former instance
 * ends its run when it sees this. What stands on the branch already is completed. Answers the attempts that were given up.
 */
export async function leaveStranded(deps: Deps, session: Session): Promise<Attempt[]> {
  const { store, clock } = deps;
  const actor = engineActor(session.teamId);
  const left: Attempt[] = [];
  for (const attempt of await store.attempts.bySession(session.id)) {
    if (attemptEnded(attempt.status) || isHere(deps, attempt)) continue;
    if (await landedAlready(deps, () => completeIfMerged(deps, session, attempt), attempt)) continue;
    const reason = 'the instance that ran it no longer owns the session; its work starts anew from the branch';
    await store.transaction(async (tx) => {
      const locked = await tx.sessions.lock(session.id);
      const current = await tx.attempts.get(attempt.id);
      if (locked.epoch !== session.epoch || !current || attemptEnded(current.status)) return;
      const now = clock();
      await closeAttempt(tx, current, { attempts: 'superseded', reason, actor, now });
      if (current.role === 'conflict') await markConflict(tx, current.conflictId, 'open');
      const task = await tx.tasks.get(session.teamId, current.taskId);
      // What a pause holds becomes ready when the session goes on.
      if (task && !taskEnded(task.status) && task.status !== 'paused' && task.status !== 'ready')
        await walk(tx, task, 'ready', {
          reason,
          epoch: session.epoch,
          patch: { agentId: null, notBefore: null, readyAt: now },
        });
      await refreshAttention(tx, session.id, actor);
      left.push(current);
    });
  }
  return left;
}
