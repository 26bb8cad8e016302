import { asc, eq, sql } from 'drizzle-orm';
import { teams } from '../../../db/schema/teams.ts';
import type { Aggregates } from '../../application/store-port.ts';
import type { Team } from '../../application/team-port.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Handle } from './handle.ts';
import { assignments, decode, isId, list, storable } from './rows.ts';

type TeamRow = typeof teams.$inferSelect;

export function createTeams(handle: Handle): Aggregates['teams'] {
  return {
    async create(team) {
      const [row] = await handle.db.insert(teams).values(storable(team)).returning();
      return teamOf(row);
    },

    async get(id) {
      if (!isId(id)) return null;
      const [row] = await handle.db.select().from(teams).where(eq(teams.id, id));
      return row === undefined ? null : teamOf(row);
    },

    async lock(id) {
      const [row] = isId(id)
        ? await handle.rows(sql`select * from teams where id = ${id}::uuid for no key update`)
        : [];
      return teamOf(row === undefined ? undefined : decode(teams, row));
    },

    async nextSessionNumber(id) {
      const [row] = await handle.rows(sql`update teams set last_session_number = last_session_number + 1
        where id = ${id}::uuid returning last_session_number as number`);
      if (row === undefined) throw new DomainError('NOT_FOUND', 'There is no such team');
      return Number(row.number);
    },

    async raiseMonth(id, month, tokens) {
      const [row] = await handle.rows(sql`update teams set raised_month = ${month}, raised_tokens = ${tokens}::bigint,
        version = version + 1 where id = ${id}::uuid returning *`);
      return teamOf(row === undefined ? undefined : decode(teams, row));
    },

    async deletedOf(userId, days) {
      if (!isId(userId)) return [];
      const rows = await handle.rows(sql`select t.* from teams t join memberships m on m.team_id = t.id
        where m.user_id = ${userId}::uuid and m.role = 'admin' and m.accepted_at is not null and m.disabled_at is null
          and t.deleted_at > clock_timestamp() - make_interval(days => ${days}::int) order by t.deleted_at desc, t.id`);
      return rows.map((row) => teamOf(decode(teams, row)));
    },

    async setDeleted(id, at) {
      const [row] = await handle.rows(sql`update teams set deleted_at = ${at?.toISOString() ?? null}::timestamptz,
        active = ${at === null}::boolean, version = version + 1 where id = ${id}::uuid returning *`);
      return teamOf(row === undefined ? undefined : decode(teams, row));
    },

    async list() {
      const rows = await handle.db.select().from(teams).orderBy(asc(teams.createdAt), asc(teams.id));
      return rows.map(teamOf);
    },

    async update(id, patch, version) {
      const changes = list([sql`version = version + 1`, ...assignments(teams, patch)]);
      const guard = version === undefined ? sql`` : sql`and version = ${version}::int`;
      const [row] = isId(id)
        ? await handle.rows(sql`update teams set ${changes} where id = ${id}::uuid ${guard} returning *`)
        : [];
      if (row !== undefined) return teamOf(decode(teams, row));
      const [now] = isId(id) ? await handle.rows(sql`select version from teams where id = ${id}::uuid`) : [];
      if (now === undefined) throw new DomainError('NOT_FOUND', 'There is no such team');
      throw new DomainError('CONFLICT', `The team has changed meanwhile: it is at version ${now.version}`, {
        details: { version: Number(now.version) },
      });
    },

    async slugTaken(slug) {
      const [row] = await handle.rows(sql`select 1 from teams where slug = ${slug}`);
      return row !== undefined;
    },
  };
}

function teamOf(row: TeamRow | undefined): Team {
  if (row === undefined) throw new DomainError('NOT_FOUND', 'There is no such team');
  const { lastSessionNumber: _, ...team } = row;
  return team;
}
