import { randomUUID } from 'node:crypto';
import { type SQL, sql } from 'drizzle-orm';
import { sessions } from '../../../db/schema/sessions.ts';
import type { SessionGuard, SessionMove, SessionPatch } from '../../application/session-port.ts';
import type { Aggregates } from '../../application/store-port.ts';
import type { Actor } from '../../domain/actor.ts';
import { DomainError } from '../../domain/errors.ts';
import { eventActorOf } from '../../domain/events.ts';
import {
  assertMove,
  canMove,
  forceCompletable,
  isTerminal,
  type Session,
  type SessionStatus,
  sessionStatuses,
} from '../../domain/session.ts';
import { json } from './events.ts';
import type { Handle, Row } from './handle.ts';
import { anyWord, assignments, list } from './rows.ts';
import { sessionFacts, sessionOf } from './session-row.ts';

type Moves = Pick<Aggregates['sessions'], 'update' | 'move' | 'moveAndRead' | 'setAttention' | 'setPendingCommand'>;

/** What a move keeps of the row it wrote, and what it answers with. */
interface Answer {
  columns: SQL;
  told: SQL;
}

const done: Answer = { columns: sql`s.id, s.team_id, s.status, s.proof, s.error`, told: sql`select id from moved` };
const wholeSession: Answer = {
  columns: sql`s.*`,
  told: sql`select s.*, facts.* from moved s cross join ${sessionFacts}`,
};

/** Every change of a session's row: one statement each, guarded, with its event and seq where it has one. */
export function createSessionMoves(handle: Handle): Moves {
  async function change(id: string, set: SQL[], guard: SessionGuard): Promise<Session> {
    const [row] = await handle.rows(sql`
      with locked as (${lockedSession(id, guard)}),
      changed as (
        update sessions s set ${list([sql`version = s.version + 1`, ...set])} from locked l where s.id = l.id returning s.*)
      select s.*, facts.* from changed s cross join ${sessionFacts}`);
    if (row === undefined) throw await refusal(handle, id, guard);
    return sessionOf(row);
  }

  async function moved(move: SessionMove, answer: Answer): Promise<Row> {
    if (move.forced && move.to !== 'completed') throw new Error('Only completed is reached by force.');
    const [row] = await handle.rows(moveStatement(move, answer));
    if (row === undefined) throw await refusal(handle, move.sessionId, move.guard, move.to);
    handle.appended();
    return row;
  }

  return {
    update: (id, patch, guard) => change(id, assignments(sessions, patch), guard),

    setPendingCommand: (id, command, guard) => change(id, [sql`pending_command = ${command}`], guard),

    async move(move) {
      await moved(move, done);
    },

    moveAndRead: async (move) => sessionOf(await moved(move, wholeSession)),

    async setAttention(id, kind, actor) {
      const rows = await handle.rows(attentionStatement(id, kind, actor));
      if (rows.length === 0) throw await refusal(handle, id, {});
      if (rows[0]?.changed === true) handle.appended();
    },
  };
}

/** The session's row lock, if the guard holds for the row as it is once the lock is ours. */
function lockedSession(id: string, { version, epoch, status }: SessionGuard): SQL {
  const conditions = [
    sql`id = ${id}::uuid`,
    ...(version === undefined ? [] : [sql`version = ${version}::int`]),
    ...(epoch === undefined ? [] : [sql`epoch = ${epoch}::int`]),
    ...(status === undefined ? [] : [sql`status::text = ${anyWord(status)}`]),
  ];
  return sql`select id, team_id, status, last_seq from sessions where ${sql.join(conditions, sql` and `)} for no key update`;
}

