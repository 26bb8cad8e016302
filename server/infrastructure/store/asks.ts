import { and, asc, eq, inArray, isNull, type SQL, sql } from 'drizzle-orm';
import { asks } from '../../../db/schema/asks.ts';
import type { AskRow } from '../../application/ask-port.ts';
import type { Aggregates } from '../../application/store-port.ts';
import { permissionPresets } from '../../domain/agent.ts';
import type { Ask } from '../../domain/ask.ts';
import { DomainError } from '../../domain/errors.ts';
import { json } from './events.ts';
import type { Handle, Row } from './handle.ts';
import { cursorOf, offsetOf } from './pages.ts';
import { anyOf, decode, isId, storable } from './rows.ts';

/** Past the SLA or past the expiry. */
export const overdueAsks = sql`((status = 'open' and escalates_at <= clock_timestamp())
  or (status in ('open', 'escalated') and expires_at <= clock_timestamp()))`;

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
        await handle.rows(sql`select a.*, s.slug as session_slug, s.title as session_title, t.title as task_title, s.created_by as session_created_by,
          u.name as answered_by_name
        from asks a join sessions s on s.id = a.session_id join tasks t on t.id = a.task_id
          left join users u on u.id = a.answered_by where ${where}
        order by (a.status in ('open', 'escalated')) desc,
          case when a.status in ('open', 'escalated') then a.opened_at end, a.opened_at desc, a.id limit ${page.limit}::int offset ${offset}::int`);
      const total = Number(counted?.total ?? 0);
      const items = rows.map(rowOf);
      return { items, total, nextCursor: cursorOf(offset + rows.length, total, rows.length) };
    },

    async inbox(teamId, limit) {
      const where = sql`a.team_id = ${teamId}::uuid and a.status in ('open', 'escalated')`;
      const [counted] = await handle.rows(sql`select count(*)::int as total from asks a where ${where}`);
      const rows = await handle.rows(sql`select a.*, s.slug as session_slug, s.title as session_title,
          s.created_by as session_created_by, null as answered_by_name, t.title as task_title, t.key as task_key, g.name as agent_name,
          r.name as runtime_name, s.repository_id, p.name as repository_name, s.priority,
          a.remote_session_id <> e.remote_session_id as sub_agent
        from asks a join sessions s on s.id = a.session_id join tasks t on t.id = a.task_id
          join attempts e on e.id = a.attempt_id join agents g on g.id = e.agent_id join runtimes r on r.id = e.runtime_id
          join repositories p on p.id = s.repository_id
        where ${where} order by a.opened_at, a.id limit ${limit}::int`);
      const items = rows.map((row) => ({
        ...rowOf(row),
        taskKey: String(row.task_key),
        agentName: String(row.agent_name),
        runtimeName: String(row.runtime_name),
        repositoryId: String(row.repository_id),
        repositoryName: String(row.repository_name),
        priority: Number(row.priority),
        subAgent: row.sub_agent === true,
      }));
      return { items, total: Number(counted?.total ?? 0) };
    },

    async waitingTasks(sessionIds) {
      if (sessionIds.length === 0) return [];
      const rows = await handle.rows(sql`select t.id, t.session_id,
          coalesce((select jsonb_agg(d.from_task_id) from dependencies d where d.to_task_id = t.id and d.required), '[]') as after
        from tasks t where t.session_id::text = ${anyOf(sessionIds)} and t.kind = 'work'
          and t.status not in ('completed', 'failed', 'cancelled', 'skipped')`);
      return rows.map((row) => ({
        id: String(row.id),
        sessionId: String(row.session_id),
        after: (Array.isArray(row.after) ? row.after : []).map(String),
      }));
    },

    async history(teamId, { permission, since, sessionId, repositoryId }, limit) {
      const reach = [
        ...(sessionId === undefined ? [] : [sql` and a.session_id = ${sessionId}::uuid`]),
        ...(repositoryId === undefined ? [] : [sql` and s.repository_id = ${repositoryId}::uuid`]),
      ];
      const rows = await handle.rows(sql`select a.*, s.slug as session_slug, g.permission_preset as preset
        from asks a join sessions s on s.id = a.session_id join attempts e on e.id = a.attempt_id join agents g on g.id = e.agent_id
        where a.team_id = ${teamId}::uuid and a.kind = 'permission' and a.permission = ${permission}
          and a.opened_at >= ${since.toISOString()}::timestamptz${sql.join(reach, sql``)}
        order by a.opened_at desc, a.id limit ${limit}::int`);
      return rows.map((row) => ({
        ...askOf(row),
        sessionSlug: String(row.session_slug),
        preset: permissionPresets.find((known) => known === row.preset) ?? 'read_only',
      }));
    },

    openOf: (sessionId) =>
      handle.db
        .select()
        .from(asks)
        .where(and(eq(asks.sessionId, sessionId), inArray(asks.status, ['open', 'escalated'])))
        .orderBy(asc(asks.openedAt), asc(asks.id)),

    async answer(id, answer, { userId, ruleId = null }) {
      const [row] = isId(id)
        ? await handle.rows(sql`update asks set status = 'answered', answer = ${json(answer)}, answered_by = ${userId}::uuid,
            rule_id = ${ruleId}::uuid, answered_at = clock_timestamp() where id = ${id}::uuid and status in ('open', 'escalated') returning *`)
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

    overdue: () => changed(sql`select * from asks where ${overdueAsks} order by expires_at, id limit 500`),

    escalate: async (id) =>
      (
        await changed(sql`update asks set status = 'escalated' where id = ${id}::uuid and status = 'open' returning *`)
      )[0] ?? null,

    async sessionRules(sessionId) {
      const rows = await handle.db
        .select({ permission: asks.permission, patterns: asks.patterns })
        .from(asks)
        .where(
          and(
            eq(asks.sessionId, sessionId),
            eq(asks.status, 'answered'),
            sql`${asks.answer} ->> 'decision' = 'session'`,
          ),
        )
        .orderBy(asc(asks.answeredAt));
      return rows.flatMap(({ permission, patterns }) => (permission === null ? [] : [{ permission, patterns }]));
    },
  };
}

function rowOf(row: Row): AskRow {
  return {
    ...askOf(row),
    sessionSlug: String(row.session_slug),
    sessionTitle: String(row.session_title),
    taskTitle: String(row.task_title),
    sessionCreatedBy: row.session_created_by === null ? null : String(row.session_created_by),
    answeredByName: row.answered_by_name === null ? null : String(row.answered_by_name),
  };
}

function askOf(row: Row): Ask {
  return decode(asks, row);
}
