import type { Session } from '../../domain/session.ts';
import type { Task } from '../../domain/task.ts';
import { refreshAttention } from '../asks/settle.ts';
import type { Deps } from '../deps.ts';
import { markConflict } from './conflict-records.ts';
import { engineActor } from './engine-actor.ts';
import { walk } from './settle.ts';

/** Nobody can resolve a task's conflict: the task is blocked until a person has decided, and the session says so. */
export async function handToPerson(deps: Deps, session: Session, task: Task, why: string): Promise<void> {
  await deps.store.transaction(async (tx) => {
    const locked = await tx.sessions.lock(session.id);
    const now = await tx.tasks.get(session.teamId, task.id);
    const conflictId = now?.next?.conflictId ?? null;
    if (locked.epoch !== session.epoch || now?.status !== 'ready') return;
    const conflict = await markConflict(tx, conflictId, 'waiting_for_person');
    // A person has chosen already: then no agent is needed.
    if (conflict === null || conflict.resolution !== null) return;
    await walk(tx, now, 'blocked', { reason: `waiting_for_person: ${why}`, epoch: session.epoch });
    await refreshAttention(tx, session.id, engineActor(session.teamId));
  });
}
