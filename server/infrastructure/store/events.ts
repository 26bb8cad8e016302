import { randomUUID } from 'node:crypto';
import { and, asc, count, desc, eq, gt, inArray, lt, type SQL, sql } from 'drizzle-orm';
import { events } from '../../../db/schema/events.ts';
import type { EventInput } from '../../application/record-port.ts';
import type { Aggregates } from '../../application/store-port.ts';
import { DomainError } from '../../domain/errors.ts';
import { eventActorOf, type TimelineEvent } from '../../domain/events.ts';
import { bounded } from './bounded-payload.ts';
import type { Handle, Row } from './handle.ts';
import { decode, storable } from './rows.ts';
import { searchOutput } from './search-output.ts';

/** An event row as the timeline shows it. */
export function eventOf(row: typeof events.$inferSelect): TimelineEvent {
  const { id, teamId, cursor, sessionId, seq, type, at, actor, payload, v } = row;
  return { id, teamId, cursor, sessionId, seq, type, at, actor, payload, v };
}

export function createEvents(handle: Handle): Aggregates['events'] {
  const append: Aggregates['events']['append'] = async (sessionId, inputs, guard) => {
    const rows = await handle.rows(appendStatement(sessionId, inputs, guard?.epoch));
    if (rows.length === 0) throw await refusal(handle, sessionId);
    const stored = rows.filter((row) => row.id !== null).map((row) => eventOf(decode(events, row)));
    if (stored.length > 0) handle.appended();
    return stored;
  };

  return {
    append,

    async collect(sessionId, inputs, guard) {
      await append(sessionId, inputs, guard);
    },

    async appendTeam(teamId, event) {
      const { payload, blobs } = bounded(event.payload);
      const [row] = await handle.rows(sql`
        with kept as (${insertBlobs(sql`select ${teamId}::uuid as team_id`, blobs)}),
        stored as (
          insert into events (id, team_id, type, actor, payload)
          values (${randomUUID()}::uuid, ${teamId}::uuid, ${event.type}, ${json(eventActorOf(event.actor))}, ${json(payload)})
          returning *),
        posted as (insert into outbox (event_id) select id from stored)
        select * from stored`);
      if (row === undefined) throw new DomainError('INTERNAL', 'The event was not stored');
      handle.appended();
      return eventOf(decode(events, row));
    },

    async list(sessionId, query) {
      const rows = await handle.db
        .select()
        .from(events)
        .where(
          and(
            eq(events.sessionId, sessionId),
            gt(events.seq, query.after),
            query.before === undefined ? undefined : lt(events.seq, query.before),
            typesIn(query.types),
          ),
        )
        .orderBy(query.newestFirst ? desc(events.seq) : asc(events.seq))
        .limit(query.limit);
      return rows.map(eventOf);
    },

    async count(sessionId, types) {
      const own = and(eq(events.sessionId, sessionId), typesIn(types));
      const [row] = await handle.db.select({ number: count() }).from(events).where(own);
      return row?.number ?? 0;
    },

    searchOutput: (sessionId, words, limit) => searchOutput(handle, sessionId, words, limit),

    async heads(sessions, teams) {
      const rows = await handle.rows(sql`
        select 'session' as kind, s.id, s.last_seq as head from sessions s where s.id = any(array(
          select value::uuid from jsonb_array_elements_text(${JSON.stringify(sessions)}::jsonb)))
        union all
        select 'team', t.id, e.cursor from teams t join lateral (
          select cursor from events where team_id = t.id and xid < pg_snapshot_xmin(pg_current_snapshot())
          order by cursor desc limit 1) e on true
        where t.id = any(array(select value::uuid from jsonb_array_elements_text(${JSON.stringify(teams)}::jsonb)))`);
      return rows.map((row) => {
        const id = String(row.id);
        return { feed: row.kind === 'team' ? { teamId: id } : { sessionId: id }, head: Number(row.head) };
      });
    },

    async team(teamId, query) {
      const rows = await handle.db
        .select()
        .from(events)
        .where(
          and(
            eq(events.teamId, teamId),
            gt(events.cursor, query.after),
            query.before === undefined ? undefined : lt(events.cursor, query.before),
            query.sessionId === undefined ? undefined : eq(events.sessionId, query.sessionId),
            // A transaction that is still open may hold a smaller cursor: stop before it.
            sql`${events.xid} < pg_snapshot_xmin(pg_current_snapshot())`,
            typesIn(query.types),
          ),
        )
        .orderBy(query.newestFirst ? desc(events.cursor) : asc(events.cursor))
        .limit(query.limit);
      return rows.map(eventOf);
    },
  };
}

