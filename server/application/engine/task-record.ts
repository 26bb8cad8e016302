import type { Attempt } from '../../domain/attempt.ts';
import { addUsage, totalTokens, type Usage } from '../../domain/metrics.ts';
import type { Session } from '../../domain/session.ts';
import type { Task } from '../../domain/task.ts';
import { historyKey } from '../../domain/task-history.ts';
import type { Deps } from '../deps.ts';
import type { Tx } from '../store-port.ts';

/**
 * Keeps what a completed task took and wrote, once, for the estimates of the next of its kind: hours on the clock, tokens and
 * cost over all its attempts (one unknown price makes the cost unknown). Call in the transaction that completes it.
 */
export async function recordTask(
  tx: Tx,
  deps: Deps,
  session: Session,
  task: Task,
  attempt: Attempt,
  metered: Usage,
): Promise<void> {
  const earlier = (await tx.attempts.byTask(task.id)).filter(({ id, calls }) => id !== attempt.id && calls > 0);
  const usage = earlier.reduce((sum, one) => addUsage(sum, one.usage), metered);
  await tx.history.record({
    id: deps.secrets.uuid(),
    teamId: session.teamId,
    repositoryId: session.repositoryId,
    taskId: task.id,
    planKey: historyKey(task.planKey, task.capabilities),
    capabilities: task.capabilities,
    hours: hoursTaken(task, attempt, deps.clock()),
    tokens: totalTokens(usage),
    costUsd: usage.costUsd,
    declared: task.writes,
    predicted: task.predictedWrites,
    written: attempt.evidence?.files ?? [],
  });
}

/** Hours on the clock from a task's first start to now. */
export function hoursTaken(task: Task, attempt: Attempt, now: Date): number {
  return Math.max(0, now.getTime() - (task.startedAt ?? attempt.startedAt).getTime()) / 3_600_000;
}
