import { sql } from 'drizzle-orm';
import type { Aggregates } from '../../application/store-port.ts';
import type { Handle } from './handle.ts';
import { anyOf } from './rows.ts';
import { sessionFacts, sessionOf } from './session-row.ts';

type Leases = Pick<Aggregates['sessions'], 'claimQueued' | 'takeOver' | 'owned' | 'renew' | 'release' | 'pastDeadline'>;

const openAttempts = sql`('starting', 'running', 'waiting', 'verifying')`;

/** Who runs what, under which fence, until when. Every moment here is the database's. */
export function createSessionLeases(handle: Handle): Leases {
  return {
    async claimQueued(owner, leaseSeconds, limit) {
      // Between teams the one that executes least of its quota is first; inside a team ten minutes of waiting weigh
      // one step of priority. Attempts left open by an earlier owner follow the new epoch.
      const rows = await handle.rows(sql`
        with executing as (
          select team_id, count(*)::float as busy from sessions
          where status in ('running', 'degraded') or (status = 'queued' and owner is not null) group by team_id),
        waiting as (
          select id, team_id, coalesce(queued_at, created_at) as since,
            priority - floor(extract(epoch from clock_timestamp() - coalesce(queued_at, created_at)) / 600) as urgency
          from sessions where status = 'queued' and owner is null and deleted_at is null),
        ranked as (
          select w.id, w.urgency, w.since, (coalesce(x.busy, 0)
            + row_number() over (partition by w.team_id order by w.urgency, w.since, w.id)) / greatest(t.max_active_sessions, 1) as share
          from waiting w join teams t on t.id = w.team_id left join executing x on x.team_id = w.team_id),
        picked as (
          select s.id, r.share, r.urgency, r.since from sessions s join ranked r on r.id = s.id
          where s.status = 'queued' and s.owner is null
          order by r.share, r.urgency, r.since, s.id limit ${limit}::int
          for no key update of s skip locked),
        claimed as (
          update sessions s set owner = ${owner}, epoch = s.epoch + 1,
            lease_expires_at = clock_timestamp() + make_interval(secs => ${leaseSeconds}::float)
          from picked p where s.id = p.id
          returning s.*, p.share, p.urgency, p.since),
        restamped as (
          update attempts a set epoch = c.epoch from claimed c where a.session_id = c.id and a.status in ${openAttempts})
        select s.*, facts.* from claimed s cross join ${sessionFacts} order by s.share, s.urgency, s.since, s.id`);
      return rows.map((row) => sessionOf(row));
    },

    async takeOver(owner, leaseSeconds, formerOwners, runtimeLives) {
      // A queued session whose claimer died has not begun: it goes back to the queue. All others get the new owner,
      // and their open attempts its epoch, so that the former owner's writes find no row.
      const rows = await handle.rows(sql`
        with lost as (
          select id, status, owner, lease_expires_at, last_seq from sessions
          where (status in ('running', 'degraded') or (status in ('queued', 'paused') and owner is not null))
            and (owner is null or lease_expires_at is null or lease_expires_at < clock_timestamp()
              or owner = ${anyOf(formerOwners)})
          order by id for no key update skip locked),
        taken as (
          update sessions s set epoch = s.epoch + 1,
            owner = case when l.status = 'queued' then null else ${owner} end,
            lease_expires_at = case when l.status = 'queued' then null
              else clock_timestamp() + make_interval(secs => ${leaseSeconds}::float) end,
            last_seq = l.last_seq + case when l.status = 'queued' then 0 else 1 end
          from lost l where s.id = l.id
          returning s.*, l.owner as previous_owner,
            l.owner is not null and (l.lease_expires_at is null or l.lease_expires_at < clock_timestamp()) as expired),
        restamped as (
          update attempts a set epoch = t.epoch from taken t where a.session_id = t.id and a.status in ${openAttempts}
          returning a.session_id),
        stored as (
          insert into events (id, team_id, session_id, seq, type, actor, payload)
          select gen_random_uuid(), t.team_id, t.id, t.last_seq, 'recovery.taken_over',
            jsonb_build_object('kind', 'system', 'id', null, 'name', 'recovery'),
            jsonb_build_object('from', t.previous_owner, 'epoch', t.epoch,
              'adopted', ${runtimeLives}::boolean and exists (select 1 from restamped r where r.session_id = t.id))
          from taken t where t.status <> 'queued'
          returning id),
        posted as (insert into outbox (event_id) select id from stored)
        select s.*, facts.* from taken s cross join ${sessionFacts} where s.status <> 'queued' order by s.id`);
      if (rows.length > 0) handle.appended();
      return rows.map((row) => ({
        session: sessionOf(row),
        previousOwner: typeof row.previous_owner === 'string' ? row.previous_owner : null,
        expired: row.expired === true,
      }));
    },

    async owned(owner) {
      const rows = await handle.rows(sql`select s.*, facts.* from sessions s cross join ${sessionFacts}
        where s.owner = ${owner} and s.lease_expires_at > clock_timestamp() order by s.id`);
      return rows.map((row) => sessionOf(row));
    },

    async renew(owner, held, leaseSeconds) {
      if (held.length === 0) return [];
      const rows = await handle.rows(sql`
        with held as (select id, epoch from jsonb_to_recordset(${JSON.stringify(held)}::jsonb) as h(id uuid, epoch int)),
        renewable as (
          select s.id from sessions s join held h on h.id = s.id and h.epoch = s.epoch
          where s.owner = ${owner} and s.lease_expires_at > clock_timestamp()
          order by s.id for no key update of s),
        renewed as (
          update sessions s set lease_expires_at = clock_timestamp() + make_interval(secs => ${leaseSeconds}::float)
          from renewable r where s.id = r.id returning s.id)
        select h.id from held h where not exists (select 1 from renewed r where r.id = h.id)`);
      return rows.map((row) => String(row.id));
    },

    async release(owner) {
      await handle.rows(sql`update sessions set owner = null, lease_expires_at = null where owner = ${owner}`);
    },

    async pastDeadline() {
      const rows = await handle.rows(sql`select s.*, facts.* from sessions s cross join ${sessionFacts}
        where s.status in ('running', 'degraded') and s.deadline_at < clock_timestamp() order by s.deadline_at`);
      return rows.map((row) => sessionOf(row));
    },
  };
}
