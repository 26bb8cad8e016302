import { setTimeout as delay } from 'node:timers/promises';
import { type SQL, sql } from 'drizzle-orm';
import type { Aggregates } from '../../application/store-port.ts';
import { DomainError } from '../../domain/errors.ts';
import { nextInTurn, type Waiter } from '../../domain/fair-share.ts';
import { instanceOf } from '../../domain/instance.ts';
import type { Session } from '../../domain/session.ts';
import type { Handle, Row } from './handle.ts';
import { anyOf } from './rows.ts';
import { sessionFacts, sessionOf } from './session-row.ts';
import { createTurns } from './turns.ts';

type Leases = Pick<
  Aggregates['sessions'],
  'waiting' | 'claimQueued' | 'takeOver' | 'owned' | 'renew' | 'release' | 'pastDeadline' | 'raiseEpoch'
>;

/** Sessions that nobody runs any more. */
const isLost = (formerOwners: readonly string[]) => sql`(status in ('running', 'degraded')
    or (status in ('queued', 'paused') and owner is not null))
  and (owner is null or lease_expires_at is null or lease_expires_at < clock_timestamp()
    or owner = ${anyOf(formerOwners)})`;

const isQueued = sql`status = 'queued' and owner is null and deleted_at is null`;

export const pastDeadline = sql`s.status in ('running', 'degraded') and s.deadline_at < clock_timestamp()`;

const openAttempts = sql`('starting', 'running', 'waiting', 'verifying')`;

/** A row that is written to is asked for again this often, so far apart. */
const renewalTries = 6;
const renewalPauseMs = 150;

