import { randomUUID } from 'node:crypto';
import { asc, eq, type SQL, sql } from 'drizzle-orm';
import { dependencies, tasks } from '../../../db/schema/tasks.ts';
import type { Aggregates } from '../../application/store-port.ts';
import type { TaskMove } from '../../application/work-port.ts';
import { DomainError } from '../../domain/errors.ts';
import { eventActorOf } from '../../domain/events.ts';
import { assertTaskMove, canMoveTask, type Task, type TaskStatus, taskEnded } from '../../domain/task.ts';
import { json } from './events.ts';
import type { Handle, Row } from './handle.ts';
import { anyWord, assignments, isId, list, storable } from './rows.ts';
import { createTaskEdits } from './task-edits.ts';
import { taskEdges, taskOf } from './task-row.ts';

/** What a move keeps of the row it wrote, and what it answers with. */
interface Answer {
  columns: SQL;
  told: SQL;
}

const done: Answer = { columns: sql`t.id, t.team_id, t.session_id, t.status`, told: sql`select id from moved` };
const wholeTask: Answer = {
  columns: sql`t.*`,
  told: sql`select t.*, incoming.edges from moved t cross join ${taskEdges}`,
};

export function createTasks(handle: Handle): Aggregates['tasks'] {
  async function select(where: SQL): Promise<Task[]> {
    const rows = await handle.rows(
      sql`select t.*, incoming.edges from tasks t cross join ${taskEdges} where ${where} order by t.position, t.id`,
    );
    return rows.map((row) => taskOf(row));
  }

  async function moved(move: TaskMove, answer: Answer): Promise<Row> {
    const [row] = await handle.rows(moveStatement(move, answer));
    if (row === undefined) throw await refusal(handle, move);
    handle.appended();
    return row;
  }

  return {
    async insertAll(all) {
      if (all.length === 0) return;
      const rows = all.map(({ predictedWrites = [], ...task }) =>
        storable({
          ...task,
          predictedWrites: [...predictedWrites],
          capabilities: [...task.capabilities],
          technologies: [...task.technologies],
          writes: [...task.writes],
          verification: [...task.verification],
        }),
      );
      await handle.db.insert(tasks).values(rows);
    },

    async get(teamId, id) {
      if (!isId(id)) return null;
      return (await select(sql`t.id = ${id}::uuid and t.team_id = ${teamId}::uuid`))[0] ?? null;
    },

    bySession: (sessionId) => select(sql`t.session_id = ${sessionId}::uuid and t.kind = 'work'`),

    async drawn(sessionId) {
      const rows = await handle.rows(
        sql`select t.*, '[]'::jsonb as edges from tasks t where t.session_id = ${sessionId}::uuid and t.kind = 'work' order by t.position, t.id`,
      );
      return rows.map((row) => taskOf(row));
    },

    async planOf(sessionId) {
      return (await select(sql`t.session_id = ${sessionId}::uuid and t.kind = 'plan'`))[0] ?? null;
    },

    ...createTaskEdits(handle),

    async move(move) {
      await moved(move, done);
    },

    moveAndRead: async (move) => taskOf(await moved(move, wholeTask)),

    async insertDependencies(sessionId, edges) {
      if (edges.length > 0) await handle.db.insert(dependencies).values(edges.map((edge) => ({ ...edge, sessionId })));
    },

    async dependencies(sessionId) {
      const rows = await handle.db
        .select()
        .from(dependencies)
        .where(eq(dependencies.sessionId, sessionId))
        .orderBy(asc(dependencies.id));
      return rows.map(({ sessionId: _, ...edge }) => edge);
    },

    async restore(taskId, { reason = null, ...state }) {
      const set = [
        sql`version = t.version + 1`,
        sql`reason = ${reason}`,
        sql`error = null`,
        ...assignments(tasks, state),
      ];
      if (taskEnded(state.status)) set.push(sql`ended_at = coalesce(t.ended_at, clock_timestamp())`);
      // Its work is done: when it began, by whom and on whose word still holds.
      else if (state.status === 'blocked') set.push(sql`ended_at = null`, sql`not_before = null`, sql`next = null`);
      else
        set.push(
          sql`ended_at = null`,
          sql`started_at = null`,
          sql`ready_at = null`,
          sql`agent_id = null`,
          sql`not_before = null`,
          sql`next = null`,
          sql`waiver = null`,
        );
      const rows = await handle.rows(sql`update tasks t set ${list(set)} where t.id = ${taskId}::uuid returning t.id`);
      if (rows.length === 0) throw new DomainError('NOT_FOUND', 'There is no such task');
    },
  };
}

