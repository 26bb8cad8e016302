import { type SQL, sql } from 'drizzle-orm';
import { events } from '../../../db/schema/events.ts';
import { webhookDeliveries } from '../../../db/schema/webhooks.ts';
import type { Aggregates } from '../../application/store-port.ts';
import type { Delivery, EndpointOutcome } from '../../application/webhook-port.ts';
import { DomainError } from '../../domain/errors.ts';
import { eventOf, json } from './events.ts';
import type { Handle, Row } from './handle.ts';
import { cursorOf, offsetOf } from './pages.ts';
import { anyOf, decode, isId, storable } from './rows.ts';
import { webhookOf } from './webhook-row.ts';

type Deliveries = Pick<
  Aggregates['webhooks'],
  | 'wanted'
  | 'fanOut'
  | 'addTest'
  | 'delivery'
  | 'content'
  | 'deliveries'
  | 'claim'
  | 'settle'
  | 'replay'
  | 'overdue'
  | 'release'
  | 'prune'
>;

// Those that were put off by an open circuit do not all come back in the same second.
const spreadSeconds = 20;

export function createDeliveries(handle: Handle): Deliveries {
  return {
    async wanted(eventIds) {
      const [row] = await handle.rows(sql`select exists (select 1 from webhooks w where w.enabled
        and w.team_id in (select e.team_id from events e where e.id = ${anyId(eventIds)})) as wanted`);
      return row?.wanted === true;
    },

    async fanOut(eventIds) {
      // An event from before the webhook is none of its business, whenever it is handed out.
      const rows =
        await handle.rows(sql`insert into webhook_deliveries (id, team_id, webhook_id, event_id, type, created_at)
        select gen_random_uuid(), e.team_id, w.id, e.id, e.type, clock_timestamp()
        from events e join webhooks w on w.team_id = e.team_id and w.enabled and e.at >= w.created_at
          and (cardinality(w.types) = 0 or e.type = any(w.types))
        where e.id = ${anyId(eventIds)} order by e.cursor
        on conflict (webhook_id, event_id) do nothing returning id`);
      return rows.map((row) => String(row.id));
    },

    async addTest({ id, teamId, webhookId, payload }) {
      const [row] =
        await handle.rows(sql`insert into webhook_deliveries (id, team_id, webhook_id, type, payload, created_at)
        values (${id}::uuid, ${teamId}::uuid, ${webhookId}::uuid, 'webhook.ping', ${json(payload)}, clock_timestamp())
        returning *`);
      if (row === undefined) throw new DomainError('INTERNAL', 'The delivery was not stored');
      return deliveryOf(row);
    },

    async delivery(teamId, webhookId, id) {
      if (!isId(id) || !isId(webhookId)) return null;
      const [row] = await handle.rows(sql`select * from webhook_deliveries
        where id = ${id}::uuid and webhook_id = ${webhookId}::uuid and team_id = ${teamId}::uuid`);
      return row === undefined ? null : deliveryOf(row);
    },

    content: (id) => contentOf(handle, id),

    async deliveries(teamId, webhookId, { status }, { cursor, limit }) {
      const where = sql`team_id = ${teamId}::uuid and webhook_id = ${webhookId}::uuid
        ${status === undefined ? sql`` : sql`and status = ${status}`}`;
      const offset = offsetOf(cursor);
      const [counted] = await handle.rows(sql`select count(*)::int as total from webhook_deliveries where ${where}`);
      const rows = await handle.rows(sql`select * from webhook_deliveries where ${where}
        order by array_position(array['dead', 'failed', 'pending', 'delivered'], status), position desc
        limit ${limit}::int offset ${offset}::int`);
      const total = Number(counted?.total ?? 0);
      return { items: rows.map(deliveryOf), nextCursor: cursorOf(offset + rows.length, total, rows.length), total };
    },

    claim: (id, owner, leaseSeconds) =>
      handle.atomically(async (tx) => {
        const [due] =
          await tx.rows(sql`select d.id, d.webhook_id, d.event_id, w.circuit_open_until is not null as broken,
            extract(epoch from w.circuit_open_until - clock_timestamp())::float as shut_for
          from webhook_deliveries d join webhooks w on w.id = d.webhook_id
          where d.id = ${id}::uuid and d.status in ('pending', 'failed') and w.enabled
            and d.next_at <= clock_timestamp() + interval '1 second'
            and coalesce(d.claimed_until, '-infinity') <= clock_timestamp()
          for no key update of d skip locked for no key update of w`);
        if (due === undefined) return null;
        const shutFor = due.broken === true ? Number(due.shut_for) : 0;
        if (shutFor > 0) {
          const later = shutFor + Math.random() * spreadSeconds;
          await tx.rows(sql`update webhook_deliveries set next_at = clock_timestamp() + make_interval(secs => ${later}::float)
            where id = ${id}::uuid`);
          return { later };
        }
        // The probe of a circuit: until it is answered the others wait.
        const [webhook] = await tx.rows(sql`update webhooks set circuit_open_until =
            case when circuit_open_until is null then null
              else clock_timestamp() + make_interval(secs => ${leaseSeconds}::float) end
          where id = ${String(due.webhook_id)}::uuid
          returning *, case when previous_until > clock_timestamp() then previous_secret end as overlapping`);
        const [row] = await tx.rows(sql`update webhook_deliveries set attempts = attempts + 1, claimed_by = ${owner},
            claimed_until = clock_timestamp() + make_interval(secs => ${leaseSeconds}::float), tried_at = clock_timestamp()
          where id = ${id}::uuid returning *`);
        const content = await contentOf(tx, id);
        if (webhook === undefined || row === undefined || content === null) return null;
        const previousSecret = typeof webhook.overlapping === 'string' ? webhook.overlapping : null;
        return {
          delivery: deliveryOf(row),
          webhook: webhookOf(webhook),
          ...content,
          secret: String(webhook.secret),
          previousSecret,
        };
      }),

    settle: (id, attempts, given) =>
      handle.atomically(async (tx) => {
        const { endpoint, ...rest } = given;
        const { status, inSeconds, statusCode, error, response, durationMs } = storable(rest);
        const [row] =
          await tx.rows(sql`update webhook_deliveries set status = ${status}, status_code = ${statusCode}::int,
            error = ${error}, response = ${response}, duration_ms = ${durationMs}::int, claimed_by = null, claimed_until = null,
            next_at = clock_timestamp() + make_interval(secs => ${inSeconds ?? 0}::float),
            settled_at = case when ${inSeconds === null}::boolean then clock_timestamp() end
          where id = ${id}::uuid and attempts = ${attempts}::int and status in ('pending', 'failed') returning webhook_id`);
        if (row === undefined) return false;
        await count(tx, String(row.webhook_id), endpoint);
        return true;
      }),

    async replay(webhookId, which) {
      const chosen: SQL =
        'id' in which
          ? sql`id = ${which.id}::uuid and status in ('delivered', 'dead')`
          : sql`id in (select id from webhook_deliveries where webhook_id = ${webhookId}::uuid and status = 'dead'
              order by position limit ${which.limit}::int)`;
      const rows = await handle.rows(sql`update webhook_deliveries set status = 'pending', attempts = 0,
          replays = replays + 1, next_at = clock_timestamp(), settled_at = null
        where webhook_id = ${webhookId}::uuid and ${chosen} returning id`);
      return rows.map((row) => String(row.id));
    },

    async overdue(graceSeconds, limit) {
      const rows = await handle.rows(sql`update webhook_deliveries set next_at = clock_timestamp()
        where id in (
          select d.id from webhook_deliveries d join webhooks w on w.id = d.webhook_id and w.enabled
          where d.status in ('pending', 'failed')
            and d.next_at <= clock_timestamp() - make_interval(secs => ${graceSeconds}::float)
            and coalesce(d.claimed_until, '-infinity') <= clock_timestamp()
          order by d.next_at limit ${limit}::int for update of d skip locked)
        returning id`);
      return rows.map((row) => String(row.id));
    },

    async release(owners) {
      await handle.rows(sql`update webhook_deliveries set claimed_by = null, claimed_until = null
        where claimed_by = ${anyOf(owners)} and status in ('pending', 'failed')`);
    },

    async prune({ delivered, dead }) {
      const rows = await handle.rows(sql`with old as (delete from webhook_deliveries
        where (status = 'delivered' and settled_at < clock_timestamp() - make_interval(days => ${delivered}::int))
          or (status = 'dead' and settled_at < clock_timestamp() - make_interval(days => ${dead}::int)) returning 1)
        select count(*)::int as number from old`);
      return Number(rows[0]?.number ?? 0);
    },
  };
}