/** Who runs what, under which fence, until when. Every moment here is the database's. */
export function createSessionLeases(handle: Handle): Leases {
  return {
    async waiting(owner, formerOwners) {
      const [row] = await handle.rows(sql`select
        exists (select 1 from sessions where ${isLost(formerOwners)}) as lost,
        exists (select 1 from sessions where ${isQueued}) as queued,
        exists (select 1 from sessions where owner = ${owner}) as owned`);
      return { lost: row?.lost === true, queued: row?.queued === true, owned: row?.owned === true };
    },

    async claimQueued(owner, leaseSeconds, limit) {
      if (limit <= 0) return [];
      return handle.atomically((tx) => claimInTurn(tx, owner, leaseSeconds, limit));
    },

    async takeOver(owner, leaseSeconds, formerOwners, runtimeLives) {
      // A queued session whose claimer died has not begun: it goes back to the queue. All others get the new owner,
      // and their open attempts its epoch, so that the former owner's writes find no row.
      const rows = await handle.rows(sql`
        with lost as (
          select id, status, owner, lease_expires_at, last_seq from sessions where ${isLost(formerOwners)}
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
          returning a.session_id, a.instance_id),
        stored as (
          insert into events (id, team_id, session_id, seq, type, actor, payload)
          select gen_random_uuid(), t.team_id, t.id, t.last_seq, 'recovery.taken_over',
            jsonb_build_object('kind', 'system', 'id', null, 'name', 'recovery'),
            jsonb_build_object('from', t.previous_owner, 'epoch', t.epoch,
              'adopted', ${runtimeLives}::boolean and exists (select 1 from restamped r where r.session_id = t.id
                and coalesce(r.instance_id = ${instanceOf(owner)}, true)))
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
      const refused = new Set<string>();
      let left = held;
      // A row that somebody writes to is left for the next try: waiting for it would let the leases of all others run out.
      for (let tries = 0; left.length > 0 && tries < renewalTries; tries += 1) {
        if (tries > 0) await delay(renewalPauseMs);
        const rows = await handle.rows(renewal(owner, left, leaseSeconds));
        const missed = new Set<string>();
        for (const { id, ours } of rows) (ours === true ? missed : refused).add(String(id));
        left = left.filter(({ id }) => missed.has(id));
      }
      return [...refused];
    },

    async release(owner) {
      await handle.rows(sql`update sessions set owner = null, lease_expires_at = null where owner = ${owner}`);
    },

    async raiseEpoch(id) {
      const [row] = await handle.rows(sql`
        with raised as (
          update sessions s set owner = null, lease_expires_at = null, epoch = s.epoch + 1, version = s.version + 1
          where s.id = ${id}::uuid returning s.*),
        restamped as (
          update attempts a set epoch = r.epoch from raised r where a.session_id = r.id and a.status in ${openAttempts})
        select s.*, facts.* from raised s cross join ${sessionFacts}`);
      if (row === undefined) throw new DomainError('NOT_FOUND', 'There is no such session');
      return sessionOf(row);
    },

    async pastDeadline() {
      const rows = await handle.rows(sql`select s.*, facts.* from sessions s cross join ${sessionFacts}
        where ${pastDeadline} order by s.deadline_at`);
      return rows.map((row) => sessionOf(row));
    },
  };
}

/** The queue of sessions that no instance has claimed. */
const sessionQueue = 'sessions';

/**
 * Claims in turn: under the queue's lock the domain chooses among those that wait, their rows are locked (who is held by a
 * command is passed over for now), and turns and claims are written together. Attempts left open by an earlier owner
 * follow the new epoch.
 */
async function claimInTurn(tx: Handle, owner: string, leaseSeconds: number, limit: number): Promise<Session[]> {
  const turns = createTurns(tx);
  const ring = await turns.lock(sessionQueue);
  const rows = await tx.rows(sql`select s.id, s.team_id, s.priority, coalesce(s.queued_at, s.created_at) as since,
      t.max_active_sessions as weight, clock_timestamp() as now
    from sessions s join teams t on t.id = s.team_id
    where s.status = 'queued' and s.owner is null and s.deleted_at is null`);
  const now = new Date(String(rows[0]?.now));
  const shares = new Map(rows.map((row) => [String(row.team_id), { weight: Number(row.weight) }]));
  let waiters = rows.map(waiterOf);
  for (;;) {
    const turn = nextInTurn(ring, waiters, shares, now, limit);
    const ids = turn.chosen.map(({ id }) => id);
    if (ids.length === 0) return [];
    const locked =
      await tx.rows(sql`select id from sessions where id::text = ${anyOf(ids)} and status = 'queued' and owner is null
      for no key update skip locked`);
    const ours = new Set(locked.map((row) => String(row.id)));
    if (ours.size === ids.length) {
      await turns.save(sessionQueue, turn.ring);
      return claimed(tx, ids, owner, leaseSeconds);
    }
    const lost = new Set(ids.filter((id) => !ours.has(id)));
    waiters = waiters.filter(({ id }) => !lost.has(id));
  }
}

async function claimed(tx: Handle, ids: readonly string[], owner: string, leaseSeconds: number): Promise<Session[]> {
  const rows = await tx.rows(sql`
    with chosen as (
      select value::uuid as id, place from jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb) with ordinality as c(value, place)),
    claimed as (
      update sessions s set owner = ${owner}, epoch = s.epoch + 1,
        lease_expires_at = clock_timestamp() + make_interval(secs => ${leaseSeconds}::float)
      from chosen c where s.id = c.id and s.status = 'queued' and s.owner is null
      returning s.*, c.place),
    restamped as (
      update attempts a set epoch = c.epoch from claimed c where a.session_id = c.id and a.status in ${openAttempts})
    select s.*, facts.* from claimed s cross join ${sessionFacts} order by s.place`);
  return rows.map((row) => sessionOf(row));
}

function waiterOf({ id, team_id, priority, since }: Row): Waiter {
  return { id: String(id), teamId: String(team_id), priority: Number(priority), since: new Date(String(since)) };
}

/** Answers those that were not renewed, and whether they are still this owner's. */
function renewal(owner: string, held: readonly { id: string; epoch: number }[], leaseSeconds: number): SQL {
  return sql`
    with held as (select id, epoch from jsonb_to_recordset(${JSON.stringify(held)}::jsonb) as h(id uuid, epoch int)),
    ours as (
      select s.id from sessions s join held h on h.id = s.id and h.epoch = s.epoch
      where s.owner = ${owner} and s.lease_expires_at > clock_timestamp()),
    renewable as (
      select s.id from sessions s join held h on h.id = s.id and h.epoch = s.epoch
      where s.owner = ${owner} and s.lease_expires_at > clock_timestamp()
      order by s.id for no key update of s skip locked),
    renewed as (
      update sessions s set lease_expires_at = clock_timestamp() + make_interval(secs => ${leaseSeconds}::float)
      from renewable r where s.id = r.id returning s.id)
    select h.id, exists (select 1 from ours o where o.id = h.id) as ours from held h
    where not exists (select 1 from renewed r where r.id = h.id)`;
}
