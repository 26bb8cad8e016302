import { eq, type SQL, sql } from 'drizzle-orm';
import { agents } from '../../../db/schema/agents.ts';
import type { Aggregates } from '../../application/store-port.ts';
import { type Agent, type AgentState, loadOf, overallOf, stateAfterSilence, tierOf } from '../../domain/agent.ts';
import type { Handle, Row } from './handle.ts';
import { decode, isId, storable } from './rows.ts';

/**
 * What the attempts say about an agent `a` (domain.md 3.3, 3.4): the open ones are its load, but those of paused
 * sessions, which run nowhere; the last 50 ended are its record.
 */
const agentFacts: SQL = sql`lateral (
  select
    (select count(*)::int from attempts o join sessions h on h.id = o.session_id and h.status <> 'paused'
      where o.agent_id = a.id and o.status in ('starting', 'running', 'waiting', 'verifying')) as current_tasks,
    count(*)::int as total,
    count(*) filter (where proven)::int as successful,
    count(*) filter (where status = 'succeeded' and not proven)::int as partial,
    count(*) filter (where status = 'failed')::int as failed,
    avg(case when status = 'failed' then 0 when not proven then 0.5 when number = 1 then 1 else 0.75 end)::float as quality
  from (
    select f.status, f.number, f.status = 'succeeded' and coalesce((f.evidence ->> 'claimed')::boolean, true) is false as proven
    from attempts f where f.agent_id = a.id
      and (f.status = 'succeeded' or (f.status = 'failed'
        and coalesce(f.failure::text, '') not in ('crash', 'quota_exhausted', 'auth')))
    order by f.ended_at desc limit 50) finished
) facts`;

export function createAgents(handle: Handle): Aggregates['agents'] {
  async function select(rest: SQL): Promise<Agent[]> {
    const rows = await handle.rows(sql`select a.*, facts.*, r.state as runtime_state from agents a
      join runtimes r on r.id = a.runtime_id cross join ${agentFacts} ${rest}`);
    return rows.map((row) => agentOf(row));
  }

  return {
    async create(agent) {
      await handle.db.insert(agents).values(
        storable({
          ...agent,
          primaryCapabilities: [...agent.primaryCapabilities],
          secondaryCapabilities: [...agent.secondaryCapabilities],
          preferredTechnologies: [...agent.preferredTechnologies],
          avoidedTechnologies: [...agent.avoidedTechnologies],
          preferredSessionTypes: [...agent.preferredSessionTypes],
        }),
      );
    },

    list: (teamId) => select(sql`where a.team_id = ${teamId}::uuid order by a.name collate "C"`),

    async get(teamId, idOrName) {
      const named = isId(idOrName) ? sql`a.id = ${idOrName}::uuid` : sql`a.name = ${idOrName}`;
      return (await select(sql`where a.team_id = ${teamId}::uuid and ${named}`))[0] ?? null;
    },

    async lockAll(teamId) {
      await handle.rows(sql`select id from agents where team_id = ${teamId}::uuid order by id for no key update`);
    },

    async heartbeat(runtimeId) {
      await handle.db
        .update(agents)
        .set({ lastHeartbeatAt: sql`clock_timestamp()` })
        .where(eq(agents.runtimeId, runtimeId));
    },
  };
}

function agentOf(row: Row, now = new Date()): Agent {
  const agent = decode(agents, row);
  const count = (name: string) => Number(row[name] ?? 0);
  const counts = {
    total: count('total'),
    successful: count('successful'),
    failed: count('failed'),
    partial: count('partial'),
    quality: typeof row.quality === 'number' ? row.quality : row.quality === null ? null : Number(row.quality),
  };
  const load = loadOf(count('current_tasks'), agent.maxConcurrentTasks);
  return {
    ...agent,
    state: stateOf(agent, row.runtime_state, load.utilisation, now),
    tier: tierOf(counts),
    load,
    performance: { ...counts, overall: overallOf(counts) },
  };
}

function stateOf(
  agent: Pick<Agent, 'draining' | 'lastHeartbeatAt'>,
  runtimeState: unknown,
  utilisation: number,
  now: Date,
): AgentState {
  if (agent.lastHeartbeatAt === null || runtimeState === 'offline') return 'offline';
  const state = stateAfterSilence(runtimeState === 'degraded' ? 'degraded' : 'online', agent.lastHeartbeatAt, now);
  if (state !== 'online') return state;
  if (agent.draining) return 'draining';
  return utilisation >= 1 ? 'busy' : 'online';
}
