import { eq, type SQL, sql } from 'drizzle-orm';
import { slotWaits, turns } from '../../../db/schema/turns.ts';
import type { Aggregates } from '../../application/store-port.ts';
import type { SlotQueue, SlotWait } from '../../application/turn-port.ts';
import { openAttempt } from './agent-row.ts';
import type { Handle, Row } from './handle.ts';
import { anyOf, decode, isId } from './rows.ts';

/** Somebody who asked this long ago and never again is forgotten. */
const forgottenAfter = sql`interval '10 minutes'`;

export function createTurns(handle: Handle): Aggregates['turns'] {
  const locked = async (queue: string) => {
    const [row] = await handle.rows(sql`select * from turns where queue = ${queue} for no key update`);
    return row === undefined ? null : decode(turns, row).ring;
  };

  return {
    async lock(queue) {
      const known = await locked(queue);
      if (known !== null) return known;
      await handle.rows(sql`insert into turns (queue) values (${queue}) on conflict do nothing`);
      return (await locked(queue)) ?? [];
    },

    async save(queue, ring) {
      await handle.rows(sql`update turns set ring = ${JSON.stringify(ring)}::jsonb, changed_at = clock_timestamp()
        where queue = ${queue} and ring <> ${JSON.stringify(ring)}::jsonb`);
    },

    async slots({ queue, runtimeId, owner, teamId }, freshSeconds): Promise<SlotQueue> {
      const fresh = sql`clock_timestamp() - make_interval(secs => ${freshSeconds}::float)`;
      const [row] = await handle.rows(sql`
        with fresh as (
          select w.*, s.priority, coalesce(w.granted_at > ${fresh}, false) as granted
          from slot_waits w join tasks t on t.id = w.task_id and t.status = 'ready'
            join sessions s on s.id = w.session_id and s.status in ('running', 'degraded') and s.pending_command is null
          where (w.queue = ${queue} or w.team_id = ${teamId}::uuid) and w.asked_at > ${fresh}),
        sharing as (
          select t.id, t.max_parallel_attempts as weight, (${openOfTeam(sql`t.id`)}) as open,
            (select count(*)::int from fresh f where f.team_id = t.id and f.granted) as kept
          from teams t where t.id = ${teamId}::uuid or t.id in (select team_id from fresh))
        select clock_timestamp() as now, r.capacity,
          (select count(*)::int from attempts o join sessions h on h.id = o.session_id and h.status <> 'paused'
            where o.runtime_id = r.id and ${openAttempt}
              and (${owner}::text is null or (h.owner = ${owner}::text and o.status <> 'waiting'))) as running,
          (select coalesce(jsonb_agg(jsonb_build_object('id', task_id, 'sessionId', session_id, 'teamId', team_id, 'queue', queue,
            'agentIds', agent_ids, 'priority', priority, 'granted', granted,
            'since', extract(epoch from since) * 1000) order by since), '[]') from fresh) as waits,
          (select jsonb_agg(jsonb_build_object('id', id, 'weight', weight, 'room', weight - open - kept)) from sharing) as shares
        from runtimes r where r.id = ${runtimeId}::uuid`);
      const waits = listOf(row?.waits).map((one) => ({ ...one, since: new Date(Number(one.since)) }) as SlotWait);
      return {
        now: new Date(String(row?.now)),
        capacity: row?.capacity === null || row?.capacity === undefined ? null : Number(row.capacity),
        running: Number(row?.running ?? 0),
        waits,
        shares: new Map(
          listOf(row?.shares).map(({ id, weight, room }) => [
            String(id),
            { weight: Number(weight), room: Number(room) },
          ]),
        ),
      };
    },

    async wait({ id, sessionId, teamId, queue, agentIds }) {
      await handle.rows(sql`
        with forgotten as (delete from slot_waits where asked_at < clock_timestamp() - ${forgottenAfter} and task_id <> ${id}::uuid)
        insert into slot_waits (task_id, session_id, team_id, queue, agent_ids)
        values (${id}::uuid, ${sessionId}::uuid, ${teamId}::uuid, ${queue}, ${JSON.stringify(agentIds)}::jsonb)
        on conflict (task_id) do update set queue = excluded.queue, agent_ids = excluded.agent_ids,
          asked_at = clock_timestamp(), granted_at = null,
          since = case when slot_waits.asked_at < clock_timestamp() - ${forgottenAfter} then clock_timestamp() else slot_waits.since end`);
    },

    async grant(taskIds) {
      if (taskIds.length === 0) return;
      await handle.rows(sql`update slot_waits set granted_at = clock_timestamp()
        where task_id::text = ${anyOf(taskIds)}`);
    },

    async leave(taskId) {
      if (isId(taskId)) await handle.db.delete(slotWaits).where(eq(slotWaits.taskId, taskId));
    },
  };
}

/** Attempts of a team that are not over; what a paused session keeps open runs nowhere. */
export function openOfTeam(team: SQL): SQL {
  return sql`select count(*)::int from attempts o join sessions h on h.id = o.session_id and h.status <> 'paused'
    where o.team_id = ${team} and ${openAttempt}`;
}

function listOf(value: unknown): Row[] {
  return Array.isArray(value) ? value : [];
}
