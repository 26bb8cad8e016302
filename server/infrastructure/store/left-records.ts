import { type SQL, sql } from 'drizzle-orm';
import { leftRecords } from '../../../db/schema/attempts.ts';
import type { Aggregates } from '../../application/store-port.ts';
import type { Handle } from './handle.ts';
import { decode } from './rows.ts';

const over = sql`a.status in ('succeeded', 'failed', 'aborted', 'lost', 'superseded')`;

/** A runtime of somebody's program has no record of ours. */
const put = (from: SQL): SQL => sql`insert into left_records (remote_session_id, team_id, runtime_id, instance_id)
  select f.remote_session_id, f.team_id, f.runtime_id, case when r.kind = 'opencode_embedded' then f.instance_id end
    from ${from} f join runtimes r on r.id = f.runtime_id where r.kind <> 'external_agent'
  on conflict do nothing`;

/** Of sessions that are about to go: whatever was not put down yet. In the same transaction, or nobody would know of it. */
export async function leaveRecords(handle: Handle, sessionIds: SQL): Promise<void> {
  await handle.rows(
    put(sql`(select * from attempts where session_id::text = ${sessionIds} and record_left_at is null)`),
  );
}

const lostInstance = sql`l.instance_id is not null and not exists (select 1 from instances i
  where i.id = l.instance_id and i.last_seen_at > clock_timestamp() - interval '1 day')`;

export function createLeftRecords(handle: Handle): Aggregates['leftRecords'] {
  return {
    async collect(limit, afterSeconds) {
      const [row] = await handle.rows(sql`with over as (
          update attempts set record_left_at = clock_timestamp() where id in (
            select a.id from attempts a where a.record_left_at is null and ${over}
              and (a.worktree is null or a.retired_at is not null or a.ended_at < clock_timestamp() - interval '1 day')
              and a.ended_at < clock_timestamp() - make_interval(secs => ${afterSeconds}::float)
            order by a.ended_at limit ${limit}::int for update skip locked)
          returning remote_session_id, team_id, runtime_id, instance_id),
        kept as (${put(sql`over`)})
        select count(*) as number from over`);
      return Number(row?.number ?? 0);
    },

    async take(instanceId, limit) {
      const rows = await handle.rows(sql`update left_records set tries = tries + 1,
          due_at = clock_timestamp() + interval '5 minutes'
        where remote_session_id in (select l.remote_session_id from left_records l
          join runtimes r on r.id = l.runtime_id
          where l.due_at <= clock_timestamp() and r.removed_at is null
            and (l.instance_id is null or l.instance_id = ${instanceId})
          order by l.due_at limit ${limit}::int for update of l skip locked)
        returning *`);
      return rows.map((row) => {
        const { remoteSessionId, teamId, runtimeId, tries } = decode(leftRecords, row);
        return { remoteSessionId, teamId, runtimeId, tries };
      });
    },

    async forgotten(remoteSessionId) {
      await handle.rows(sql`delete from left_records where remote_session_id = ${remoteSessionId}`);
    },

    async failed(remoteSessionId, problem) {
      await handle.rows(sql`update left_records set problem = ${problem},
          due_at = clock_timestamp() + make_interval(secs => least(86400, 60 * power(2, least(tries, 12) - 1))::float)
        where remote_session_id = ${remoteSessionId}`);
    },

    async of(teamId) {
      const [row] = await handle.rows(sql`with own as (
          select l.*, (r.removed_at is not null or (${lostInstance})) as lost
            from left_records l join runtimes r on r.id = l.runtime_id where l.team_id = ${teamId}::uuid)
        select count(*) filter (where not lost) as waiting, count(*) filter (where lost) as lost,
          min(left_at) filter (where not lost) as oldest,
          (select problem from own where not lost and problem is not null order by due_at desc limit 1) as problem
        from own`);
      const oldest = row?.oldest ?? null;
      return {
        waiting: Number(row?.waiting ?? 0),
        oldest: oldest === null ? null : new Date(String(oldest)),
        problem: typeof row?.problem === 'string' ? row.problem : null,
        outOfReach: Number(row?.lost ?? 0),
      };
    },
  };
}
