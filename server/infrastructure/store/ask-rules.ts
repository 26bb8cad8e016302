import { sql } from 'drizzle-orm';
import { askRules } from '../../../db/schema/asks.ts';
import type { Aggregates } from '../../application/store-port.ts';
import type { AskRule } from '../../domain/ask-rule.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Handle, Row } from './handle.ts';
import { cursorOf, offsetOf } from './pages.ts';
import { decode, isId, storable } from './rows.ts';

const inForce = sql`(r.revoked_at is null and r.expires_at > clock_timestamp())`;

export function createAskRules(handle: Handle): Aggregates['askRules'] {
  return {
    async create(rule) {
      const [row] = await handle.db
        .insert(askRules)
        .values(storable({ ...rule, createdAt: sql`clock_timestamp()` }))
        .returning();
      if (row === undefined) throw new DomainError('INTERNAL', 'The rule was not stored');
      return row;
    },

    async get(teamId, id) {
      if (!isId(id)) return null;
      const [row] = await handle.rows(
        sql`select r.* from ask_rules r where r.id = ${id}::uuid and r.team_id = ${teamId}::uuid`,
      );
      return row === undefined ? null : ruleOf(row);
    },

    async list(teamId, page) {
      const where = sql`r.team_id = ${teamId}::uuid
        and (${inForce} or greatest(r.expires_at, r.revoked_at) > clock_timestamp() - interval '90 days')`;
      const offset = offsetOf(page.cursor);
      const [counted] = await handle.rows(sql`select count(*)::int as total from ask_rules r where ${where}`);
      const rows = await handle.rows(sql`select r.*, s.slug as session_slug, s.created_by as session_created_by,
          p.name as repository_name, u.name as created_by_name
        from ask_rules r left join sessions s on s.id = r.session_id left join repositories p on p.id = r.repository_id
          left join users u on u.id = r.created_by
        where ${where} order by ${inForce} desc, r.created_at desc, r.id limit ${page.limit}::int offset ${offset}::int`);
      const total = Number(counted?.total ?? 0);
      const items = rows.map((row) => ({
        ...ruleOf(row),
        sessionSlug: textOf(row.session_slug),
        sessionCreatedBy: textOf(row.session_created_by),
        repositoryName: textOf(row.repository_name),
        createdByName: textOf(row.created_by_name),
      }));
      return { items, total, nextCursor: cursorOf(offset + rows.length, total, rows.length) };
    },

    reaching: async ({ teamId, permission, sessionId, repositoryId }) =>
      (
        await handle.rows(sql`select r.* from ask_rules r
          where r.team_id = ${teamId}::uuid and r.permission = ${permission} and ${inForce} and (r.scope = 'team'
            or (r.scope = 'session' and r.session_id = ${sessionId}::uuid)
            or (r.scope = 'repository' and r.repository_id = ${repositoryId}::uuid))
          order by r.created_at, r.id limit 500`)
      ).map(ruleOf),

    async revoke(teamId, id) {
      const [row] = isId(id)
        ? await handle.rows(sql`update ask_rules r set revoked_at = clock_timestamp()
            where r.id = ${id}::uuid and r.team_id = ${teamId}::uuid and ${inForce} returning r.*`)
        : [];
      if (row === undefined) throw new DomainError('CONFLICT', 'This rule is over already.');
      return ruleOf(row);
    },

    async use(id) {
      await handle.rows(sql`update ask_rules set use_count = use_count + 1, last_used_at = clock_timestamp()
        where id = ${id}::uuid`);
    },
  };
}

const ruleOf = (row: Row): AskRule => decode(askRules, row);
const textOf = (value: unknown) => (value === null || value === undefined ? null : String(value));
