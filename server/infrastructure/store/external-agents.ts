import { eq, sql } from 'drizzle-orm';
import { runtimes } from '../../../db/schema/agents.ts';
import { enrolmentCodes, externalAgents } from '../../../db/schema/external.ts';
import type { Aggregates } from '../../application/store-port.ts';
import { DomainError } from '../../domain/errors.ts';
import type { ExternalAgent } from '../../domain/external-agent.ts';
import { json } from './events.ts';
import type { Handle } from './handle.ts';
import { isId, storable } from './rows.ts';

type Agents = Pick<
  Aggregates['external'],
  | 'createCode'
  | 'useCode'
  | 'addRuntime'
  | 'enrol'
  | 'get'
  | 'list'
  | 'byTokenHash'
  | 'secretOf'
  | 'heartbeat'
  | 'revoke'
  | 'settleSilence'
>;

/** Who enrolled, how it is known and what it last said. Every moment here is the database's. */
export function createExternalAgents(handle: Handle): Agents {
  return {
    async createCode({ seconds, ...code }) {
      const [row] = await handle.db
        .insert(enrolmentCodes)
        .values({ ...code, expiresAt: sql`clock_timestamp() + make_interval(secs => ${seconds}::float)` })
        .returning({ expiresAt: enrolmentCodes.expiresAt });
      if (row === undefined) throw new DomainError('INTERNAL', 'The code was not stored');
      return row.expiresAt;
    },

    async useCode(codeHash) {
      const [row] = await handle.rows(sql`update enrolment_codes set used_at = clock_timestamp()
        where code_hash = ${codeHash} and used_at is null and expires_at > clock_timestamp()
          and exists (select 1 from teams where teams.id = enrolment_codes.team_id and teams.active)
        returning team_id, agent_id`);
      if (row === undefined) return null;
      return { teamId: String(row.team_id), agentId: row.agent_id === null ? null : String(row.agent_id) };
    },

    async addRuntime({ id, teamId, agentId }) {
      await handle.db.insert(runtimes).values({
        id,
        teamId,
        kind: 'external_agent',
        name: `external_agent:${agentId}`,
        state: 'offline',
        detail: 'Registered; no heartbeat yet',
      });
    },

    async enrol(agent) {
      const row = storable(agent);
      await handle.db
        .insert(externalAgents)
        .values(row)
        .onConflictDoUpdate({
          target: externalAgents.agentId,
          set: {
            ...row,
            status: null,
            currentLoad: null,
            tasksInProgress: null,
            metrics: {},
            registeredAt: sql`clock_timestamp()`,
          },
        });
    },

    async get(agentId) {
      if (!isId(agentId)) return null;
      const [row] = await handle.db.select().from(externalAgents).where(eq(externalAgents.agentId, agentId));
      return row === undefined ? null : agentOf(row);
    },

    async list(teamId) {
      const rows = await handle.db.select().from(externalAgents).where(eq(externalAgents.teamId, teamId));
      return rows.map(agentOf);
    },

    async byTokenHash(tokenHash) {
      const [row] = await handle.rows(sql`select a.id, a.team_id, a.name from external_agents x
        join agents a on a.id = x.agent_id join teams t on t.id = a.team_id and t.active
        where x.token_hash = ${tokenHash} and a.removed_at is null`);
      return row === undefined
        ? null
        : { agentId: String(row.id), teamId: String(row.team_id), name: String(row.name) };
    },

    async secretOf(agentId) {
      const [row] = await handle.db
        .select({ sealed: externalAgents.signingSecret })
        .from(externalAgents)
        .where(eq(externalAgents.agentId, agentId));
      return row?.sealed ?? null;
    },

    async heartbeat(agentId, said) {
      const { status, currentLoad, tasksInProgress, metrics } = said;
      const tasks = typeof tasksInProgress === 'number' ? tasksInProgress : tasksInProgress.length;
      const state = status === 'degraded' || status === 'offline' ? status : 'online';
      const rows = await handle.rows(sql`
        with said as (
          update external_agents set status = ${status}, current_load = ${currentLoad}::float,
            tasks_in_progress = ${tasks}::int, metrics = ${json(metrics)}
          where agent_id = ${agentId}::uuid and token_hash is not null returning agent_id),
        heard as (
          update agents a set last_heartbeat_at = clock_timestamp() from said where a.id = said.agent_id
          returning a.id, a.runtime_id),
        seen as (
          update runtimes r set state = ${state}, last_seen_at = clock_timestamp(),
            detail = ${`The agent says it is ${status}`} from heard where r.id = heard.runtime_id)
        select id from heard`);
      return rows.length > 0;
    },

    async revoke(agentId) {
      await handle.rows(sql`update external_agents set token_hash = null, signing_secret = null
        where agent_id = ${agentId}::uuid`);
      await handle.rows(sql`update runtimes set state = 'offline', detail = 'The agent was taken off the fleet',
          removed_at = clock_timestamp()
        where id = (select runtime_id from agents where id = ${agentId}::uuid) and kind = 'external_agent'`);
      await handle.rows(sql`update external_runs set state = 'withdrawn', ended_at = clock_timestamp()
        where agent_id = ${agentId}::uuid and state in ('offered', 'claimed')`);
    },

    async settleSilence(degradedSeconds, offlineSeconds) {
      const rows = await handle.rows(sql`
        with heard as (
          select r.id, r.team_id, r.state, extract(epoch from clock_timestamp() - a.last_heartbeat_at)::float as silent
          from runtimes r join agents a on a.runtime_id = r.id
          where r.kind = 'external_agent' and r.state in ('online', 'degraded') and a.removed_at is null),
        fallen as (
          select id, team_id, case when silent is null or silent >= ${offlineSeconds}::float then 'offline' else 'degraded' end as state
          from heard where silent is null or silent >= ${offlineSeconds}::float
            or (silent >= ${degradedSeconds}::float and state = 'online'))
        update runtimes r set state = f.state, detail = 'No heartbeat from the agent' from fallen f
        where r.id = f.id and r.state <> f.state returning r.id, r.team_id, r.state`);
      return rows.map((row) => ({
        runtimeId: String(row.id),
        teamId: String(row.team_id),
        state: String(row.state),
      }));
    },
  };
}

function agentOf(row: typeof externalAgents.$inferSelect): ExternalAgent {
  const { tokenHash, signingSecret: _secret, ...rest } = row;
  return { ...rest, revoked: tokenHash === null };
}
