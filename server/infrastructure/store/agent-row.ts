import { type SQL, sql } from 'drizzle-orm';
import { agents } from '../../../db/schema/agents.ts';
import {
  type Agent,
  type AgentState,
  loadOf,
  overallOf,
  type PerformanceCounts,
  stateAfterSilence,
  tierOf,
} from '../../domain/agent.ts';
import type { Row } from './handle.ts';
import { decode } from './rows.ts';

/** An attempt `o` that is not over. */
export const openAttempt: SQL = sql`o.status in ('starting', 'running', 'waiting', 'verifying')`;

/** Whether an agent ran the attempt: neither a lead's waiver nor a person's own merge of a conflict says anything about one. */
export function ranByAgent(attempt: string): SQL {
  const f = sql.identifier(attempt);
  return sql`(${f}.role <> 'waiver' and not (${f}.role = 'conflict' and ${f}.calls = 0 and exists (
    select 1 from conflicts settled where settled.id = ${f}.conflict_id and settled.resolution is not null)))`;
}

/** Attempts `f` that count for a record: ended, run by the agent, and failed by its own fault if they failed (domain.md 3.3). */
export const countedAttempt: SQL = sql`(f.status = 'succeeded' or (f.status = 'failed'
  and coalesce(f.failure::text, '') not in ('crash', 'quota_exhausted', 'auth'))) and ${ranByAgent('f')}`;

const proven: SQL = sql`(f.status = 'succeeded' and coalesce((f.evidence ->> 'claimed')::boolean, true) is false)`;

/** What is asked of a counted attempt `f`: its outcome and the sample of quality it gave. */
export const sampleOf: SQL = sql`f.status, f.ended_at, ${proven} as proven,
  case when f.status = 'failed' then 0 when not ${proven} then 0.5 when f.number = 1 then 1 else 0.75 end as quality`;

/** Counts over samples. */
export const sampleCounts: SQL = sql`count(*)::int as total,
  count(*) filter (where proven)::int as successful,
  count(*) filter (where status = 'succeeded' and not proven)::int as partial,
  count(*) filter (where status = 'failed')::int as failed`;

/**
 * What the attempts say about an agent `a` (domain.md 3.3, 3.4): the open ones are its load, but those of paused
 * sessions, which run nowhere; the last 50 ended are its record, which begins anew with a recovery.
 */
export const agentFacts: SQL = sql`lateral (
  select
    (select count(*)::int from attempts o join sessions h on h.id = o.session_id and h.status <> 'paused'
      where o.agent_id = a.id and ${openAttempt} and ${ranByAgent('o')}) as current_tasks,
    ${sampleCounts}, avg(quality)::float as quality
  from (
    select ${sampleOf} from attempts f where f.agent_id = a.id and ${countedAttempt}
      and (a.recovered_at is null or f.ended_at > a.recovered_at)
    order by f.ended_at desc limit 50) finished
) facts`;

/** What runs an agent `a` and what it says of itself; the moment is the database's. */
export const agentRuntime: SQL = sql`runtimes r on r.id = a.runtime_id left join external_agents x on x.agent_id = a.id`;
export const runtimeFacts: SQL = sql`r.state as runtime_state, r.kind as runtime_kind, x.status as said_status,
  clock_timestamp() as read_at`;

/** A row of `sampleCounts` with the mean quality. */
export function countsOf(row: Row): PerformanceCounts {
  const { total, successful, partial, failed, quality } = row;
  return {
    total: Number(total ?? 0),
    successful: Number(successful ?? 0),
    failed: Number(failed ?? 0),
    partial: Number(partial ?? 0),
    quality: quality === null || quality === undefined ? null : Number(quality),
  };
}

/**
 * `select a.*, facts.*` with `runtimeFacts` as the domain's agent. `heartbeatSeconds` is what agents outside were told;
 * our own runtime is heard every few seconds whatever they are told.
 */
export function agentOf(row: Row, heartbeatSeconds: number): Agent {
  const { toldState: _state, toldTier: _tier, removedAt: _removed, ...agent } = decode(agents, row);
  const counts = countsOf(row);
  const load = loadOf(Number(row.current_tasks ?? 0), agent.maxConcurrentTasks);
  // Back from a degraded record: it has to show five attempts before it counts as more than a trainee.
  const onTrial = agent.recoveredAt !== null && counts.total < 5;
  return {
    ...agent,
    state: stateOf(agent, row, load.utilisation, heartbeatSeconds),
    tier: onTrial ? 'trainee' : tierOf(counts),
    load,
    performance: { ...counts, overall: overallOf(counts) },
  };
}

function stateOf(
  agent: Pick<Agent, 'draining' | 'lastHeartbeatAt'>,
  row: Row,
  utilisation: number,
  heartbeatSeconds: number,
): AgentState {
  if (agent.lastHeartbeatAt === null || row.runtime_state === 'offline') return 'offline';
  const state = stateAfterSilence(
    row.runtime_state === 'degraded' ? 'degraded' : 'online',
    agent.lastHeartbeatAt,
    new Date(String(row.read_at)),
    row.runtime_kind === 'external_agent' ? heartbeatSeconds : undefined,
  );
  if (state !== 'online') return state;
  if (agent.draining) return 'draining';
  return utilisation >= 1 || row.said_status === 'busy' ? 'busy' : 'online';
}
