import { type SQL, sql } from 'drizzle-orm';
import { runtimes } from '../../../db/schema/agents.ts';
import type { RuntimeRecordStore, RuntimeSight } from '../../application/runtime-port.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Runtime } from '../../domain/runtime.ts';
import { openAttempt } from './agent-row.ts';
import { sqlStateOf } from './database-errors.ts';
import type { Handle, Row } from './handle.ts';
import { assignments, decode, isId, list, storable } from './rows.ts';

// What a paused session keeps open runs nowhere, so it takes no place.
const places = sql`(select count(*)::int as open, count(distinct o.session_id)::int as sessions from attempts o
  join sessions s on s.id = o.session_id and s.status <> 'paused' where o.runtime_id = r.id and ${openAttempt}) p`;
const fleet = sql`(select count(*)::int as agents, min(a.name) as first from agents a where a.runtime_id = r.id and a.removed_at is null) f`;

/** Runtimes as people see and change them. */
export function createRuntimeRecords(handle: Handle): RuntimeRecordStore {
  const select = (where: SQL): Promise<Row[]> =>
    handle.rows(sql`select r.*, p.open, p.sessions, f.agents, f.first from runtimes r cross join lateral ${places}
      cross join lateral ${fleet} where r.removed_at is null and (r.kind <> 'external_agent' or f.agents > 0) and ${where} order by r.kind, r.name collate "C"`);
  const ofTeam = (teamId: string) => sql`(r.team_id = ${teamId}::uuid or r.team_id is null)`;
  const own = (teamId: string, id: string) =>
    sql`id = ${id}::uuid and team_id = ${teamId}::uuid and removed_at is null`;

  async function get(teamId: string, id: string): Promise<Runtime | null> {
    const [row] = isId(id) ? await select(sql`r.id = ${id}::uuid and ${ofTeam(teamId)}`) : [];
    return row === undefined ? null : runtimeOf(row);
  }

  async function existing(teamId: string, id: string): Promise<Runtime> {
    const found = await get(teamId, id);
    if (found === null) throw new DomainError('NOT_FOUND', 'There is no such runtime');
    return found;
  }

  return {
    list: async (teamId) => (await select(ofTeam(teamId))).map(runtimeOf),
    get,

    async watched() {
      const rows = await select(sql`r.kind = 'opencode_external' and r.enabled and r.credentials is not null`);
      return rows.map((row) => ({
        ...runtimeOf(row),
        teamId: String(row.team_id),
        credentials: String(row.credentials),
      }));
    },

    async create({ sight, ...row }) {
      try {
        await handle.db.insert(runtimes).values(
          storable({
            ...row,
            kind: 'opencode_external' as const,
            state: sight.state,
            detail: sight.detail,
            softwareVersion: sight.softwareVersion,
            models: sight.models ?? [],
            lastSeenAt: sql`clock_timestamp()`,
            filesSeenAt: sight.filesSeen ? sql`clock_timestamp()` : null,
          }),
        );
      } catch (error) {
        throw taken(error, row.name);
      }
      return existing(row.teamId, row.id);
    },

    async update(teamId, id, patch, version) {
      const rows = isId(id)
        ? await handle
            .rows(
              sql`update runtimes set ${list([sql`version = version + 1`, ...assignments(runtimes, patch)])}
                where ${own(teamId, id)} ${version === undefined ? sql`` : sql`and version = ${version}::int`} returning id`,
            )
            .catch((error: unknown) => {
              throw taken(error, patch.name ?? '');
            })
        : [];
      const now = await existing(teamId, id);
      if (rows.length > 0) return now;
      if (now.teamId === null) throw new DomainError('FORBIDDEN', 'The built-in runtime belongs to no team.');
      throw new DomainError('CONFLICT', `The runtime has changed meanwhile: it is at version ${now.version}`, {
        details: { version: now.version },
      });
    },

    async remove(teamId, id) {
      const now = await existing(teamId, id);
      // The name is free again; whose attempts they were stays readable.
      const rows = await handle.rows(sql`update runtimes r set removed_at = clock_timestamp(), version = version + 1,
        name = left(r.name, 60) || ' (' || left(r.id::text, 8) || ')', credentials = null, gateway_token_hash = null,
        state = 'offline', detail = 'Removed'
        where ${own(teamId, id)}
          and not exists (select 1 from attempts o where o.runtime_id = r.id and ${openAttempt})
          and not exists (select 1 from agents a where a.runtime_id = r.id and a.removed_at is null) returning id`);
      if (rows.length > 0) return;
      const why =
        now.agents > 0
          ? `${now.agents} ${now.agents === 1 ? 'agent stands' : 'agents stand'} on it: move or remove them first`
          : 'Attempts still run on it: drain it and wait, or stop their sessions';
      throw new DomainError('CONFLICT', why, { details: { agents: now.agents, openAttempts: now.open } });
    },

    async observe(id, sight) {
      const [row] =
        await handle.rows(sql`with before as (select * from runtimes where id = ${id}::uuid for no key update)
        update runtimes r set ${list(assignments(runtimes, facts(sight)))} from before b where r.id = b.id
        returning (b.state, b.circuit, b.detail, b.parked_until) is distinct from
          (r.state, r.circuit, r.detail, r.parked_until) as changed`);
      if (sight.answered)
        await handle.rows(sql`update runtimes set last_seen_at = clock_timestamp(),
          files_seen_at = case when ${sight.filesSeen}::boolean then clock_timestamp() else files_seen_at end
          where id = ${id}::uuid`);
      return row?.changed === true;
    },

    async kindOf(id) {
      const [row] = isId(id) ? await handle.rows(sql`select * from runtimes where id = ${id}::uuid`) : [];
      if (row === undefined) throw new DomainError('NOT_FOUND', 'There is no such runtime');
      return decode(runtimes, row).kind;
    },

    async byGatewayToken(hash) {
      const [row] = await handle.rows(
        sql`select id from runtimes where gateway_token_hash = ${hash} and removed_at is null`,
      );
      return row === undefined ? null : String(row.id);
    },

    async lost(id) {
      const rows = await handle.rows(sql`select id from attempts where runtime_id = ${id}::uuid and status = 'lost'
        and ended_at > clock_timestamp() - interval '1 day'`);
      return rows.map((row) => String(row.id));
    },
  };
}

function facts({ state, detail, softwareVersion, circuit, parkedUntil, models }: RuntimeSight) {
  return {
    state,
    detail,
    circuit,
    parkedUntil,
    ...(softwareVersion && { softwareVersion }),
    ...(models && { models }),
  };
}

function runtimeOf(row: Row): Runtime {
  const { credentials: _, gatewayTokenHash, removedAt: __, ...runtime } = decode(runtimes, row);
  return {
    ...runtime,
    // One that runs by itself is called what its agent is called.
    name: runtime.kind === 'external_agent' ? String(row.first) : runtime.name,
    hasGatewayToken: gatewayTokenHash !== null,
    open: Number(row.open),
    sessions: Number(row.sessions),
    agents: Number(row.agents),
  };
}

function taken(error: unknown, name: string): unknown {
  if (sqlStateOf(error)?.state !== '23505') return error;
  const message = `${name} is the name of a runtime already: choose another one.`;
  return new DomainError('CONFLICT', message, { details: [{ path: 'name', message }], cause: error });
}
