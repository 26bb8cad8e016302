import { type SQL, sql } from 'drizzle-orm';
import { agents } from '../../../db/schema/agents.ts';
import type { RecordSlice } from '../../application/fleet-port.ts';
import type { Aggregates } from '../../application/store-port.ts';
import type { Capability } from '../../domain/agent.ts';
import { DomainError } from '../../domain/errors.ts';
import {
  agentFacts,
  agentOf,
  agentRuntime,
  countedAttempt,
  countsOf,
  openAttempt,
  ranByAgent,
  runtimeFacts,
  sampleCounts,
  sampleOf,
} from './agent-row.ts';
import type { Handle, Row } from './handle.ts';
import { assignments, decode, isId, list } from './rows.ts';

type Records = Pick<Aggregates['agents'], 'record' | 'attempts' | 'idle' | 'watch' | 'told'>;

/** What attempts have shown of an agent, and what was told of it. */
export function createAgentRecords(handle: Handle, heartbeatSeconds: number): Records {
  return {
    async record(agentId) {
      if (!isId(agentId)) throw new DomainError('NOT_FOUND', 'There is no such agent');
      const [whole] = await handle.rows(sql`with samples as (${samples(agentId)})
        select ${sampleCounts}, avg(quality)::float as quality, avg(seconds)::float as seconds,
          avg(tokens)::float as tokens, avg(cost)::float as cost from samples`);
      const byCapability = await handle.rows(sliced(agentId, sql`capabilities`));
      const byTechnology = await handle.rows(sliced(agentId, sql`technologies`));
      const days = await handle.rows(sql`with samples as (${samples(agentId)}), today as (
          select date_trunc('day', clock_timestamp() at time zone 'UTC') as day)
        select to_char(span.day, 'YYYY-MM-DD') as name, found.* from today
          cross join lateral generate_series(today.day - interval '29 days', today.day, interval '1 day') as span(day)
          cross join lateral (select ${sampleCounts} from samples
            where date_trunc('day', ended_at at time zone 'UTC') = span.day) found
        order by span.day`);
      return {
        ...countsOf(whole ?? {}),
        meanSeconds: meanOf(whole?.seconds),
        meanTokens: meanOf(whole?.tokens),
        meanCostUsd: meanOf(whole?.cost),
        byCapability: byCapability.map((row) => ({ capability: String(row.name) as Capability, ...sliceOf(row) })),
        byTechnology: byTechnology.map((row) => ({ technology: String(row.name), ...sliceOf(row) })),
        days: days.map((row) => ({ day: String(row.name), ...sliceOf(row) })),
      };
    },

    async attempts(agentId, limit) {
      if (!isId(agentId)) return [];
      const rows = await handle.rows(sql`select f.id, f.task_id, s.slug, t.title, f.role, f.status::text, f.started_at,
          f.ended_at, f.failure::text
        from attempts f join tasks t on t.id = f.task_id join sessions s on s.id = f.session_id
        where f.agent_id = ${agentId}::uuid and ${ranByAgent('f')}
        order by f.started_at desc, f.id limit ${limit}::int`);
      return rows.map((row) => ({
        attemptId: String(row.id),
        taskId: String(row.task_id),
        sessionSlug: String(row.slug),
        taskTitle: String(row.title),
        role: String(row.role),
        status: String(row.status),
        startedAt: new Date(String(row.started_at)),
        endedAt: row.ended_at === null ? null : new Date(String(row.ended_at)),
        failure: row.failure === null ? null : String(row.failure),
      }));
    },

    async idle(teamId) {
      const rows = await handle.rows(sql`select a.id, last.ended_at as idle_since,
          exists (select 1 from attempts o where o.agent_id = a.id and o.probe and ${openAttempt}) as probing
        from agents a left join lateral (select f.ended_at from attempts f
          where f.agent_id = a.id and f.ended_at is not null and ${ranByAgent('f')}
          order by f.ended_at desc limit 1) last on true
        where a.team_id = ${teamId}::uuid and a.removed_at is null`);
      return rows.map((row) => ({
        agentId: String(row.id),
        idleSince: row.idle_since === null ? null : new Date(String(row.idle_since)),
        probing: row.probing === true,
      }));
    },

    async watch() {
      const rows = await handle.rows(sql`select a.*, facts.*, ${runtimeFacts}, probes.in_a_row from agents a
        join ${agentRuntime} cross join ${agentFacts} cross join ${probes}
        where a.removed_at is null order by a.team_id, a.name collate "C"`);
      return rows.map((row) => {
        const { toldState, toldTier, degradedAt } = decode(agents, row);
        return {
          agent: agentOf(row, heartbeatSeconds),
          toldState,
          toldTier,
          degradedAt,
          probesInARow: Number(row.in_a_row ?? 0),
        };
      });
    },

    async told(agentId, { state, tier, degradedAt, recoveredAt }) {
      const set = assignments(agents, { toldState: state, toldTier: tier, degradedAt, recoveredAt });
      if (set.length === 0) return;
      const rows = isId(agentId)
        ? await handle.rows(
            sql`update agents set ${list(set)} where id = ${agentId}::uuid and removed_at is null returning id`,
          )
        : [];
      if (rows.length === 0) throw new DomainError('NOT_FOUND', 'There is no such agent');
    },
  };
}

