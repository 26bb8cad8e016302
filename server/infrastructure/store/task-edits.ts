import { sql } from 'drizzle-orm';
import { tasks } from '../../../db/schema/tasks.ts';
import type { Aggregates } from '../../application/store-port.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Handle } from './handle.ts';
import { anyOf, assignments, isId, list } from './rows.ts';
import { taskEdges, taskOf } from './task-row.ts';

type Edits = Pick<Aggregates['tasks'], 'edit' | 'remove' | 'removeDependency'>;

/** What people change of a graph. As with every move the session's row is locked first. */
export function createTaskEdits(handle: Handle): Edits {
  return {
    async edit(taskId, patch, { version, status }) {
      const set = [sql`version = t.version + 1`, ...assignments(tasks, patch)];
      const [row] = isId(taskId)
        ? await handle.rows(sql`
            with held as (
              select id from sessions where id = (select session_id from tasks where id = ${taskId}::uuid) for no key update),
            locked as (
              select t.id from held h join tasks t on t.session_id = h.id and t.id = ${taskId}::uuid
              where true ${version === undefined ? sql`` : sql`and t.version = ${version}::int`}
                ${status === undefined ? sql`` : sql`and t.status::text = ${anyOf(status)}`} for no key update of t),
            changed as (update tasks t set ${list(set)} from locked l where t.id = l.id returning t.*)
            select t.*, incoming.edges from changed t cross join ${taskEdges}`)
        : [];
      if (row !== undefined) return taskOf(row);
      const [now] = isId(taskId)
        ? await handle.rows(sql`select status::text, version from tasks where id = ${taskId}::uuid`)
        : [];
      if (now === undefined) throw new DomainError('NOT_FOUND', 'There is no such task');
      const stale = version !== undefined && now.version !== version;
      throw new DomainError(
        'CONFLICT',
        `The task has changed meanwhile: it is ${stale ? `at version ${now.version}` : now.status}`,
        { details: { version: now.version, status: now.status } },
      );
    },

    remove: (taskId) =>
      handle.atomically(async (tx) => {
        const held = isId(taskId)
          ? await tx.rows(sql`select id from sessions where id = (select session_id from tasks where id = ${taskId}::uuid)
              for no key update`)
          : [];
        if (held.length === 0) throw new DomainError('NOT_FOUND', 'There is no such task');
        const [kept] = await tx.rows(sql`select
          exists (select 1 from attempts where task_id = ${taskId}::uuid) as tried,
          exists (select 1 from tasks where parent_task_id = ${taskId}::uuid) as parted`);
        if (kept?.tried === true)
          throw new DomainError('CONFLICT', 'The task has been tried already: cancel it, its attempts stay readable');
        if (kept?.parted === true)
          throw new DomainError('CONFLICT', 'The task has tasks of its own: remove those first');
        await tx.rows(sql`delete from dependencies where ${taskId}::uuid in (from_task_id, to_task_id)`);
        await tx.rows(sql`delete from routing_decisions where task_id = ${taskId}::uuid`);
        await tx.rows(sql`delete from prompts where task_id = ${taskId}::uuid`);
        const gone = await tx.rows(sql`delete from tasks where id = ${taskId}::uuid returning id`);
        if (gone.length === 0) throw new DomainError('NOT_FOUND', 'There is no such task');
      }),

    async removeDependency(sessionId, dependencyId) {
      const gone = isId(dependencyId)
        ? await handle.rows(sql`
            with held as (select id from sessions where id = ${sessionId}::uuid for no key update)
            delete from dependencies d using held h where d.session_id = h.id and d.id = ${dependencyId}::uuid returning d.id`)
        : [];
      if (gone.length === 0) throw new DomainError('NOT_FOUND', 'There is no such dependency');
    },
  };
}
