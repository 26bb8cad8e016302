import { type Checkpoint, restoredTasks } from './checkpoint.ts';
import type { Task, TaskStatus } from './task.ts';

/** What going back to a checkpoint costs, as it is now. */
export interface CheckpointLoss {
  /** Keys of completed tasks whose work leaves the branch: each is one commit there. */
  readonly undone: readonly string[];
  /** Keys of tasks that are at work and are cut short. */
  readonly cut: readonly string[];
  /** Keys of tasks that were made since and leave the plan. */
  readonly dropped: readonly string[];
  /** How many tasks start again in all. */
  readonly again: number;
  /** Checkpoints that count as undone then. */
  readonly later: number;
}

const atWork: ReadonlySet<TaskStatus> = new Set<TaskStatus>(['assigned', 'in_progress']);

/** The cost of restoring a checkpoint, by the same rule by which it is restored. */
export function lossOf(
  checkpoint: Pick<Checkpoint, 'state' | 'sequence'>,
  tasks: readonly Pick<Task, 'id' | 'key' | 'status' | 'parentTaskId'>[],
  checkpoints: readonly Pick<Checkpoint, 'sequence' | 'undone'>[],
): CheckpointLoss {
  const keys = new Map(tasks.map(({ id, key }) => [id, key]));
  const changes = restoredTasks(checkpoint.state, tasks);
  const keysOf = (wanted: (change: (typeof changes)[number]) => boolean) =>
    changes.filter(wanted).map(({ taskId }) => keys.get(taskId) ?? taskId);
  return {
    undone: keysOf(({ from }) => from === 'completed'),
    cut: keysOf(({ from }) => atWork.has(from)),
    dropped: keysOf(({ to }) => to === 'cancelled'),
    again: changes.filter(({ to }) => to === 'pending').length,
    later: checkpoints.filter(({ sequence, undone }) => sequence > checkpoint.sequence && !undone).length,
  };
}
