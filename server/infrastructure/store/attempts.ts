import { asc, eq, type SQL, sql } from 'drizzle-orm';
import { attempts } from '../../../db/schema/attempts.ts';
import type { Aggregates } from '../../application/store-port.ts';
import type { AttemptGuard, AttemptPatch } from '../../application/work-port.ts';
import {
  type Attempt,
  attemptEnded,
  attemptStatuses,
  attemptTransitions,
  canMoveAttempt,
} from '../../domain/attempt.ts';
import { DomainError } from '../../domain/errors.ts';
import { emptyUsage } from '../../domain/metrics.ts';
import type { Handle } from './handle.ts';
import { fenceRows, overtaken, stands } from './locks.ts';
import { anyOf, assignments, decode, isId, list, storable } from './rows.ts';
import { openOfTeam } from './turns.ts';

type AttemptRow = typeof attempts.$inferSelect;

const endedStatuses = attemptStatuses.filter(attemptEnded);
const openStatuses = attemptStatuses.filter((status) => !attemptEnded(status));

export function createAttempts(handle: Handle): Aggregates['attempts'] {
  const select = async (where: SQL): Promise<Attempt[]> => {
    const rows = await handle.db
      .select()
      .from(attempts)
      .where(where)
      .orderBy(asc(attempts.startedAt), asc(attempts.number));
    return rows.map(attemptOf);
  };

  return {
    async insert(attempt) {
      const [row] = await handle.db
        .insert(attempts)
        .values(storable({ ...attempt, usage: emptyUsage }))
        .returning();
      if (row === undefined) throw new DomainError('INTERNAL', 'The attempt was not stored');
      return attemptOf(row);
    },

    get: async (id) => (isId(id) ? ((await select(eq(attempts.id, id)))[0] ?? null) : null),
    byTask: (taskId) => select(eq(attempts.taskId, taskId)),
    bySession: (sessionId) => select(eq(attempts.sessionId, sessionId)),
    byRemoteSession: async (remoteSessionId) =>
      (await select(eq(attempts.remoteSessionId, remoteSessionId)))[0] ?? null,

    async update(id, patch, guard) {
      const [row] = isId(id) ? await handle.rows(updateStatement(id, patch, guard)) : [];
      if (row === undefined) throw await refusal(handle, id, patch, guard);
      return attemptOf(decode(attempts, row));
    },

    async countOpen(teamId) {
      const [row] = await handle.rows(sql`select (${openOfTeam(sql`${teamId}::uuid`)}) as number`);
      return Number(row?.number ?? 0);
    },

    async countRehearsalFailure(id, step) {
      const key = String(step);
      const [row] =
        await handle.rows(sql`update attempts set rehearsal_failures = jsonb_set(rehearsal_failures, array[${key}::text],
          to_jsonb(coalesce((rehearsal_failures ->> ${key}::text)::int, 0) + 1))
        where id = ${id}::uuid returning (rehearsal_failures ->> ${key}::text)::int as failures`);
      if (row === undefined) throw new DomainError('NOT_FOUND', 'There is no such attempt');
      return Number(row.failures);
    },

    async markRetired(id, bundle) {
      // No fence: what has ended belongs to nobody, and its worktree is gone whoever says so.
      const rows = isId(id)
        ? await handle.rows(sql`update attempts set retired_at = coalesce(retired_at, clock_timestamp()),
            bundle = coalesce(${bundle}, bundle) where id = ${id}::uuid and status::text = ${anyOf(endedStatuses)} returning id`)
        : [];
      if (rows.length === 0) throw new DomainError('CONFLICT', 'There is no such ended attempt');
    },

    unretired: (sessionId) =>
      select(sql`${attempts.worktree} is not null and ${attempts.retiredAt} is null
        and ${attempts.status}::text = ${anyOf(endedStatuses)}
        ${sessionId === null ? sql`` : sql`and ${attempts.sessionId} = ${sessionId}::uuid`}`),
  };
}

/** The domain's attempt; how often the rehearsal failed on purpose is the gateway's own, what a runtime keeps of it the upkeep's. */
function attemptOf({ rehearsalFailures: _, recordLeftAt: __, ...attempt }: AttemptRow): Attempt {
  return attempt;
}

/**
 * One statement. The session's row is locked first; its epoch, the attempt's own and the guard's must be one, so that a
 * former owner finds no row. An attempt that has ended changes no more, unless the guard names that status.
 */
function updateStatement(id: string, patch: AttemptPatch, guard: AttemptGuard): SQL {
  const { status } = patch;
  const legal = (guard.status ?? (status === undefined ? openStatuses : attemptStatuses)).filter(
    (from) => status === undefined || from === status || canMoveAttempt(from, status),
  );
  const set = [...assignments(attempts, patch)];
  if (status !== undefined && attemptTransitions[status].length === 0 && patch.endedAt === undefined) {
    set.push(sql`ended_at = coalesce(a.ended_at, clock_timestamp())`);
  }
  if (set.length === 0) set.push(sql`status = a.status`);
  const { fence } = guard;
  return sql`
    with ${fence === undefined ? sql`` : sql`fenced as (${fenceRows(fence)}),`} held as (
      select s.id, s.epoch from sessions s where s.id = (select session_id from attempts where id = ${id}::uuid) for no key update),
    locked as (
      select a.id from held h join attempts a on a.session_id = h.id and a.id = ${id}::uuid
      where a.epoch = ${guard.epoch}::int and h.epoch = ${guard.epoch}::int and a.status::text = ${anyOf(legal)}
        ${fence === undefined ? sql`` : sql`and (select count(*) from fenced) = ${fence.resources.length}::int`}
      for no key update of a)
    update attempts a set ${list(set)} from locked l where a.id = l.id returning a.*`;
}

async function refusal(handle: Handle, id: string, patch: AttemptPatch, guard: AttemptGuard): Promise<DomainError> {
  const [row] = isId(id)
    ? await handle.rows(sql`select a.status::text, a.epoch, s.epoch as current from attempts a join sessions s on s.id = a.session_id
        where a.id = ${id}::uuid`)
    : [];
  if (row === undefined) return new DomainError('NOT_FOUND', 'There is no such attempt');
  const details = { status: row.status, epoch: row.epoch, sessionEpoch: row.current };
  if (row.epoch !== guard.epoch || row.current !== guard.epoch) {
    return new DomainError('CONFLICT', 'Another owner has taken the attempt over', { details });
  }
  if (guard.fence && !(await stands(handle, guard.fence))) return overtaken(guard.fence);
  const wish = patch.status === undefined ? 'changed' : patch.status;
  return new DomainError('CONFLICT', `The attempt is ${row.status} and cannot be ${wish}`, { details });
}