/** The row is held: of failures at the same moment each counts, and those sent before the circuit opened add nothing. */
async function count(tx: Handle, webhookId: string, { failed, probe, circuitAfter }: EndpointOutcome): Promise<void> {
  const [known] = await tx.rows(sql`select failures_in_a_row as failures, circuit_open_until is not null as open
    from webhooks where id = ${webhookId}::uuid for no key update`);
  if (known === undefined || (failed && known.open === true && !probe)) return;
  const failures = failed ? Number(known.failures) + 1 : 0;
  await tx.rows(sql`update webhooks set failures_in_a_row = ${failures}::int,
      circuit_open_until = clock_timestamp() + make_interval(secs => ${circuitAfter(failures)}::float)
    where id = ${webhookId}::uuid`);
}

/** Ids as one parameter. */
function anyId(ids: readonly string[]): SQL {
  return sql`any(array(select value::uuid from jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb)))`;
}

async function contentOf(handle: Handle, id: string) {
  if (!isId(id)) return null;
  const [row] = await handle.rows(sql`select e.*, d.event_id as told, d.payload::text as test
    from webhook_deliveries d left join events e on e.id = d.event_id where d.id = ${id}::uuid`);
  if (row === undefined) return null;
  const payload: unknown = typeof row.test === 'string' ? JSON.parse(row.test) : null;
  return {
    event: row.told === null ? null : eventOf(decode(events, row)),
    payload: payload as Record<string, unknown> | null,
  };
}

function deliveryOf(row: Row): Delivery {
  const { payload: _, position: __, claimedBy: ___, claimedUntil: ____, ...delivery } = decode(webhookDeliveries, row);
  return delivery;
}
