import { type Proof, type TaskStatus, workStands } from './task.ts';

export const checkpointReasons = ['task_completed', 'periodic', 'manual', 'before_retry', 'before_override'] as const;
export type CheckpointReason = (typeof checkpointReasons)[number];

export const keptCheckpoints = 100;

/** One task as a checkpoint remembers it. */
export interface CheckpointTask {
  readonly id: string;
  readonly key: string;
  readonly status: TaskStatus;
  readonly reason: string | null;
  readonly proof: Proof;
  readonly attemptCount: number;
  readonly mergedCommit: string | null;
}

/** What is needed to go on from here, beside the commit of the branch. */
export interface CheckpointState {
  readonly tasks: readonly CheckpointTask[];
}

/** A durable point of a session (domain.md 1.3). `undone` marks one that lies after a restored one. */
export interface Checkpoint {
  readonly id: string;
  readonly sessionId: string;
  readonly sequence: number;
  readonly reason: CheckpointReason;
  readonly commit: string | null;
  readonly state: CheckpointState;
  readonly undone: boolean;
  readonly createdAt: Date;
}

/** Last + 1; never reused, so `last` is the highest ever given, pruned or not. */
export function nextSequence(last: number | null): number {
  return (last ?? 0) + 1;
}

/** The sequences to drop so that the newest 100 stay, oldest first (after 150: 1…50). */
export function toPrune(sequences: readonly number[]): number[] {
  const ascending = [...sequences].sort((a, b) => a - b);
  return ascending.slice(0, Math.max(0, ascending.length - keptCheckpoints));
}

/** Whether a periodic checkpoint is due: `everySeconds` of running since the last one (or the start). */
export function checkpointDue(lastAt: Date, now: Date, everySeconds: number): boolean {
  return now.getTime() - lastAt.getTime() >= everySeconds * 1000;
}

/**
 * What each task becomes when a checkpoint is restored: its work that was done stands, all else starts again. One made after the
 * checkpoint is not deleted but taken out of the plan; the parts of a task that was split since stay in it, since the task
 * itself is a group now and would never be done, and so does a whole plan that is younger than the checkpoint.
 */
export function restoredTasks(
  state: CheckpointState,
  current: readonly { readonly id: string; readonly status: TaskStatus; readonly parentTaskId: string | null }[],
): { taskId: string; from: TaskStatus; to: TaskStatus }[] {
  const remembered = new Map(state.tasks.map((task) => [task.id, task]));
  const parents = new Map(current.map(({ id, parentTaskId }) => [id, parentTaskId]));
  const groupsThen = new Set(current.flatMap(({ id, parentTaskId }) => (remembered.has(id) ? [parentTaskId] : [])));
  const carriesOn = (id: string): boolean => {
    const parent = parents.get(id) ?? null;
    if (parent === null) return remembered.size === 0;
    return remembered.has(parent) ? !groupsThen.has(parent) : carriesOn(parent);
  };
  return current.flatMap((task) => {
    const then = remembered.get(task.id);
    const made = then === undefined && !carriesOn(task.id);
    const to: TaskStatus = made ? 'cancelled' : then === undefined ? 'pending' : statusThen(then);
    return to === task.status && to !== 'blocked' ? [] : [{ taskId: task.id, from: task.status, to }];
  });
}

function statusThen(then: CheckpointTask): TaskStatus {
  if (then.status === 'completed') return 'completed';
  return workStands(then) ? 'blocked' : 'pending';
}