/** Probes of a degraded agent `a` that succeeded since its last failure, and since it last recovered. */
const probes: SQL = sql`lateral (
  select count(*)::int as in_a_row from attempts f
  where a.degraded_at is not null and f.agent_id = a.id and f.probe and f.status = 'succeeded' and ${ranByAgent('f')}
    and (a.recovered_at is null or f.ended_at > a.recovered_at)
    and f.ended_at > coalesce((select max(f.ended_at) from attempts f
      where f.agent_id = a.id and f.status = 'failed' and ${countedAttempt}), '-infinity')
) probes`;

/**
 * Every counted attempt of the agent with what it used. What was asked of it is the request it was chosen for: a conflict
 * asks for other capabilities than its task does.
 */
function samples(agentId: string): SQL {
  const asked = (name: string, column: SQL) =>
    sql`case when jsonb_typeof(asked.request -> ${name}::text) = 'array'
      then array(select jsonb_array_elements_text(asked.request -> ${name}::text)) else ${column} end`;
  const tokens = ['inputTokens', 'outputTokens', 'reasoningTokens', 'cacheReadTokens', 'cacheWriteTokens'].map(
    (name) => sql`coalesce((f.usage ->> ${name}::text)::float, 0)`,
  );
  return sql`select ${sampleOf}, extract(epoch from f.ended_at - f.started_at)::float as seconds,
      case when f.calls > 0 then ${sql.join(tokens, sql` + `)} end as tokens,
      case when f.calls > 0 then (f.usage ->> 'costUsd')::float end as cost,
      ${asked('requiredCapabilities', sql`t.capabilities`)} as capabilities,
      ${asked('technologies', sql`t.technologies`)} as technologies
    from attempts f join tasks t on t.id = f.task_id
    left join lateral (select d.request from routing_decisions d
      where d.task_id = f.task_id and d.attempt_id = f.id order by d.created_at desc limit 1) asked on true
    where f.agent_id = ${agentId}::uuid and ${countedAttempt}`;
}

function sliced(agentId: string, column: SQL): SQL {
  return sql`with samples as (${samples(agentId)})
    select used.name, ${sampleCounts} from samples cross join lateral (select distinct unnest(${column})) as used(name)
    group by used.name order by total desc, used.name collate "C"`;
}

function sliceOf(row: Row): RecordSlice {
  const { total, successful, partial, failed } = countsOf(row);
  return { total, successful, partial, failed };
}

function meanOf(value: unknown): number | null {
  return value === null || value === undefined ? null : Number(value);
}
