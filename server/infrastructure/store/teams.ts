import { asc, eq, sql } from 'drizzle-orm';
import { teams } from '../../../db/schema/teams.ts';
import type { Aggregates } from '../../application/store-port.ts';
import type { Team } from '../../application/team-port.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Handle } from './handle.ts';
import { decode, isId, storable } from './rows.ts';

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

    async list() {
      const rows = await handle.db.select().from(teams).orderBy(asc(teams.createdAt), asc(teams.id));
      return rows.map(teamOf);
    },
  };
}

function teamOf(row: TeamRow | undefined): Team {
  if (row === undefined) throw new DomainError('NOT_FOUND', 'There is no such team');
  const { lastSessionNumber: _, ...team } = row;
  return team;
}
