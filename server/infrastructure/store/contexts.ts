import { type SQL, sql } from 'drizzle-orm';
import { contexts } from '../../../db/schema/contexts.ts';
import type { LeafChange } from '../../application/knowledge-port.ts';
import type { Aggregates } from '../../application/store-port.ts';
import type { Actor } from '../../domain/actor.ts';
import type { Context } from '../../domain/context.ts';
import { DomainError } from '../../domain/errors.ts';
import { eventActorOf } from '../../domain/events.ts';
import { changeOf, contextRefusal } from './context-changes.ts';
import { json } from './events.ts';
import type { Handle, Row } from './handle.ts';
import { cursorOf, offsetOf } from './pages.ts';
import { anyOf, assignments, decode, isId, list, storable } from './rows.ts';

const living: SQL = sql`(c.expires_at is null or c.expires_at > clock_timestamp())`;

export const expiredContexts = sql`expires_at <= clock_timestamp()`;

export function createContexts(handle: Handle): Aggregates['contexts'] {
  const select = async (where: SQL, rest: SQL = sql`order by c.created_at, c.id`): Promise<Context[]> =>
    (await handle.rows(sql`select c.* from contexts c where ${living} and ${where} ${rest}`)).map(contextOf);
  const named = (teamId: string, id: string) => sql`c.id = ${id}::uuid and c.team_id = ${teamId}::uuid`;

  return {
    async create(context, changes, actor) {
      const { id, teamId, name, scope, sessionId, agentId, data, metadata, createdBy, expiresAt } = storable(context);
      const [row] = await handle.rows(sql`with stored as (
          insert into contexts (id, team_id, name, scope, session_id, agent_id, data, metadata, created_by, expires_at,
            created_at, updated_at)
          select ${id}::uuid, ${teamId}::uuid, ${name}, ${scope}, ${sessionId}::uuid, ${agentId}::uuid, ${json(data)},
            ${json(metadata)}, ${createdBy}::uuid, ${expiresAt?.toISOString() ?? null}::timestamptz, m.at, m.at
          from (select clock_timestamp() as at) m
          returning *),
        told as (${tell(sql`stored`, changes, actor)})
        select * from stored`);
      if (row === undefined) throw new DomainError('INTERNAL', 'The context was not stored');
      return contextOf(row);
    },

    get: async (teamId, id) => (isId(id) ? ((await select(named(teamId, id)))[0] ?? null) : null),

    async list(teamId, { scope, sessionId, agentId, q }, page) {
      const where = [sql`c.team_id = ${teamId}::uuid`];
      if (scope?.length) where.push(sql`c.scope = ${anyOf(scope)}`);
      if (sessionId !== undefined) where.push(isId(sessionId) ? sql`c.session_id = ${sessionId}::uuid` : sql`false`);
      if (agentId !== undefined) where.push(isId(agentId) ? sql`c.agent_id = ${agentId}::uuid` : sql`false`);
      if (q?.trim()) {
        const pattern = `%${q.trim().replace(/[\\%_]/g, '\\$&')}%`;
        where.push(sql`(c.name ilike ${pattern} or c.data::text ilike ${pattern})`);
      }
      const all = sql.join(where, sql` and `);
      const offset = offsetOf(page.cursor);
      const [counted] = await handle.rows(
        sql`select count(*)::int as total from contexts c where ${living} and ${all}`,
      );
      const items = await select(
        all,
        sql`order by c.updated_at desc, c.id limit ${page.limit}::int offset ${offset}::int`,
      );
      const total = Number(counted?.total ?? 0);
      return { items, total, nextCursor: cursorOf(offset + items.length, total, items.length) };
    },

    ofSession: (sessionId) => select(sql`c.scope = 'session' and c.session_id = ${sessionId}::uuid`),
    ofAgent: (agentId) => select(sql`c.scope = 'agent' and c.agent_id = ${agentId}::uuid`),
    global: (teamId) => select(sql`c.scope = 'global' and c.team_id = ${teamId}::uuid`),

    async lock(teamId, id) {
      const [context] = isId(id) ? await select(named(teamId, id), sql`for no key update`) : [];
      if (context === undefined) throw new DomainError('NOT_FOUND', 'There is no such context');
      return context;
    },

    async write(id, { version, changes, actor, ...patch }) {
      const set = [sql`version = c.version + 1`, sql`updated_at = clock_timestamp()`, ...assignments(contexts, patch)];
      const [row] = isId(id)
        ? await handle.rows(sql`with written as (
            update contexts c set ${list(set)} where c.id = ${id}::uuid and c.version = ${version}::int and ${living}
            returning c.*),
          told as (${tell(sql`written`, changes, actor)})
          select * from written`)
        : [];
      if (row === undefined) throw await contextRefusal(handle, id, version, changes);
      return contextOf(row);
    },

    async remove(teamId, id) {
      const rows = isId(id)
        ? await handle.rows(sql`delete from contexts c where ${named(teamId, id)} and ${living} returning c.id`)
        : [];
      if (rows.length === 0) throw new DomainError('NOT_FOUND', 'There is no such context');
    },

    async history(contextId, { limit, before, from, to }) {
      const rows = await handle.rows(sql`select * from context_changes where context_id = ${contextId}::uuid
        ${before === undefined ? sql`` : sql`and id < ${before}::bigint`}
        ${from === undefined ? sql`` : sql`and version >= ${from}::int`}
        ${to === undefined ? sql`` : sql`and version <= ${to}::int`}
        order by id desc limit ${limit}::int`);
      return rows.map(changeOf);
    },

    async writtenAt(contextIds) {
      const rows = await handle.rows(sql`select context_id, path, max(at) as at from context_changes
        where context_id::text = ${anyOf(contextIds)} and has_after group by context_id, path`);
      return rows.map(({ context_id, path, at }) => ({
        contextId: String(context_id),
        path: String(path),
        at: new Date(String(at)),
      }));
    },

    async setSessionExpiry(sessionId, expiresAt) {
      await handle.rows(sql`update contexts c set expires_at = ${expiresAt?.toISOString() ?? null}::timestamptz
        where c.session_id = ${sessionId}::uuid and c.scope = 'session' and ${living}`);
    },

    async removeExpired() {
      return (await handle.rows(sql`delete from contexts where ${expiredContexts} returning id`)).length;
    },
  };
}

/** The changed leaves of the row in `source`, under its version. An absent side is not given at all: null is a value. */
function tell(source: SQL, changes: readonly LeafChange[], actor: Actor): SQL {
  const given = changes.map(({ path, before, after }, ord) => ({
    ord,
    path,
    had: before !== undefined,
    has: after !== undefined,
    before,
    after,
  }));
  return sql`insert into context_changes (context_id, version, at, actor, path, had_before, has_after, before, after)
    select s.id, s.version, s.updated_at, ${json(eventActorOf(actor))}, g.path, g.had, g.has, g.before, g.after
    from ${source} s cross join jsonb_to_recordset(${json(given)})
      as g(ord int, path text, had boolean, has boolean, before jsonb, after jsonb) order by g.ord`;
}

function contextOf(row: Row): Context {
  return decode(contexts, row);
}
