import { and, asc, eq, inArray, isNull, type SQL, sql } from 'drizzle-orm';
import { asks } from '../../../db/schema/asks.ts';
import type { Aggregates } from '../../application/store-port.ts';
import type { Ask } from '../../domain/ask.ts';
import { DomainError } from '../../domain/errors.ts';
import { json } from './events.ts';
import type { Handle, Row } from './handle.ts';
import { cursorOf, offsetOf } from './pages.ts';
import { anyOf, decode, isId, storable } from './rows.ts';

export function createAsks(handle: Handle): Aggregates['asks'] {
  const changed = async (statement: SQL): Promise<Ask[]> => (await handle.rows(statement)).map(askOf);

  return {
    async open(ask) {
      const [row] = await handle.db
        .insert(asks)
        .values(storable({ ...ask, paths: [...ask.paths], patterns: [...ask.patterns], options: [...ask.options] }))
        .onConflictDoNothing({ target: [asks.attemptId, asks.remoteAskId] })
        .returning();
      if (row !== undefined) return { ask: row, opened: true };
      const [known] = await handle.db
        .select()
        .from(asks)
        .where(and(eq(asks.attemptId, ask.attemptId), eq(asks.remoteAskId, ask.remoteAskId)));
      if (known === undefined) throw new DomainError('CONFLICT', 'The ask has changed meanwhile');
      return { ask: known, opened: false };
    },

    async get(teamId, id) {
      if (!isId(id)) return null;
      const [row] = await handle.db
        .select()
        .from(asks)
        .where(and(eq(asks.teamId, teamId), eq(asks.id, id)));
      return row ?? null;
    },

    async list(teamId, filter, page) {
      const where = sql.join(
        [
          sql`a.team_id = ${teamId}::uuid`,
          ...(filter.status?.length ? [sql`a.status::text = ${anyOf(filter.status)}`] : []),
          ...(filter.sessionId === undefined
            ? []
            : [isId(filter.sessionId) ? sql`a.session_id = ${filter.sessionId}::uuid` : sql`false`]),
        ],
        sql` and `,
      );
      const offset = offsetOf(page.cursor);
      const [counted] = await handle.rows(sql`select count(*)::int as total from asks a where ${where}`);
      const rows =
        await handle.rows(sql`select a.*, s.slug as session_slug, s.title as session_title, t.title as task_title, s.created_by as session_created_by
        from asks a join sessions s on s.id = a.session_id join tasks t on t.id = a.task_id where ${where}
        order by (a.status in ('open', 'escalated')) desc, a.opened_at, a.id limit ${page.limit}::int offset ${offset}::int`);
      const total = Number(counted?.total ?? 0);
      const items = rows.map((row) => ({
        ...askOf(row),
        sessionSlug: String(row.session_slug),
        sessionTitle: String(row.session_title),
        taskTitle: String(row.task_title),
        sessionCreatedBy: row.session_created_by === null ? null : String(row.session_created_by),
      }));
      return { items, total, nextCursor: cursorOf(offset + rows.length, total, rows.length) };
    },

    openOf: (sessionId) =>
      handle.db
        .select()
        .from(asks)
        .where(and(eq(asks.sessionId, sessionId), inArray(asks.status, ['open', 'escalated'])))
        .orderBy(asc(asks.openedAt), asc(asks.id)),

    async answer(id, answer, answeredBy) {
      const [row] = isId(id)
        ? await handle.rows(sql`update asks set status = 'answered', answer = ${json(answer)}, answered_by = ${answeredBy}::uuid,
            answered_at = clock_timestamp() where id = ${id}::uuid and status in ('open', 'escalated') returning *`)
        : [];
      if (row !== undefined) return askOf(row);
      const [now] = isId(id) ? await handle.rows(sql`select status::text from asks where id = ${id}::uuid`) : [];
      if (now === undefined) throw new DomainError('NOT_FOUND', 'There is no such ask');
      throw new DomainError('CONFLICT', `This ask is already ${now.status}`, { details: { status: now.status } });
    },

    close: (where, status) =>
      changed(sql`update asks set status = ${status}::ask_status where status in ('open', 'escalated')
        and ${'id' in where ? sql`id = ${where.id}::uuid` : sql`attempt_id = ${where.attemptId}::uuid`} returning *`),

    undelivered: (sessionId) =>
      handle.db
        .select()
        .from(asks)
        .where(and(eq(asks.sessionId, sessionId), eq(asks.status, 'answered'), isNull(asks.deliveredAt)))
        .orderBy(asc(asks.answeredAt), asc(asks.id)),

    async markDelivered(id) {
      await handle.rows(
        sql`update asks set delivered_at = clock_timestamp() where id = ${id}::uuid and delivered_at is null`,
      );
    },

    escalateDue: () =>
      changed(sql`update asks set status = 'escalated' where id in (
        select id from asks where status = 'open' and escalates_at <= clock_timestamp() order by id for no key update skip locked)
        returning *`),

    expiryDue: () =>
      changed(
        sql`select * from asks where status in ('open', 'escalated') and expires_at <= clock_timestamp() order by expires_at, id`,
      ),

    async sessionRules(sessionId) {
      const rows = await handle.db
        .select({ permission: asks.permission, patterns: asks.patterns })
        .from(asks)
        .where(
          and(
            eq(asks.sessionId, sessionId),
            eq(asks.status, 'answered'),
            sql`${asks.answer} ->> 'decision' in ('session', 'rule')`,
          ),
        )
        .orderBy(asc(asks.answeredAt));
      return rows.flatMap(({ permission, patterns }) => (permission === null ? [] : [{ permission, patterns }]));
    },
  };
}

function askOf(row: Row): Ask {
  return decode(asks, row);
}
