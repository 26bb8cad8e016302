import { type SQL, sql } from 'drizzle-orm';
import { sessions } from '../../../db/schema/sessions.ts';
import type { Aggregates } from '../../application/store-port.ts';
import { DomainError } from '../../domain/errors.ts';
import { attentions, type Session, sessionStatuses } from '../../domain/session.ts';
import type { Handle } from './handle.ts';
import { isId, storable } from './rows.ts';
import { createSessionLeases } from './session-leases.ts';
import { createSessionList } from './session-list.ts';
import { createSessionMoves } from './session-moves.ts';
import { createSessionRecords } from './session-records.ts';
import { sessionFacts, sessionOf } from './session-row.ts';

export function createSessions(handle: Handle): Aggregates['sessions'] {
  async function select(rest: SQL): Promise<Session[]> {
    const rows = await handle.rows(sql`select s.*, facts.* from sessions s cross join ${sessionFacts} ${rest}`);
    return rows.map((row) => sessionOf(row));
  }
  const one = async (rest: SQL) => (await select(rest))[0] ?? null;

  return {
    ...createSessionMoves(handle),
    ...createSessionLeases(handle),
    ...createSessionList(handle),
    ...createSessionRecords(handle),

    async insert(session) {
      await handle.db
        .insert(sessions)
        .values(storable({ ...session, tags: [...session.tags], technologies: [...session.technologies] }));
      const stored = await one(sql`where s.id = ${session.id}::uuid`);
      if (stored === null) throw new DomainError('INTERNAL', 'The session was not stored');
      return stored;
    },

    get(teamId, idOrSlug, options) {
      const named = isId(idOrSlug) ? sql`s.id = ${idOrSlug}::uuid` : sql`s.slug = ${idOrSlug.toUpperCase()}`;
      return one(
        sql`where s.team_id = ${teamId}::uuid and ${named} ${options?.deleted ? sql`` : sql`and s.deleted_at is null`}`,
      );
    },

    byId: async (id) => (isId(id) ? one(sql`where s.id = ${id}::uuid`) : null),

    async lock(id) {
      // The facts are read after the lock is ours: another's tasks may have moved while we waited.
      const locked = isId(id)
        ? await handle.rows(sql`select 1 from sessions where id = ${id}::uuid for no key update`)
        : [];
      const session = locked.length === 0 ? null : await one(sql`where s.id = ${id}::uuid`);
      if (session === null) throw new DomainError('NOT_FOUND', 'There is no such session');
      return session;
    },

    async counts(teamId) {
      const rows = await handle.rows(sql`select status::text, attention::text, count(*)::int as number from sessions
        where team_id = ${teamId}::uuid and deleted_at is null group by status, attention`);
      const tally = <T extends string>(names: readonly T[], column: string): Partial<Record<T, number>> => {
        const counts: Partial<Record<T, number>> = {};
        for (const name of names) {
          const sum = rows.filter((row) => row[column] === name).reduce((total, row) => total + Number(row.number), 0);
          if (sum > 0) counts[name] = sum;
        }
        return counts;
      };
      return { status: tally(sessionStatuses, 'status'), attention: tally(attentions, 'attention') };
    },

    async countActive(teamId) {
      const [row] = await handle.rows(sql`select count(*)::int as number from sessions where team_id = ${teamId}::uuid
        and deleted_at is null and status in ('pending', 'queued', 'running', 'paused', 'degraded')`);
      return Number(row?.number ?? 0);
    },

    ancestors: (id) =>
      select(sql`join (
        with recursive above as (
          select parent_id, 1 as height from sessions where id = ${id}::uuid
          union all select p.parent_id, above.height + 1 from above join sessions p on p.id = above.parent_id where above.height < 20)
        select parent_id, height from above where parent_id is not null) line on line.parent_id = s.id
        order by line.height`),

    children: (id) => select(sql`where s.parent_id = ${id}::uuid and s.deleted_at is null order by s.created_at, s.id`),
  };
}
