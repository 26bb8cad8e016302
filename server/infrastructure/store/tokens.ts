import { and, eq, isNull, sql } from 'drizzle-orm';
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
      // Living ones of living teams only; `lastUsedAt` moves at most once a minute, so that a read is not a write.
      const [row] = await handle.rows(sql`
        with living as (
          select * from api_tokens where revoked_at is null
            and exists (select 1 from teams where teams.id = api_tokens.team_id and teams.active)
            and (token_hash = ${hash} or (previous_hash = ${hash} and previous_until > clock_timestamp()))
            and (expires_at is null or expires_at > clock_timestamp())),
        touched as (
          update api_tokens t set last_used_at = clock_timestamp() from living
          where t.id = living.id and coalesce(living.last_used_at, '-infinity') < clock_timestamp() - interval '1 minute')
        select * from living`);
      return row === undefined ? null : tokenOf(decode(apiTokens, row));
    },

    async listFor(teamId, userId) {
      const rows = await handle.rows(sql`select t.*, u.name as owner_name, c.name as created_by_name from api_tokens t
        left join users u on u.id = t.user_id left join users c on c.id = t.created_by
        where t.team_id = ${teamId}::uuid and t.revoked_at is null
          ${userId === null ? sql`` : sql`and t.user_id = ${userId}::uuid`}
        order by t.created_at desc, t.id desc`);
      return rows.map((row) => ({
        ...tokenOf(decode(apiTokens, row)),
        ownerName: row.owner_name === null ? null : String(row.owner_name),
        createdByName: row.created_by_name === null ? null : String(row.created_by_name),
      }));
    },

    async get(teamId, id) {
      if (!isId(id)) return null;
      const [row] = await handle.db
        .select()
        .from(apiTokens)
        .where(and(eq(apiTokens.teamId, teamId), eq(apiTokens.id, id), isNull(apiTokens.revokedAt)));
      return row === undefined ? null : tokenOf(row);
    },

    async rotate(teamId, id, { tokenHash, prefix, previousUntil }) {
      const [row] = isId(id)
        ? await handle.rows(sql`update api_tokens set previous_hash = token_hash, previous_prefix = prefix,
            previous_until = ${previousUntil.toISOString()}::timestamptz, token_hash = ${tokenHash}, prefix = ${prefix},
            rotated_at = clock_timestamp()
          where id = ${id}::uuid and team_id = ${teamId}::uuid and revoked_at is null returning *`)
        : [];
      if (row === undefined) throw new DomainError('NOT_FOUND', 'There is no such token');
      return tokenOf(decode(apiTokens, row));
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

function tokenOf({
  tokenHash: _,
  previousHash: __,
  revokedAt: ___,
  ...token
}: typeof apiTokens.$inferSelect): ApiToken {
  return token;
}
