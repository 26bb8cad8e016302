import { type Attempt, attemptEnded } from '../../domain/attempt.ts';
import { admit, type PathClaim } from '../../domain/path-leases.ts';
import type { Session } from '../../domain/session.ts';
import { nextRole, type Task } from '../../domain/task.ts';
import type { Deps } from '../deps.ts';
import type { Tx } from '../store-port.ts';
import { engineActor } from './engine-actor.ts';

const prefix = 'waiting_for_path';

/**
 * Why a ready task may not start yet, or null: another task's open attempt announced the same paths, or one that came
 * before waits for them. Judged under the session's lock from the rows alone, so a crash leaves no lease behind.
 */
export async function pathWaitOf(tx: Tx, task: Task, open: readonly Attempt[]): Promise<string | null> {
  // Whoever plans only reads.
  if (nextRole(task) === 'plan' || globsOf(task).length === 0) return null;
  const tasks = await tx.tasks.bySession(task.sessionId);
  const byId = new Map(tasks.map((one) => [one.id, one]));
  const holders = open.flatMap((attempt) => {
    const holder = byId.get(attempt.taskId);
    return holder === undefined || holder.id === task.id || attempt.role === 'plan' || attemptEnded(attempt.status)
      ? []
      : [claimOf(holder)];
  });
  // One that was split meanwhile waits for nothing itself.
  const groups = new Set(tasks.map(({ parentTaskId }) => parentTaskId));
  const queue = tasks
    .filter((one) => one.id === task.id || (one.status === 'ready' && waitsForPath(one) && !groups.has(one.id)))
    .sort(byArrival);
  const wait = admit(holders, queue.map(claimOf)).get(task.id) ?? null;
  return wait === null ? null : `${prefix}: ${wait.glob} held by ${wait.heldBy.title}`;
}

/** Whether a ready task queues for paths that others hold. */
export function waitsForPath(task: Pick<Task, 'reason'>): boolean {
  return (task.reason ?? '').startsWith(prefix);
}

/** Says on the task what it waits for, or that it waits for no path any more; told once per change. */
export async function tellWait(deps: Deps, session: Session, task: Task, wait: string | null): Promise<void> {
  if (task.reason === wait || (wait === null && !waitsForPath(task))) return;
  await deps.store.transaction(async (tx) => {
    const locked = await tx.sessions.lock(session.id);
    const now = await tx.tasks.get(session.teamId, task.id);
    if (locked.epoch !== session.epoch || now?.status !== 'ready' || now.reason === wait) return;
    await tx.tasks.edit(task.id, { reason: wait }, { status: ['ready'] });
    await tx.events.append(
      session.id,
      [{ type: 'task.updated', actor: engineActor(session.teamId), payload: { taskId: task.id, reason: wait } }],
      { epoch: session.epoch },
    );
  });
}

const globsOf = (task: Task) => [...task.writes, ...task.predictedWrites];
const claimOf = (task: Task): PathClaim => ({ id: task.id, title: task.title, globs: globsOf(task) });

function byArrival(a: Task, b: Task): number {
  return (a.readyAt ?? a.createdAt).getTime() - (b.readyAt ?? b.createdAt).getTime() || a.position - b.position;
}
