import type { Session } from '../../domain/session.ts';
import type { Task } from '../../domain/task.ts';
import type { Deps } from '../deps.ts';
import { engineActor } from './engine-actor.ts';

/**
 * No agent of the team can plan, and none is about to: the session's planner gives way to a blueprint, a task that was to be
 * split is done whole. Otherwise either would wait until the deadline.
 */
export async function goWithoutPlanner(deps: Deps, session: Session, task: Task, why: string): Promise<void> {
  const actor = engineActor(session.teamId);
  await deps.store.transaction(async (tx) => {
    const locked = await tx.sessions.lock(session.id);
    const now = await tx.tasks.get(session.teamId, task.id);
    if (locked.epoch !== session.epoch || now?.status !== 'ready') return;
    if (now.kind === 'plan') {
      await tx.tasks.move({
        taskId: now.id,
        sessionId: session.id,
        from: ['ready'],
        to: 'cancelled',
        reason: `nobody can plan it: ${why}`,
        actor,
        epoch: session.epoch,
      });
      return;
    }
    await tx.tasks.edit(now.id, { next: null }, { status: ['ready'] });
    const payload = { taskId: now.id, changes: { next: null }, reason: `nobody can split it: ${why}` };
    await tx.events.append(session.id, [{ type: 'task.updated', actor, payload }], { epoch: session.epoch });
  });
  deps.nudge();
}
