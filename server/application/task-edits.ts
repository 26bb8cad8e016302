import type { Actor } from '../domain/actor.ts';
import type { Task, TaskDependency } from '../domain/task.ts';
import type { Deps } from './deps.ts';

/** What people change of a graph while it runs (api.md, tasks). Under `session.edit`; waive needs a lead. */
export function createTaskEdits(deps: Deps) {
  return {
    /** A PlanTask with `parentTaskId?, priority?`; `dependsOn` names keys of the session. */
    async add(actor: Actor, ref: string, raw: unknown): Promise<Task> {
      return soon(deps, actor, ref, raw);
    },
    async edit(
      actor: Actor,
      taskId: string,
      raw: unknown,
      options: { version?: number | undefined } = {},
    ): Promise<Task> {
      return soon(deps, actor, taskId, raw, options);
    },
    /** Takes a task that never ran off the graph. */
    async remove(actor: Actor, taskId: string): Promise<void> {
      return soon(deps, actor, taskId);
    },
    async cancel(actor: Actor, taskId: string, options: { reason?: string | undefined } = {}): Promise<Task> {
      return soon(deps, actor, taskId, options);
    },
    /** A task of an executing session that failed, was skipped or cancelled goes on. */
    async retry(actor: Actor, taskId: string): Promise<Task> {
      return soon(deps, actor, taskId);
    },
    /** The next attempt goes to this agent: `{ agent }`, id or name. */
    async assign(actor: Actor, taskId: string, raw: unknown): Promise<Task> {
      return soon(deps, actor, taskId, raw);
    },
    /** Splits a task that has not begun: `{ tasks: PlanTask[] }`, `{ blueprint, parameters? }`, or nothing for a planner. */
    async decompose(actor: Actor, taskId: string, raw: unknown): Promise<Task> {
      return soon(deps, actor, taskId, raw);
    },
    /** `{ reason }` of at least 20 characters: accepts a completed task's claim, or a failed task's work as it is. */
    async waive(actor: Actor, taskId: string, raw: unknown): Promise<Task> {
      return soon(deps, actor, taskId, raw);
    },
    /** `{ taskId, type?, required?, lagSeconds? }`: this task will wait for that one. */
    async link(actor: Actor, taskId: string, raw: unknown): Promise<TaskDependency> {
      return soon(deps, actor, taskId, raw);
    },
    async unlink(actor: Actor, taskId: string, dependencyId: string): Promise<void> {
      return soon(deps, actor, taskId, dependencyId);
    },
  };
}

// Filled in by the verbs' own change; every call says so until then.
function soon(..._given: unknown[]): never {
  throw new Error('This verb is being written.');
}
