import { randomUUID } from 'node:crypto';
import { type SQL, sql } from 'drizzle-orm';
import { currentTeam, outsideTeams } from '../../../db/team-scope.ts';
import type { SessionMove } from '../../application/session-port.ts';
import { eventActorOf } from '../../domain/events.ts';
import { canMove, type SessionStatus, sessionStatuses } from '../../domain/session.ts';
import { wasRefused } from './database-errors.ts';
import { json } from './events.ts';
import type { Handle } from './handle.ts';
import { storable } from './rows.ts';

type Move = (move: SessionMove) => Promise<void>;

interface Call {
  move: SessionMove;
  done(): void;
  failed(error: unknown): void;
}

/** One statement at a time, since what waits for it makes the next one larger; but nobody waits longer than this for a slow one. */
const patienceMs = 20;
/** More moves are a further statement. */
const mostCalls = 256;
/** Between these nothing but status, cause and start changes: a runtime that fails or comes back moves all its sessions so. */
const shared: readonly SessionStatus[] = ['running', 'degraded'];

/**
 * The writer for moves that stand alone and come at the same moment: while writes are under way they collect, and the next
 * statement takes them all, so that they share a round trip and a flush. Alone, a move is written at once, by `move`; so is
 * one of another kind, and one whose guard did not hold or whose row another transaction holds, which then says why or waits
 * without keeping anybody else. Resolves when durable.
 */
export function createMoveCollector(handle: Handle, move: Move): Move {
  let waiting: Call[] = [];
  let writing: readonly Call[] | null = null;

  function next(): void {
    if (writing !== null || waiting.length === 0) return;
    const calls: Call[] = [];
    const later: Call[] = [];
    const sessions = new Set<string>();
    // Two moves of one session are two statements, in the order they came.
    for (const call of waiting) {
      (calls.length < mostCalls && !sessions.has(call.move.sessionId) ? calls : later).push(call);
      sessions.add(call.move.sessionId);
    }
    waiting = later;
    writing = calls;
    const leave = () => {
      if (writing !== calls) return;
      writing = null;
      // What waited for these comes again with the others.
      setImmediate(outsideTeams, next);
    };
    const slow = setTimeout(leave, patienceMs);
    // Never rejects: each call has been told.
    void write(calls).finally(() => {
      clearTimeout(slow);
      leave();
    });
  }

  async function write(calls: readonly Call[]): Promise<void> {
    let moved = new Set<number>();
    if (calls.length > 1) {
      try {
        const rows = await handle.rows(togetherStatement(calls.map((call) => call.move)));
        moved = new Set(rows.map((row) => Number(row.place)));
        if (moved.size > 0) handle.appended();
      } catch (error) {
        if (!wasRefused(error)) {
          for (const call of calls) call.failed(error);
          return;
        }
      }
    }
    await Promise.all(
      calls.map((call, place) => (moved.has(place) ? call.done() : move(call.move).then(call.done, call.failed))),
    );
  }

  return (given) => {
    if (!fits(given) || currentTeam() !== null) return move(given);
    return new Promise((done, failed) => {
      // Inside a transaction this throws at once, for the one who made the mistake alone.
      void handle.db;
      waiting.push({ move: given, done, failed });
      outsideTeams(next);
    });
  };
}

function fits({ to, release, forced, patch = {} }: SessionMove): boolean {
  return shared.includes(to) && !release && !forced && Object.keys(patch).every((key) => key === 'cause');
}

/** As `move` does it, for many sessions: only rows that are free are locked. Answers the places of those that moved. */
function togetherStatement(moves: readonly SessionMove[]): SQL {
  const given = moves.map(({ sessionId, to, guard, reason, actor, patch = {} }, place) => ({
    ...{ place, session: sessionId, target: to, event: randomUUID(), actor: eventActorOf(actor) },
    legal: sessionStatuses.filter((from) => canMove(from, to) && (guard.status?.includes(from) ?? true)).join(','),
    ...{ version: guard.version ?? null, epoch: guard.epoch ?? null, reason: storable(reason) },
    ...{ says: patch.cause !== undefined, cause: storable(patch.cause ?? null) },
  }));
  return sql`
    with given as (
      select * from jsonb_to_recordset(${json(given)}) as g(place int, session uuid, target text, legal text, version int,
        epoch int, reason text, actor jsonb, event uuid, says bool, cause text)),
    locked as (
      select s.id, s.team_id, s.status as from_status, s.last_seq, g.* from given g join sessions s on s.id = g.session
      where s.status::text = any(string_to_array(g.legal, ',')) and s.version = coalesce(g.version, s.version)
        and s.epoch = coalesce(g.epoch, s.epoch)
      order by s.id for no key update of s skip locked),
    moved as (
      update sessions s set status = l.target::session_status, status_since = clock_timestamp(), version = s.version + 1,
        last_seq = l.last_seq + 1, cause = case when l.says then l.cause else s.cause end,
        started_at = case when l.target = 'running' then coalesce(s.started_at, clock_timestamp()) else s.started_at end
      from locked l where s.id = l.id
      returning l.place, s.id, s.team_id, s.status, s.last_seq, l.from_status, l.reason, l.actor, l.event),
    stored as (
      insert into events (id, team_id, session_id, seq, type, actor, payload)
      select m.event, m.team_id, m.id, m.last_seq, 'session.status_changed', m.actor,
        jsonb_build_object('from', m.from_status, 'to', m.status, 'reason', m.reason)
      from moved m order by m.place returning id, cursor),
    posted as (insert into outbox (event_id) select id from stored order by cursor)
    select place from moved`;
}
