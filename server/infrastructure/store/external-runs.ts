import { type SQL, sql } from 'drizzle-orm';
import { externalReports, externalRuns } from '../../../db/schema/external.ts';
import type { ExternalRun } from '../../application/external-port.ts';
import type { Aggregates } from '../../application/store-port.ts';
import { DomainError } from '../../domain/errors.ts';
import type { RunLoss } from '../../domain/external-run.ts';
import { openAttempt } from './agent-row.ts';
import { json } from './events.ts';
import type { Handle, Row } from './handle.ts';
import { decode, isId } from './rows.ts';

type Runs = Omit<
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

const lease = (seconds: number): SQL => sql`clock_timestamp() + make_interval(secs => ${seconds}::float)`;

/**
 * Offers, claims and reports. Whoever decides about a run holds its row: a result and the loss of its lease at the same
 * moment come one after the other, and the second finds the state changed.
 */
export function createExternalRuns(handle: Handle): Runs {
  const one = async (statement: SQL): Promise<ExternalRun | null> => {
    const [row] = await handle.rows(statement);
    return row === undefined ? null : runOf(row);
  };

  return {
    async offer({ attemptId, teamId, agentId, messageId, order, source }) {
      const run = await one(sql`insert into external_runs
          (attempt_id, team_id, agent_id, message_id, state, "order", source, offered_at)
        values (${attemptId}::uuid, ${teamId}::uuid, ${agentId}::uuid, ${messageId}, 'offered', ${json(order)},
          ${json(source)}, clock_timestamp())
        on conflict (attempt_id) do update set turn = external_runs.turn + 1, message_id = excluded.message_id,
          state = 'offered', "order" = excluded."order", source = excluded.source, last_seq = 0, usage = null,
          result = null, offered_at = clock_timestamp(), claimed_at = null, lease_expires_at = null,
          ended_at = null
        returning *`);
      if (run === null) throw new DomainError('INTERNAL', 'The offer was not stored');
      return run;
    },

    run: async (attemptId) =>
      isId(attemptId) ? one(sql`select * from external_runs where attempt_id = ${attemptId}::uuid`) : null,

    claim: (agentId, leaseSeconds, attemptId) =>
      one(sql`
        with picked as (
          select r.attempt_id from external_runs r join attempts o on o.id = r.attempt_id
          where r.agent_id = ${agentId}::uuid and r.state = 'offered' and ${openAttempt}
            ${attemptId === undefined ? sql`` : sql`and r.attempt_id = ${attemptId}::uuid`}
          order by r.offered_at, r.attempt_id limit 1 for no key update of r skip locked)
        update external_runs r set state = 'claimed', claimed_at = clock_timestamp(),
          lease_expires_at = ${lease(leaseSeconds)}
        from picked where r.attempt_id = picked.attempt_id and r.state = 'offered' returning r.*`),

    async unclaim(attemptId, turn) {
      await handle.rows(sql`update external_runs set state = 'offered', claimed_at = null, lease_expires_at = null
        where attempt_id = ${attemptId}::uuid and turn = ${turn}::int and state = 'claimed' and last_seq = 0`);
    },

    async withdraw(attemptId, turn) {
      if (!isId(attemptId)) return false;
      const rows = await handle.rows(sql`update external_runs set state = 'withdrawn', ended_at = clock_timestamp()
        where attempt_id = ${attemptId}::uuid and state in ('offered', 'claimed')
          ${turn === undefined ? sql`` : sql`and turn = ${turn}::int`} returning attempt_id`);
      return rows.length > 0;
    },

    async lock(attemptId) {
      const [row] = isId(attemptId)
        ? await handle.rows(sql`select r.*, o.epoch as fence, ${openAttempt} as open from external_runs r
            join attempts o on o.id = r.attempt_id where r.attempt_id = ${attemptId}::uuid for no key update of r`)
        : [];
      return row === undefined ? null : { run: runOf(row), epoch: Number(row.fence), open: row.open === true };
    },

    async append(run, events, leaseSeconds, bytes) {
      // What came before under the same key is known; what has no key is new.
      const [row] = await handle.rows(sql`
        with told as (
          select ordinality as place, coalesce(e ->> 'key', gen_random_uuid()::text) as key, e -> 'event' as event
          from jsonb_array_elements(${json(events)}) with ordinality as t(e, ordinality)),
        fresh as (
          select distinct on (key) key, event, place from told
          where not exists (select 1 from external_reports k where k.attempt_id = ${run.attemptId}::uuid
            and k.turn = ${run.turn}::int and k.key = told.key) order by key, place),
        kept as (
          insert into external_reports (attempt_id, turn, seq, key, event)
          select ${run.attemptId}::uuid, ${run.turn}::int, ${run.lastSeq}::int + row_number() over (order by place), key, event
          from fresh returning seq),
        counted as (select count(*)::int as number from kept)
        update external_runs r set last_seq = ${run.lastSeq}::int + counted.number, bytes = r.bytes + ${bytes}::bigint,
          state = 'claimed', claimed_at = coalesce(r.claimed_at, clock_timestamp()), lease_expires_at = ${lease(leaseSeconds)}
        from counted where r.attempt_id = ${run.attemptId}::uuid returning counted.number`);
      return Number(row?.number ?? 0);
    },

    async setUsage(attemptId, usage) {
      await handle.rows(sql`update external_runs set usage = ${json(usage)} where attempt_id = ${attemptId}::uuid`);
    },

    async finish(attemptId, result, resultHash) {
      await handle.rows(sql`update external_runs set state = 'reported', result = ${json(result)},
        result_hash = ${resultHash}, claimed_at = coalesce(claimed_at, clock_timestamp()), ended_at = clock_timestamp()
        where attempt_id = ${attemptId}::uuid`);
    },

    async reports(attemptId, turn, after, limit) {
      const rows = await handle.rows(sql`select * from external_reports where attempt_id = ${attemptId}::uuid
        and turn = ${turn}::int and seq > ${after}::int order by seq limit ${limit}::int`);
      return rows.map((row) => {
        const { seq, key, event } = decode(externalReports, row);
        return { seq, key, event };
      });
    },

    async answer(attemptId, turn, key, answer, leaseSeconds) {
      // While a person was asked the lease did not count; it begins anew.
      await handle.rows(sql`
        with answered as (
          update external_reports set answer = ${json(answer)} where attempt_id = ${attemptId}::uuid
            and turn = ${turn}::int and key = ${key} and event ->> 'type' = 'ask' and answer is null returning attempt_id)
        update external_runs r set lease_expires_at = ${lease(leaseSeconds)} from answered
        where r.attempt_id = answered.attempt_id and r.state = 'claimed'`);
    },

    async asks(attemptId, turn) {
      const rows = await handle.rows(sql`select * from external_reports where attempt_id = ${attemptId}::uuid
        and turn = ${turn}::int and event ->> 'type' = 'ask' order by seq`);
      return rows.flatMap((row) => {
        const { event, answer } = decode(externalReports, row);
        return event.type === 'ask' ? [{ event, answer }] : [];
      });
    },

    async look(attemptId, { leaseSeconds, offlineSeconds }) {
      const [row] = await handle.rows(sql`
        select r.*, case
          when r.state not in ('offered', 'claimed') then null
          when a.removed_at is not null or x.token_hash is null then 'removed'
          when x.status = 'offline' or a.last_heartbeat_at is null
            or a.last_heartbeat_at < clock_timestamp() - make_interval(secs => ${offlineSeconds}::float) then 'silent'
          when r.state = 'offered' and r.offered_at < clock_timestamp() - make_interval(secs => ${leaseSeconds}::float)
            then 'not_taken'
          when r.state = 'claimed' and r.lease_expires_at < clock_timestamp() and not exists (
            select 1 from asks k where k.attempt_id = r.attempt_id and (k.status in ('open', 'escalated')
              or k.status = 'answered' and k.delivered_at is null)) then 'lapsed'
          end as loss
        from external_runs r join agents a on a.id = r.agent_id left join external_agents x on x.agent_id = r.agent_id
        where r.attempt_id = ${attemptId}::uuid`);
      return row === undefined ? null : { run: runOf(row), loss: (row.loss as RunLoss | null) ?? null };
    },

    async outstanding(agentId) {
      const rows = await handle.rows(sql`select r.attempt_id, r.turn, o.epoch from external_runs r
        join attempts o on o.id = r.attempt_id
        where r.agent_id = ${agentId}::uuid and r.state = 'claimed' and ${openAttempt} order by r.offered_at`);
      return rows.map((row) => ({
        attemptId: String(row.attempt_id),
        turn: Number(row.turn),
        epoch: Number(row.epoch),
      }));
    },

    async takenAway(agentId, seconds) {
      const rows = await handle.rows(sql`select r.attempt_id from external_runs r join attempts o on o.id = r.attempt_id
        where r.agent_id = ${agentId}::uuid and r.claimed_at is not null and (
          (r.state = 'withdrawn' and r.ended_at > clock_timestamp() - make_interval(secs => ${seconds}::float))
          or (r.state = 'claimed' and not ${openAttempt}
            and o.ended_at > clock_timestamp() - make_interval(secs => ${seconds}::float)))
        order by r.attempt_id limit 200`);
      return rows.map((row) => String(row.attempt_id));
    },
  };
}

function runOf(row: Row): ExternalRun {
  const { offeredAt: _o, claimedAt: _c, leaseExpiresAt: _l, endedAt: _e, ...run } = decode(externalRuns, row);
  return run;
}
