import { type SQL, sql } from 'drizzle-orm';
import { events, milestone } from '../../../db/schema/events.ts';
import type { Aggregates } from '../../application/store-port.ts';
import type { Flow, OpenWork } from '../../domain/flow.ts';
import type { Track, TrackChange } from '../../domain/matrix.ts';
import type { Attention, SessionStatus } from '../../domain/session.ts';
import { ranByAgent } from './agent-row.ts';
import { eventOf } from './events.ts';
import type { Handle, Row } from './handle.ts';
import { readHandovers } from './handovers.ts';
import { meteredOf, meteredSums } from './model-calls.ts';
import { anyOf, decode, isId } from './rows.ts';

const mostChanges = 4_000;
const active = sql.raw(`('pending', 'queued', 'running', 'paused', 'degraded')`);
const broken = sql.raw(`('failed', 'timeout', 'orphaned', 'partially_completed')`);

export function createOverview(handle: Handle): Aggregates['overview'] {
  return {
    async tracks(teamId, { from, limit }) {
      const rows = await handle.rows(tracksStatement(teamId, from, limit));
      const changes = rows.reduce((sum, row) => sum + changesOf(row).length, 0);
      const oldest = rows.flatMap(changesOf).reduce((least, { at }) => Math.min(least, at.getTime()), Infinity);
      return {
        tracks: rows.map(trackOf),
        total: Number(rows[0]?.total ?? 0),
        unreadBefore: changes < mostChanges ? null : new Date(oldest),
      };
    },

    async work(teamId, limit) {
      const rows = await handle.rows(sql`select a.id, a.agent_id, a.status::text, a.started_at::text, s.slug, t.title
        from attempts a join sessions s on s.id = a.session_id join tasks t on t.id = a.task_id
        where a.team_id = ${teamId}::uuid and a.status in ('starting','running','waiting','verifying') and ${ranByAgent('a')} and s.status <> 'paused'
        order by a.started_at, a.id limit ${limit}::int`);
      return rows.map(
        (row): OpenWork => ({
          attemptId: String(row.id),
          agentId: String(row.agent_id),
          status: String(row.status),
          sessionSlug: String(row.slug),
          taskTitle: String(row.title),
          startedAt: dateOf(row.started_at),
        }),
      );
    },

    async flow(teamId) {
      const [row] = await handle.rows(flowStatement(teamId));
      const today = await handle.rows(
        usageSince(teamId, sql`date_trunc('day', statement_timestamp() at time zone 'UTC') at time zone 'UTC'`),
      );
      const lastHour = await handle.rows(usageSince(teamId, sql`statement_timestamp() - interval '1 hour'`));
      const byHour = numbersOf(row?.tasks);
      const ended = numbersOf(row?.ended);
      return {
        at: dateOf(row?.now),
        tasksByHour: Array.from({ length: 24 }, (_, index) => byHour[String(23 - index)] ?? 0),
        ended: ended as Flow['ended'],
        queuedSince: row?.queued == null ? null : dateOf(row.queued),
        today: meteredOf(today[0]).usage,
        lastHour: meteredOf(lastHour[0]).usage,
      };
    },

    handovers: (teamId, since) => readHandovers(handle, teamId, since),

    async names(teamId, ids) {
      const rows = await handle.rows(sql`
        select 'slug' as kind, id::text, slug as name from sessions
          where team_id = ${teamId}::uuid and id = ${idsIn(ids.sessions)}
        union all select 'agent', a.id::text, g.name from attempts a join agents g on g.id = a.agent_id
          where a.team_id = ${teamId}::uuid and a.id = ${idsIn(ids.attempts)}
        union all select 'task', id::text, case when kind = 'work' then key end from tasks
          where team_id = ${teamId}::uuid and id = ${idsIn(ids.tasks)}`);
      const named = (kind: string) => rows.filter((row) => row.kind === kind);
      const of = (kind: string) => Object.fromEntries(named(kind).map((row) => [String(row.id), String(row.name)]));
      const tasks = named('task').map((row) => [String(row.id), row.name === null ? null : String(row.name)]);
      return { slugs: of('slug'), agents: of('agent'), tasks: Object.fromEntries(tasks) };
    },

    async milestones(teamId, { from, types, limit }) {
      const rows = await handle.rows(sql`select e.*, s.slug from events e left join sessions s on s.id = e.session_id
        where e.team_id = ${teamId}::uuid and e.at >= ${from.toISOString()}::timestamptz and e.${milestone}
          and e.type = ${anyOf(types)}
        order by e.at desc, e.cursor desc limit ${limit}::int`);
      return rows.map((row) => ({
        ...eventOf(decode(events, row)),
        sessionSlug: row.slug == null ? null : String(row.slug),
      }));
    },
  };
}

