import { type SQL, sql } from 'drizzle-orm';
import { approvals } from '../../../db/schema/approvals.ts';
import type { ApprovalFilter, ApprovalRow } from '../../application/approval-port.ts';
import type { Aggregates } from '../../application/store-port.ts';
import type { Approval } from '../../domain/approval.ts';
import { DomainError } from '../../domain/errors.ts';
import { sessionStatuses } from '../../domain/session.ts';
import { json } from './events.ts';
import type { Handle, Row } from './handle.ts';
import { cursorOf, offsetOf } from './pages.ts';
import { anyOf, decode, isId, storable } from './rows.ts';

// A running session's attempts that are open; what is paused or over costs nothing while it waits.
const named: SQL = sql`select a.*, s.slug as session_slug, s.title as session_title, s.status::text as session_status,
    r.name as requested_by_name, d.name as decided_by_name,
    (select count(*)::int from attempts t where t.session_id = a.session_id and s.status in ('running', 'degraded')
      and t.status in ('starting', 'running', 'waiting', 'verifying')) as running
  from approvals a left join sessions s on s.id = a.session_id
    left join users r on r.id = a.requested_by left join users d on d.id = a.decided_by`;

/** Pending ones whose time has passed, or whose session needs them no longer. */
export const overApprovals = sql`approvals a left join sessions s on s.id = a.session_id
  where a.status = 'pending' and (a.expires_at <= clock_timestamp() or s.deleted_at is not null
    or s.status in ('completed', 'cancelled'))`;

export function createApprovals(handle: Handle): Aggregates['approvals'] {
  return {
    async insert({ id, teamId, sessionId, action, requestedBy, reason, details, facts }, lifeSeconds) {
      const [row] = await handle.rows(sql`insert into approvals
          (id, team_id, session_id, action, requested_by, reason, details, facts, created_at, expires_at)
        values (${id}::uuid, ${teamId}::uuid, ${sessionId}::uuid, ${action}, ${requestedBy}::uuid, ${storable(reason)},
          ${json(storable(details))}, ${json(storable(facts))}, clock_timestamp(),
          clock_timestamp() + make_interval(secs => ${lifeSeconds}::float))
        on conflict do nothing returning *`);
      if (row === undefined)
        throw new DomainError('CONFLICT', 'The same was requested already and waits for its decision.');
      return approvalOf(row);
    },

    async get(teamId, id) {
      if (!isId(id)) return null;
      const [row] = await handle.rows(sql`${named} where a.team_id = ${teamId}::uuid and a.id = ${id}::uuid`);
      return row === undefined ? null : rowOf(row);
    },

    async lock(id) {
      const [row] = isId(id)
        ? await handle.rows(sql`select * from approvals where id = ${id}::uuid for no key update`)
        : [];
      if (row === undefined) throw new DomainError('NOT_FOUND', 'There is no such request');
      return approvalOf(row);
    },

    async list(teamId, filter, page) {
      const where = conditions(teamId, filter);
      const offset = offsetOf(page.cursor);
      const [counted] = await handle.rows(sql`select count(*)::int as total from approvals a where ${where}`);
      const rows = await handle.rows(sql`${named} where ${where}
        order by (a.status = 'pending') desc, case when a.status = 'pending' then a.created_at end,
          coalesce(a.decided_at, a.created_at) desc, a.id
        limit ${page.limit}::int offset ${offset}::int`);
      const total = Number(counted?.total ?? 0);
      return { items: rows.map(rowOf), total, nextCursor: cursorOf(offset + rows.length, total, rows.length) };
    },

    async pendingOf(sessionId) {
      const rows = await handle.rows(sql`select * from approvals where session_id = ${sessionId}::uuid
        and status = 'pending' order by created_at, id`);
      return rows.map(approvalOf);
    },

    async decide(id, { status, decidedBy, note }) {
      const [row] = await handle.rows(sql`update approvals set status = ${status}, decided_by = ${decidedBy}::uuid,
          note = ${storable(note)}, decided_at = clock_timestamp()
        where id = ${id}::uuid and status = 'pending' returning *`);
      if (row !== undefined) return approvalOf(row);
      const [now] = await handle.rows(sql`select status from approvals where id = ${id}::uuid`);
      if (now === undefined) throw new DomainError('NOT_FOUND', 'There is no such request');
      throw new DomainError('CONFLICT', `This request is already ${now.status}.`, { details: { status: now.status } });
    },

    async due() {
      const rows = await handle.rows(sql`select a.* from ${overApprovals}
        order by a.expires_at, a.id`);
      return rows.map(approvalOf);
    },

    async admins(teamId) {
      const [row] = await handle.rows(sql`select count(*)::int as number from memberships m
        join users u on u.id = m.user_id
        where m.team_id = ${teamId}::uuid and m.role = 'admin' and m.accepted_at is not null
          and m.disabled_at is null and u.disabled_at is null`);
      return Number(row?.number ?? 0);
    },

    async plans(teamId) {
      const [row] = await handle.rows(sql`select count(*)::int as number, min(planned_at) as since from sessions
        where team_id = ${teamId}::uuid and status in ('running', 'degraded') and planned_at is not null
          and plan_approved_at is null and deleted_at is null`);
      const since = row?.since ?? null;
      return { count: Number(row?.number ?? 0), since: since === null ? null : new Date(String(since)) };
    },
  };
}

function conditions(teamId: string, { status, action, sessionId }: ApprovalFilter): SQL {
  return sql.join(
    [
      sql`a.team_id = ${teamId}::uuid`,
      ...(status?.length ? [sql`a.status = ${anyOf(status)}`] : []),
      ...(action?.length ? [sql`a.action = ${anyOf(action)}`] : []),
      ...(sessionId === undefined ? [] : [isId(sessionId) ? sql`a.session_id = ${sessionId}::uuid` : sql`false`]),
    ],
    sql` and `,
  );
}

function approvalOf(row: Row): Approval {
  return decode(approvals, row);
}

function rowOf(row: Row): ApprovalRow {
  const word = (value: unknown) => (typeof value === 'string' ? value : null);
  return {
    ...approvalOf(row),
    sessionSlug: word(row.session_slug),
    sessionTitle: word(row.session_title),
    sessionStatus: sessionStatuses.find((status) => status === row.session_status) ?? null,
    running: Number(row.running ?? 0),
    requestedByName: word(row.requested_by_name),
    decidedByName: word(row.decided_by_name),
  };
}
