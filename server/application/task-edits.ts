import type { Actor } from '../domain/actor.ts';
import type { Task, TaskDependency } from '../domain/task.ts';
import type { Deps } from './deps.ts';
import { addTask } from './task-edits/add.ts';
import { assignTo, editTask, linkTasks, removeTask, unlinkTasks } from './task-edits/change.ts';
import { decomposeTask } from './task-edits/decompose.ts';
import { cancelTask, retryTask, waiveProof } from './task-edits/outcome.ts';

/**
 * What people change of a graph while it runs (api.md, tasks), under `session.edit`; a waiver needs a lead. The scheduler
 * reads the same rows, so what is changed here is what it does at its next look.
 */
export function createTaskEdits(deps: Deps) {
  return {
    /** A PlanTask with `parentTaskId?, priority?` whose key may be left out; `dependsOn` names keys of the session. */
    add: (actor: Actor, ref: string, raw: unknown): Promise<Task> => addTask(deps, actor, ref, raw),
    edit: (actor: Actor, taskId: string, raw: unknown, options: { version?: number | undefined } = {}): Promise<Task> =>
      editTask(deps, actor, taskId, raw, options),
    /** Takes a task that never ran off the graph. */
    remove: (actor: Actor, taskId: string): Promise<void> => removeTask(deps, actor, taskId),
    /** `{ reason? }`: whatever it is doing; what needs it follows the session's policy. */
    cancel: (actor: Actor, taskId: string, raw: unknown = {}): Promise<Task> => cancelTask(deps, actor, taskId, raw),
    /** A task of an executing session that failed, was skipped or cancelled goes on. */
    retry: (actor: Actor, taskId: string): Promise<Task> => retryTask(deps, actor, taskId),
    /** The next attempt goes to this agent: `{ agent }`, id or name. */
    assign: (actor: Actor, taskId: string, raw: unknown): Promise<Task> => assignTo(deps, actor, taskId, raw),
    /** Splits a task that is not at work: `{ tasks: PlanTask[] }`, `{ blueprint, parameters? }`, or nothing for a planner. */
    decompose: (actor: Actor, taskId: string, raw: unknown): Promise<Task> => decomposeTask(deps, actor, taskId, raw),
    /** `{ reason }` of at least 20 characters: accepts a completed task's claim, or a failed task's work as it is. */
    waive: (actor: Actor, taskId: string, raw: unknown): Promise<Task> => waiveProof(deps, actor, taskId, raw),
    /** `{ taskId, type?, required?, lagSeconds? }`: this task will wait for that one. */
    link: (actor: Actor, taskId: string, raw: unknown): Promise<TaskDependency> => linkTasks(deps, actor, taskId, raw),
    unlink: (actor: Actor, taskId: string, dependencyId: string): Promise<void> =>
      unlinkTasks(deps, actor, taskId, dependencyId),
  };
}