/**
 * One statement: the session's row is locked, known facts are left out, the rest takes the next seqs. A fact that is
 * stored between this statement's snapshot and its lock breaks `events_dedupe`, and the work is repeated.
 */
function appendStatement(sessionId: string, inputs: readonly EventInput[], epoch: number | undefined): SQL {
  const told = new Set<string>();
  const blobs: Blob[] = [];
  const given = inputs.flatMap((event, ord) => {
    if (event.dedupe !== undefined) {
      if (told.has(event.dedupe)) return [];
      told.add(event.dedupe);
    }
    const body = bounded(event.payload);
    blobs.push(...body.blobs);
    return [
      {
        id: randomUUID(),
        ord,
        type: event.type,
        actor: eventActorOf(event.actor),
        payload: body.payload,
        dedupe: event.dedupe ?? null,
      },
    ];
  });
  return sql`
    with locked as (
      select id, team_id, last_seq from sessions where id = ${sessionId}::uuid
      ${epoch === undefined ? sql`` : sql`and epoch = ${epoch}::int`} for no key update),
    fresh as (
      select i.*, (row_number() over (order by i.ord))::int as nth
      from jsonb_to_recordset(${json(given)}) as i(id uuid, ord int, type text, actor jsonb, payload jsonb, dedupe text)
      where i.dedupe is null
        or not exists (select 1 from events e where e.session_id = ${sessionId}::uuid and e.dedupe = i.dedupe)),
    counted as (
      update sessions s set last_seq = l.last_seq + (select count(*)::int from fresh)
      from locked l where s.id = l.id
      returning s.id, s.team_id, l.last_seq as base),
    kept as (${insertBlobs(sql`select team_id from counted`, blobs)}),
    stored as (
      insert into events (id, team_id, session_id, seq, type, actor, payload, dedupe)
      select f.id, c.team_id, c.id, c.base + f.nth, f.type, f.actor, f.payload, f.dedupe
      from fresh f cross join counted c order by f.nth
      returning *),
    posted as (insert into outbox (event_id) select id from stored order by seq)
    select stored.* from counted left join stored on true order by stored.seq`;
}

interface Blob {
  hash: string;
  content: string;
}

function insertBlobs(team: SQL, blobs: readonly Blob[]): SQL {
  return sql`insert into blobs (team_id, hash, content)
    select team.team_id, b.hash, convert_to(b.content, 'UTF8')
    from (${team}) as team cross join jsonb_to_recordset(${json(blobs)}) as b(hash text, content text)
    on conflict do nothing`;
}

/** A value as one jsonb parameter. */
export function json(value: unknown): SQL {
  return sql`${JSON.stringify(storable(value))}::jsonb`;
}

async function refusal(handle: Handle, sessionId: string): Promise<DomainError> {
  const [row]: Row[] = await handle.rows(sql`select epoch from sessions where id = ${sessionId}::uuid`);
  if (row === undefined) return new DomainError('NOT_FOUND', 'There is no such session');
  return new DomainError('CONFLICT', 'Another owner has taken the session over', { details: { epoch: row.epoch } });
}

function typesIn(types: readonly string[] | undefined): SQL | undefined {
  return types === undefined ? undefined : inArray(sql`${events.type}`, [...types]);
}
