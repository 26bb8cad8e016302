import { type SQL, sql } from 'drizzle-orm';
import { conflicts } from '../../../db/schema/conflicts.ts';
import type { Aggregates } from '../../application/store-port.ts';
import type { Conflict } from '../../domain/conflict.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Handle, Row } from './handle.ts';
import { cursorOf, offsetOf } from './pages.ts';
import { anyOf, assignments, decode, isId, list, storable } from './rows.ts';

export function createConflicts(handle: Handle): Aggregates['conflicts'] {
  const select = async (where: SQL): Promise<Conflict[]> =>
    (await handle.rows(sql`select c.* from conflicts c where ${where} order by c.created_at, c.id`)).map(conflictOf);

  return {
    async insert(conflict) {
      const [row] = await handle.db
        .insert(conflicts)
        .values(storable({ ...conflict, files: [...conflict.files], createdAt: sql`clock_timestamp()` }))
        .returning();
      if (row === undefined) throw new DomainError('INTERNAL', 'The conflict was not stored');
      return row;
    },

    async get(teamId, id) {
      if (!isId(id)) return null;
      return (await select(sql`c.id = ${id}::uuid and c.team_id = ${teamId}::uuid`))[0] ?? null;
    },

    byId: async (id) => (isId(id) ? ((await select(sql`c.id = ${id}::uuid`))[0] ?? null) : null),

    ofSession: (sessionId) => select(sql`c.session_id = ${sessionId}::uuid`),

    async list(teamId, { status, sessionId }, page) {
      const where = sql.join(
        [
          sql`c.team_id = ${teamId}::uuid`,
          ...(status?.length ? [sql`c.status = ${anyOf(status)}`] : []),
          ...(sessionId === undefined ? [] : [isId(sessionId) ? sql`c.session_id = ${sessionId}::uuid` : sql`false`]),
        ],
        sql` and `,
      );
      const offset = offsetOf(page.cursor);
      const [counted] = await handle.rows(sql`select count(*)::int as total from conflicts c where ${where}`);
      const rows =
        await handle.rows(sql`select c.*, s.slug as session_slug, s.title as session_title, t.title as task_title
        from conflicts c join sessions s on s.id = c.session_id join tasks t on t.id = c.task_id where ${where}
        order by (c.status = 'waiting_for_person') desc, (c.status in ('open', 'resolving')) desc, c.created_at desc, c.id
        limit ${page.limit}::int offset ${offset}::int`);
      const total = Number(counted?.total ?? 0);
      const items = rows.map((row) => ({
        ...conflictOf(row),
        sessionSlug: String(row.session_slug),
        sessionTitle: String(row.session_title),
        taskTitle: String(row.task_title),
      }));
      return { items, total, nextCursor: cursorOf(offset + rows.length, total, rows.length) };
    },

    async move(id, from, patch) {
      const over = patch.status === 'resolved' || patch.status === 'abandoned';
      const set = [sql`version = version + 1`, ...assignments(conflicts, patch)];
      if (over && patch.resolvedAt === undefined) set.push(sql`resolved_at = clock_timestamp()`);
      const [row] = isId(id)
        ? await handle.rows(sql`update conflicts set ${list(set)}
            where id = ${id}::uuid and status = ${anyOf(from)} returning *`)
        : [];
      if (row !== undefined) return conflictOf(row);
      const [now] = isId(id) ? await select(sql`c.id = ${id}::uuid`) : [];
      if (now === undefined) throw new DomainError('NOT_FOUND', 'There is no such conflict');
      throw new DomainError('CONFLICT', `This conflict is already ${now.status}`, {
        details: { status: now.status, version: now.version },
      });
    },
  };
}

function conflictOf(row: Row): Conflict {
  return decode(conflicts, row);
}