/** One statement, so that what stands and how it came about are of the same moment. */
function tracksStatement(teamId: string, from: Date, limit: number): SQL {
  const since = sql`${from.toISOString()}::timestamptz`;
  return sql`
    with living as (
      select s.*, count(*) over ()::int as total from sessions s
      where s.team_id = ${teamId}::uuid and s.deleted_at is null
        and (s.status in ${active} or s.ended_at >= ${since})),
    chosen as (
      select * from living order by (status in ${active} and attention <> 'none') desc, status in ${broken} desc,
        status in ('running', 'degraded') desc, status = 'paused' desc, status in ${active} desc,
        ended_at desc nulls first, created_at desc limit ${limit}::int),
    changes as (
      select e.session_id, e.seq, e.at, e.type, e.payload from events e join chosen c on c.id = e.session_id
      where e.team_id = ${teamId}::uuid and e.at >= ${since} and e.${milestone}
        and e.type in ('session.status_changed', 'session.attention_changed')
      order by e.at desc, e.cursor desc limit ${mostChanges}::int)
    select c.id, c.slug, c.title, c.status::text, c.status_since::text, c.attention::text, c.attention_since::text,
      c.created_at::text, c.last_seq, c.total, told.changes
    from chosen c left join lateral (
      select json_agg(json_build_object('seq', seq, 'at', at, 'what', split_part(split_part(type, '.', 2), '_', 1),
        'from', payload->>'from', 'to', payload->>'to') order by seq) as changes
      from changes where session_id = c.id) told on true
    order by c.created_at, c.id`;
}

/** Ids as one parameter; what is none is left out. */
function idsIn(ids: readonly string[]): SQL {
  return sql`any(array(select jsonb_array_elements_text(${JSON.stringify(ids.filter(isId))}::jsonb)::uuid))`;
}

/** Tasks are counted as in the progress of their sessions: a plan is none, and neither is a group beside its parts. */
function flowStatement(teamId: string): SQL {
  return sql`select statement_timestamp()::text as now,
    (select json_object_agg(ago, number) from (
      select floor(extract(epoch from statement_timestamp() - e.at) / 3600)::int as ago, count(distinct t.id)::int as number
      from events e join tasks t on t.id = (e.payload->>'taskId')::uuid and t.kind = 'work'
        and not exists (select 1 from tasks part where part.parent_task_id = t.id)
      where e.team_id = ${teamId}::uuid and e.at > statement_timestamp() - interval '24 hours' and e.${milestone}
        and e.type = 'task.status_changed' and e.payload->>'to' = 'completed' group by 1) hours) as tasks,
    (select json_object_agg(status, number) from (
      select status::text, count(*)::int as number from sessions where team_id = ${teamId}::uuid and deleted_at is null
        and ended_at > statement_timestamp() - interval '24 hours' group by status) endings) as ended,
    (select min(queued_at)::text from sessions where team_id = ${teamId}::uuid and deleted_at is null
      and status = 'queued') as queued`;
}

function usageSince(teamId: string, since: SQL): SQL {
  return sql`select ${meteredSums} from model_calls where team_id = ${teamId}::uuid and at >= ${since}`;
}

function trackOf(row: Row): Track {
  return {
    id: String(row.id),
    slug: String(row.slug),
    title: String(row.title),
    status: String(row.status) as SessionStatus,
    statusSince: dateOf(row.status_since),
    attention: String(row.attention) as Attention,
    attentionSince: row.attention_since == null ? null : dateOf(row.attention_since),
    createdAt: dateOf(row.created_at),
    lastSeq: Number(row.last_seq),
    changes: changesOf(row),
  };
}

function changesOf(row: Row): TrackChange[] {
  const told = parsed(row.changes);
  if (!Array.isArray(told)) return [];
  return told.map((change: Row) => ({
    seq: Number(change.seq),
    at: dateOf(change.at),
    what: change.what === 'attention' ? 'attention' : 'status',
    from: String(change.from),
    to: String(change.to),
  }));
}

function numbersOf(value: unknown): Record<string, number> {
  const told = parsed(value);
  if (typeof told !== 'object' || told === null) return {};
  return Object.fromEntries(Object.entries(told).map(([key, amount]) => [key, Number(amount)]));
}

/** JSON of a raw statement comes as text by one driver and as a value by the other. */
const parsed = (value: unknown): unknown => (typeof value === 'string' ? JSON.parse(value) : value);
const dateOf = (value: unknown): Date => new Date(String(value));