function moveStatement(
  { sessionId, to, guard, reason, actor, patch = {}, release, forced }: SessionMove,
  { columns, told }: Answer,
): SQL {
  const open = forced ? forceCompletable : sessionStatuses.filter((from) => canMove(from, to));
  const legal = open.filter((from) => guard.status?.includes(from) ?? true);
  const ending = to === 'completed' || to === 'failed' ? `session.${to}` : null;
  const set = [
    sql`status = ${to}::session_status`,
    sql`status_since = clock_timestamp()`,
    sql`version = s.version + 1`,
    sql`last_seq = l.last_seq + ${ending === null ? 1 : 2}::int`,
    ...clocks(to, patch),
    ...(release ? [sql`owner = null`, sql`lease_expires_at = null`] : []),
    ...assignments(sessions, patch),
  ];
  const move = sql`jsonb_build_object('from', m.from_status, 'to', m.status, 'reason', ${reason}::text)`;
  // An end says what it is worth: who reads the history alone knows it too.
  const payload = isTerminal(to) ? sql`${move} || jsonb_build_object('proof', m.proof, 'error', m.error)` : move;
  return sql`
    with locked as (${lockedSession(sessionId, { ...guard, status: legal })}),
    moved as (
      update sessions s set ${list(set)} from locked l where s.id = l.id
      returning ${columns}, l.status as from_status, l.last_seq as base),
    stored as (
      insert into events (id, team_id, session_id, seq, type, actor, payload)
      select ${randomUUID()}::uuid, m.team_id, m.id, m.base + 1, 'session.status_changed', ${json(eventActorOf(actor))}, ${payload}
      from moved m
      ${ending === null ? sql`` : endingEvent(ending, reason, actor)}
      returning id, seq),
    posted as (insert into outbox (event_id) select id from stored ${ending === null ? sql`` : sql`order by seq`})
    ${told}`;
}

function endingEvent(type: string, reason: string, actor: Actor): SQL {
  return sql`union all
    select ${randomUUID()}::uuid, m.team_id, m.id, m.base + 2, ${type}, ${json(eventActorOf(actor))},
      jsonb_build_object('reason', ${reason}::text, 'proof', m.proof, 'error', m.error)
    from moved m`;
}

/** The moments a move implies, by the database's clock, where the patch names none of its own. */
function clocks(to: SessionStatus, patch: SessionPatch): SQL[] {
  const set: SQL[] = [];
  if (to === 'queued' && patch.queuedAt === undefined) set.push(sql`queued_at = clock_timestamp()`);
  if (to === 'running' && patch.startedAt === undefined)
    set.push(sql`started_at = coalesce(s.started_at, clock_timestamp())`);
  if (isTerminal(to) && patch.endedAt === undefined) set.push(sql`ended_at = clock_timestamp()`);
  if (to === 'pending' && patch.endedAt === undefined) set.push(sql`ended_at = null`);
  return set;
}

function attentionStatement(id: string, kind: string, actor: Actor): SQL {
  return sql`
    with locked as (select id, team_id, attention, last_seq from sessions where id = ${id}::uuid for no key update),
    moved as (
      update sessions s set attention = ${kind}::attention, version = s.version + 1, last_seq = l.last_seq + 1,
        attention_since = case when ${kind}::attention = 'none' then null else clock_timestamp() end
      from locked l where s.id = l.id and l.attention <> ${kind}::attention
      returning s.id, s.team_id, s.last_seq, l.attention as from_kind),
    stored as (
      insert into events (id, team_id, session_id, seq, type, actor, payload)
      select ${randomUUID()}::uuid, m.team_id, m.id, m.last_seq, 'session.attention_changed', ${json(eventActorOf(actor))},
        jsonb_build_object('from', m.from_kind, 'to', ${kind}::text)
      from moved m returning id),
    posted as (insert into outbox (event_id) select id from stored)
    select exists (select 1 from moved) as changed from locked`;
}

/** Why nothing was written, told from the row as it is now. */
async function refusal(handle: Handle, id: string, guard: SessionGuard, to?: SessionStatus): Promise<unknown> {
  const [row] = await handle.rows(
    sql`select s.*, facts.* from sessions s cross join ${sessionFacts} where s.id = ${id}::uuid`,
  );
  if (row === undefined) return new DomainError('NOT_FOUND', 'There is no such session');
  const { version, epoch, status } = sessionOf(row);
  const details = { version, epoch, status };
  if (guard.version !== undefined && guard.version !== version) {
    return new DomainError('CONFLICT', `The session has changed meanwhile: it is at version ${version}`, { details });
  }
  if (guard.epoch !== undefined && guard.epoch !== epoch) {
    return new DomainError('CONFLICT', 'Another owner has taken the session over', { details });
  }
  if (to !== undefined) assertMove(status, to);
  return new DomainError('CONFLICT', `The session has changed meanwhile: it is ${status}`, { details });
}
