import { randomUUID } from 'node:crypto';
import { type SQL, sql } from 'drizzle-orm';
import { outsideTeams } from '../../../db/team-scope.ts';
import type { EventInput, EventStore } from '../../application/record-port.ts';
import { eventActorOf } from '../../domain/events.ts';
import { bounded } from './bounded-payload.ts';
import { wasRefused } from './database-errors.ts';
import { json } from './events.ts';
import type { Handle } from './handle.ts';

interface Call {
  sessionId: string;
  events: readonly EventInput[];
  guard: { epoch: number } | undefined;
  done(): void;
  failed(error: unknown): void;
}

/** A telling waits at most this long before its write begins. */
const patienceMs = 20;
/** More tellings are a second write. */
const mostCalls = 256;

/**
 * The writer for what runs tell in great number: while one write is under way the tellings of all sessions collect, and the
 * next statement takes them all, so that they share a flush. Alone, a telling is written at once. Each stands for itself: one
 * whose session is fenced, gone or held by another transaction goes its own way, by `append`, and keeps no other from being
 * stored. Resolves when durable.
 */
export function createCollector(handle: Handle, append: EventStore['append']): EventStore['collect'] {
  let waiting: Call[] = [];
  let writing = 0;
  let soon: NodeJS.Immediate | undefined;
  let latest: NodeJS.Timeout | undefined;

  function flush(): void {
    clearImmediate(soon);
    clearTimeout(latest);
    [soon, latest] = [undefined, undefined];
    const calls = waiting.slice(0, mostCalls);
    waiting = waiting.slice(mostCalls);
    if (calls.length === 0) return;
    writing += 1;
    // Never rejects: each call has been told.
    void write(calls).finally(() => {
      writing -= 1;
      if (waiting.length > 0) soon ??= setImmediate(outsideTeams, flush);
    });
    if (waiting.length > 0) soon = setImmediate(outsideTeams, flush);
  }

  async function write(calls: readonly Call[]): Promise<void> {
    let stored = new Set<number>();
    if (calls.length > 1) {
      try {
        const rows = await handle.rows(togetherStatement(calls));
        stored = new Set(rows.map((row) => Number(row.place)));
        if (stored.size > 0) handle.appended();
      } catch (error) {
        if (!wasRefused(error)) {
          for (const call of calls) call.failed(error);
          return;
        }
      }
    }
    await Promise.all(
      calls.map((call, place) =>
        stored.has(place)
          ? call.done()
          : append(call.sessionId, call.events, call.guard).then(() => call.done(), call.failed),
      ),
    );
  }

  return (sessionId, events, guard) =>
    new Promise((done, failed) => {
      // Inside a transaction this throws at once, for the one who made the mistake alone.
      void handle.db;
      waiting.push({ sessionId, events, guard, done, failed });
      if (writing === 0) soon ??= setImmediate(outsideTeams, flush);
      else latest ??= setTimeout(flush, patienceMs);
    });
}

/**
 * As `append` does it, for many sessions: only rows that are free are locked, each telling is held against its own epoch, and
 * each session's seqs go on without a gap. Answers the places of the tellings that were admitted.
 */
function togetherStatement(calls: readonly Call[]): SQL {
  const blobs: { session: string; hash: string; content: string }[] = [];
  const given = calls.flatMap(({ sessionId: session, events, guard }, place) =>
    events.map((event, ord) => {
      const body = bounded(event.payload);
      blobs.push(...body.blobs.map((blob) => ({ session, ...blob })));
      const { type, actor, dedupe = null } = event;
      return {
        ...{ place, ord, session, epoch: guard?.epoch ?? null, id: randomUUID() },
        ...{ type, actor: eventActorOf(actor), payload: body.payload, dedupe },
      };
    }),
  );
  return sql`
    with given as (
      select * from jsonb_to_recordset(${json(given)}) as g(place int, ord int, session uuid, epoch int, id uuid,
        type text, actor jsonb, payload jsonb, dedupe text)),
    locked as (
      select s.id, s.team_id, s.epoch, s.last_seq from sessions s where s.id in (select session from given)
      order by s.id for no key update of s skip locked),
    admitted as (
      select g.* from given g join locked l on l.id = g.session and l.epoch = coalesce(g.epoch, l.epoch)),
    told as (
      select a.*, row_number() over (partition by a.session, coalesce(a.dedupe, a.id::text) order by a.place, a.ord) as time
      from admitted a where a.dedupe is null
        or not exists (select 1 from events e where e.session_id = a.session and e.dedupe = a.dedupe)),
    fresh as (
      select t.*, (row_number() over (partition by t.session order by t.place, t.ord))::int as nth from told t where t.time = 1),
    counted as (
      update sessions s set last_seq = l.last_seq + f.number
      from locked l join (select session, max(nth) as number from fresh group by session) f on f.session = l.id
      where s.id = l.id returning s.id, s.team_id, l.last_seq as base),
    kept as (
      insert into blobs (team_id, hash, content)
      select distinct on (c.team_id, b.hash) c.team_id, b.hash, convert_to(b.content, 'UTF8')
      from counted c join jsonb_to_recordset(${json(blobs)}) as b(session uuid, hash text, content text) on b.session = c.id
      on conflict do nothing),
    stored as (
      insert into events (id, team_id, session_id, seq, type, actor, payload, dedupe)
      select f.id, c.team_id, c.id, c.base + f.nth, f.type, f.actor, f.payload, f.dedupe
      from fresh f join counted c on c.id = f.session order by f.place, f.ord
      returning id, session_id, seq, cursor),
    posted as (insert into outbox (event_id) select id from stored order by cursor)
    select distinct place from admitted`;
}
