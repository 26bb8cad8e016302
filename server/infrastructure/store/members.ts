import { type SQL, sql } from 'drizzle-orm';
import type { Member } from '../../application/people-port.ts';
import type { Aggregates } from '../../application/store-port.ts';
import type { Role } from '../../domain/actor.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Handle, Row } from './handle.ts';
import { isId } from './rows.ts';

const gone = () => new DomainError('NOT_FOUND', 'There is no such member');

export function createMembers(handle: Handle): Aggregates['members'] {
  const read = (where: SQL) =>
    handle.rows(sql`
    select u.id, m.team_id, u.email, u.name, m.role, m.version, m.created_at,
      case when m.accepted_at is null then 'invited'
        when m.disabled_at is not null or u.disabled_at is not null then 'deactivated' else 'active' end as state,
      exists (select 1 from second_factors f where f.user_id = u.id and f.confirmed_at is not null) as second_factor,
      greatest(
        (select max(l.last_seen_at) from login_sessions l where l.user_id = u.id and l.team_id = m.team_id),
        (select max(t.last_used_at) from api_tokens t where t.user_id = u.id and t.team_id = m.team_id)) as last_seen_at
    from memberships m join users u on u.id = m.user_id where ${where} order by lower(u.name), u.email`);
  const of = (teamId: string, userId: string): SQL => sql`team_id = ${teamId}::uuid and user_id = ${userId}::uuid`;

  return {
    async list(teamId) {
      return (await read(sql`m.team_id = ${teamId}::uuid`)).map(memberOf);
    },

    async get(teamId, userId) {
      if (!isId(userId)) return null;
      const [row] = await read(sql`m.team_id = ${teamId}::uuid and m.user_id = ${userId}::uuid`);
      return row === undefined ? null : memberOf(row);
    },

    async invite({ teamId, userId, role }) {
      const rows = await handle.rows(sql`insert into memberships (team_id, user_id, role, accepted_at)
        values (${teamId}::uuid, ${userId}::uuid, ${role}::role, null) on conflict do nothing returning 1`);
      if (rows.length === 0) throw new DomainError('CONFLICT', 'They belong to the team already');
    },

    async accept(teamId, userId) {
      const rows = await handle.rows(sql`update memberships set accepted_at = clock_timestamp(), version = version + 1
        where ${of(teamId, userId)} and accepted_at is null returning 1`);
      if (rows.length === 0) throw new DomainError('CONFLICT', 'The invitation is no longer open');
    },

    async update(teamId, userId, { role, active }, version) {
      const guard = version === undefined ? sql`` : sql`and version = ${version}::int`;
      const roleNow = role === undefined ? sql`role` : sql`${role}::role`;
      const disabledNow =
        active === undefined ? sql`disabled_at` : active ? sql`null` : sql`coalesce(disabled_at, clock_timestamp())`;
      const rows = isId(userId)
        ? await handle.rows(sql`update memberships set role = ${roleNow}, disabled_at = ${disabledNow},
            version = version + 1 where ${of(teamId, userId)} ${guard} returning 1`)
        : [];
      if (rows.length > 0) return;
      const [now] = isId(userId)
        ? await handle.rows(sql`select version from memberships where ${of(teamId, userId)}`)
        : [];
      if (now === undefined) throw gone();
      throw new DomainError('CONFLICT', `The member has changed meanwhile: they are at version ${now.version}`, {
        details: { version: Number(now.version) },
      });
    },

    async remove(teamId, userId) {
      const rows = isId(userId)
        ? await handle.rows(sql`delete from memberships where ${of(teamId, userId)} returning 1`)
        : [];
      if (rows.length === 0) throw gone();
    },

    async activeAdmins(teamId) {
      const rows = await handle.rows(sql`select m.user_id from memberships m join users u on u.id = m.user_id
        where m.team_id = ${teamId}::uuid and m.role = 'admin' and m.accepted_at is not null
          and m.disabled_at is null and u.disabled_at is null`);
      return rows.map((row) => String(row.user_id));
    },
  };
}

function memberOf(row: Row): Member {
  return {
    id: String(row.id),
    teamId: String(row.team_id),
    email: String(row.email),
    name: String(row.name),
    role: row.role as Role,
    state: row.state as Member['state'],
    lastSeenAt: row.last_seen_at === null ? null : new Date(String(row.last_seen_at)),
    secondFactor: row.second_factor === true,
    version: Number(row.version),
    createdAt: new Date(String(row.created_at)),
  };
}
