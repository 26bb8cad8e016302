import { and, desc, eq, isNull, ne, sql } from 'drizzle-orm';
import { loginSessions } from '../../../db/schema/people.ts';
import type { Aggregates } from '../../application/store-port.ts';
import type { LoginSession } from '../../application/team-port.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Handle } from './handle.ts';
import { decode, isId, storable } from './rows.ts';

export function createLogins(handle: Handle): Aggregates['logins'] {
  const revokeWhere = async (where: ReturnType<typeof and>) => {
    await handle.db
      .update(loginSessions)
      .set({ revokedAt: sql`clock_timestamp()` })
      .where(and(where, isNull(loginSessions.revokedAt)));
  };

  return {
    async create(login) {
      await handle.db.insert(loginSessions).values(storable(login));
    },

    async byTokenHash(hash, idleSeconds) {
      // Touched at most once a minute, so that reading a page is not a write.
      const [row] = await handle.rows(sql`
        with living as (
          select * from login_sessions where token_hash = ${hash} and revoked_at is null and expires_at > clock_timestamp()
            and last_seen_at > clock_timestamp() - make_interval(secs => ${idleSeconds}::float)),
        touched as (
          update login_sessions l set last_seen_at = clock_timestamp() from living
          where l.id = living.id and living.last_seen_at < clock_timestamp() - interval '1 minute')
        select * from living`);
      return row === undefined ? null : loginOf(decode(loginSessions, row));
    },

    async prove(id) {
      await handle.db
        .update(loginSessions)
        .set({ provenAt: sql`clock_timestamp()` })
        .where(and(eq(loginSessions.id, id), isNull(loginSessions.revokedAt)));
    },

    async revoke(id) {
      if (isId(id)) await revokeWhere(eq(loginSessions.id, id));
    },

    async revokeOthers(userId, exceptId) {
      await revokeWhere(
        and(eq(loginSessions.userId, userId), exceptId === null ? undefined : ne(loginSessions.id, exceptId)),
      );
    },

    async revokeInTeam(userId, teamId, exceptId) {
      await revokeWhere(
        and(
          eq(loginSessions.userId, userId),
          eq(loginSessions.teamId, teamId),
          exceptId === null ? undefined : ne(loginSessions.id, exceptId),
        ),
      );
    },

    async moveTo(id, userId, teamId) {
      const moved = await handle.db
        .update(loginSessions)
        .set({ teamId })
        .where(and(eq(loginSessions.id, id), eq(loginSessions.userId, userId), isNull(loginSessions.revokedAt)))
        .returning({ id: loginSessions.id });
      if (moved.length === 0) throw new DomainError('CONFLICT', 'This login has ended');
    },

    async listFor(userId) {
      const rows = await handle.db
        .select()
        .from(loginSessions)
        .where(
          and(
            eq(loginSessions.userId, userId),
            isNull(loginSessions.revokedAt),
            sql`${loginSessions.expiresAt} > clock_timestamp()`,
          ),
        )
        .orderBy(desc(loginSessions.lastSeenAt));
      return rows.map(loginOf);
    },

    async prune(days) {
      const [row] = await handle.rows(sql`with old as (delete from login_sessions
        where least(expires_at, revoked_at) < clock_timestamp() - make_interval(days => ${days}::int) returning 1)
        select count(*)::int as number from old`);
      return Number(row?.number ?? 0);
    },
  };
}

function loginOf(row: typeof loginSessions.$inferSelect): LoginSession {
  const { id, userId, teamId, method, userAgent, address, createdAt, lastSeenAt, expiresAt, provenAt } = row;
  return { id, userId, teamId, method, userAgent, address, createdAt, lastSeenAt, expiresAt, provenAt };
}
