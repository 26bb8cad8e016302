import type { BlockReason, Task } from '../../domain/task.ts';
import { workStands } from '../../domain/task.ts';
import type { Tx } from '../store-port.ts';
import type { TaskMove } from '../work-port.ts';

/** One whose work is on the branch already waits to complete, as it did: nobody does it a second time. */
const waiting: BlockReason = 'waiting_to_complete';

/** Sends a task that ended, or was cut short, on its way again. Call under the session's lock. */
export async function sendAgain(
  tx: Pick<Tx, 'tasks'>,
  task: Task,
  how: Pick<TaskMove, 'to' | 'reason' | 'actor' | 'patch'>,
): Promise<void> {
  const { id: taskId, sessionId, status, agentId, proof } = task;
  const stands = workStands(task);
  const patch = stands ? { ...how.patch, agentId, proof } : how.patch;
  await tx.tasks.move({ ...how, taskId, sessionId, from: [status], patch });
  if (stands)
    await tx.tasks.move({ taskId, sessionId, from: [how.to], to: 'blocked', reason: waiting, actor: how.actor });
}