/** One statement: the session's row is locked first, then the task's; the guard is judged under both locks. */
function moveStatement(
  { taskId, sessionId, from, to, reason, actor, epoch, patch = {} }: TaskMove,
  { columns, told }: Answer,
): SQL {
  const legal = from.filter((status) => canMoveTask(status, to));
  const set = [
    sql`status = ${to}::task_status`,
    sql`reason = ${reason}`,
    sql`version = t.version + 1`,
    ...clocks(to, patch),
    ...assignments(tasks, patch),
  ];
  return sql`
    with held as (
      select id, last_seq from sessions where id = ${sessionId}::uuid
      ${epoch === undefined ? sql`` : sql`and epoch = ${epoch}::int`} for no key update),
    locked as (
      select t.id, t.status, h.last_seq as base from held h join tasks t on t.session_id = h.id and t.id = ${taskId}::uuid
      where t.status::text = ${anyWord(legal)} for no key update of t),
    moved as (
      update tasks t set ${list(set)} from locked l where t.id = l.id
      returning ${columns}, l.status as from_status, l.base),
    counted as (
      update sessions s set last_seq = m.base + 1 from moved m where s.id = m.session_id returning s.id, s.last_seq),
    stored as (
      insert into events (id, team_id, session_id, seq, type, actor, payload)
      select ${randomUUID()}::uuid, m.team_id, m.session_id, c.last_seq, 'task.status_changed', ${json(eventActorOf(actor))},
        jsonb_build_object('taskId', m.id, 'from', m.from_status, 'to', m.status, 'reason', ${reason}::text)
      from moved m join counted c on c.id = m.session_id returning id),
    posted as (insert into outbox (event_id) select id from stored)
    ${told}`;
}

/** The moments a move implies, by the database's clock, where the patch names none of its own. */
function clocks(to: TaskStatus, patch: NonNullable<TaskMove['patch']>): SQL[] {
  const set: SQL[] = [];
  if (to === 'ready' && patch.readyAt === undefined) set.push(sql`ready_at = clock_timestamp()`);
  if (to === 'in_progress' && patch.startedAt === undefined)
    set.push(sql`started_at = coalesce(t.started_at, clock_timestamp())`);
  if (patch.endedAt === undefined) set.push(taskEnded(to) ? sql`ended_at = clock_timestamp()` : sql`ended_at = null`);
  return set;
}

async function refusal(handle: Handle, { taskId, sessionId, to, epoch }: TaskMove): Promise<unknown> {
  const [row] =
    await handle.rows(sql`select t.status::text, t.version, s.epoch from tasks t join sessions s on s.id = t.session_id
    where t.id = ${taskId}::uuid and s.id = ${sessionId}::uuid`);
  if (row === undefined) return new DomainError('NOT_FOUND', 'There is no such task');
  const { status, version } = row;
  if (epoch !== undefined && row.epoch !== epoch) {
    return new DomainError('CONFLICT', 'Another owner has taken the session over', {
      details: { epoch: row.epoch },
    });
  }
  assertTaskMove(status as TaskStatus, to);
  return new DomainError('CONFLICT', `The task has changed meanwhile: it is ${status}`, {
    details: { status, version },
  });
}
