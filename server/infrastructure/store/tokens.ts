import { and, desc, eq, isNull, sql } from 'drizzle-orm';
import { apiTokens } from '../../../db/schema/people.ts';
import type { Aggregates } from '../../application/store-port.ts';
import type { ApiToken } from '../../application/team-port.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Handle } from './handle.ts';
import { decode, isId, storable } from './rows.ts';

export function createTokens(handle: Handle): Aggregates['tokens'] {
  return {
    async create(token) {
      const [row] = await handle.db.insert(apiTokens).values(storable(token)).returning();
      if (row === undefined) throw new DomainError('INTERNAL', 'The token was not stored');
      return tokenOf(row);
    },

    async byHash(hash) {
      // Living ones only; `lastUsedAt` moves at most once a minute, so that a read is not a write.
      const [row] = await handle.rows(sql`
        with living as (
          select * from api_tokens where token_hash = ${hash} and revoked_at is null
            and (expires_at is null or expires_at > clock_timestamp())),
        touched as (
          update api_tokens t set last_used_at = clock_timestamp() from living
          where t.id = living.id and coalesce(living.last_used_at, '-infinity') < clock_timestamp() - interval '1 minute')
        select * from living`);
      return row === undefined ? null : tokenOf(decode(apiTokens, row));
    },

    async listFor(teamId, userId) {
      const rows = await handle.db
        .select()
        .from(apiTokens)
        .where(
          and(
            eq(apiTokens.teamId, teamId),
            isNull(apiTokens.revokedAt),
            userId === null ? undefined : eq(apiTokens.userId, userId),
          ),
        )
        .orderBy(desc(apiTokens.createdAt), desc(apiTokens.id));
      return rows.map(tokenOf);
    },

    async get(teamId, id) {
      if (!isId(id)) return null;
      const [row] = await handle.db
        .select()
        .from(apiTokens)
        .where(and(eq(apiTokens.teamId, teamId), eq(apiTokens.id, id), isNull(apiTokens.revokedAt)));
      return row === undefined ? null : tokenOf(row);
    },

    async revoke(teamId, id) {
      const revoked = await handle.db
        .update(apiTokens)
        .set({ revokedAt: sql`clock_timestamp()` })
        .where(and(eq(apiTokens.teamId, teamId), eq(apiTokens.id, id), isNull(apiTokens.revokedAt)))
        .returning({ id: apiTokens.id });
      if (revoked.length === 0) throw new DomainError('NOT_FOUND', 'There is no such token');
    },

    async revokeAllOf(teamId, userId) {
      const revoked = await handle.db
        .update(apiTokens)
        .set({ revokedAt: sql`clock_timestamp()` })
        .where(and(eq(apiTokens.teamId, teamId), eq(apiTokens.userId, userId), isNull(apiTokens.revokedAt)))
        .returning({ id: apiTokens.id });
      return revoked.length;
    },
  };
}

function tokenOf(row: typeof apiTokens.$inferSelect): ApiToken {
  const { id, teamId, userId, name, prefix, scopes, expiresAt, lastUsedAt, createdAt } = row;
  return { id, teamId, userId, name, prefix, scopes, expiresAt, lastUsedAt, createdAt };
}
