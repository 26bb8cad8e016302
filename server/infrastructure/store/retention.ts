import { type SQL, sql } from 'drizzle-orm';
import { retention, retentionRuns, sessionTrims } from '../../../db/schema/retention.ts';
import type { KeptSince } from '../../application/retention-port.ts';
import type { Aggregates } from '../../application/store-port.ts';
import { DomainError } from '../../domain/errors.ts';
import { type RetentionCounts, retentionKinds } from '../../domain/retention.ts';
import { json } from './events.ts';
import type { Handle } from './handle.ts';
import { deleteWithEverything } from './hanging-rows.ts';
import { leaveRecords } from './left-records.ts';
import { anyOf, decode, isId } from './rows.ts';

const ended = sql`status in ('completed', 'partially_completed', 'failed', 'timeout', 'stopped', 'cancelled', 'orphaned')`;
/** What a model was told or said, in events; the rest of a timeline stays. */
const spoken = ['attempt.output', 'attempt.tool_called', 'prompt.injected'];

export function createRetention(handle: Handle): Aggregates['retention'] {
  const number = async (statement: SQL): Promise<number> => {
    const [row] = await handle.rows(statement);
    return Number(row?.number ?? 0);
  };

  return {
    async get(teamId) {
      const [row] = await handle.rows(sql`select * from retention where team_id = ${teamId}::uuid`);
      if (row === undefined) return null;
      const { teamId: _, ...kept } = decode(retention, row);
      return kept;
    },

    async save(teamId, days, by, version) {
      const values = sql.join(
        retentionKinds.map((kind) => sql`${days[kind]}::int`),
        sql`, `,
      );
      const [row] = await handle.rows(sql`insert into retention
          (team_id, sessions, events, transcripts, contexts, audit, changed_by)
        select ${teamId}::uuid, ${values}, ${by}::uuid
          where ${version}::int = coalesce((select version from retention where team_id = ${teamId}::uuid), 0)
        on conflict (team_id) do update set sessions = excluded.sessions, events = excluded.events,
          transcripts = excluded.transcripts, contexts = excluded.contexts, audit = excluded.audit,
          changed_by = excluded.changed_by, changed_at = clock_timestamp(), version = retention.version + 1
          where retention.version = ${version}::int
        returning *`);
      if (row === undefined) throw new DomainError('CONFLICT', 'Somebody else changed these settings meanwhile.');
      const { teamId: _, ...kept } = decode(retention, row);
      return kept;
    },

    async count(teamId, since) {
      const each: Record<keyof RetentionCounts, SQL | null> = {
        deleted: sql`from sessions where ${deletedBefore(teamId, since)}`,
        sessions: since.sessions === null ? null : sql`from sessions where ${endedBefore(teamId, since.sessions)}`,
        events: since.events === null ? null : sql`from events where ${eventsBefore(teamId, since.events)}`,
        transcripts:
          since.transcripts === null ? null : sql`from sessions where ${spokenBefore(teamId, since.transcripts)}`,
        contexts:
          since.contexts === null
            ? null
            : sql`from (select 1 from contexts where ${contextsBefore(teamId, since.contexts)}
                union all select 1 from context_changes where ${changesBefore(teamId, since.contexts)}) both`,
        audit:
          since.audit === null
            ? null
            : sql`from audit a where team_id = ${teamId}::uuid
                and number < (select max(number) from audit where team_id = ${teamId}::uuid)
                and not exists (select 1 from audit k where k.team_id = a.team_id
                  and k.at >= ${since.audit.toISOString()}::timestamptz and k.number <= a.number)`,
        blobs: sql`from blobs where ${unusedBlobs(teamId)}`,
      };
      const counts = await Promise.all(
        Object.entries(each).map(async ([kind, from]) => [
          kind,
          from === null ? 0 : await number(sql`select count(*)::int as number ${from}`),
        ]),
      );
      return Object.fromEntries(counts) as RetentionCounts;
    },

    purge: (teamId, since, limit) =>
      handle.atomically(async (tx) => {
        const over = deletedBefore(teamId, since);
        const old = since.sessions === null ? sql`false` : endedBefore(teamId, since.sessions);
        // Locked first, as every writer of a session does; one that somebody works on waits for the next run.
        const rows = await tx.rows(sql`select id, repository_id, deleted_at is not null as deleted from sessions
          where (${over}) or (${old}) order by ended_at limit ${limit}::int for update skip locked`);
        if (rows.length === 0) return { deleted: 0, sessions: 0, gone: [] };
        const ids = anyOf(rows.map(({ id }) => String(id)));
        // What they used stays counted in the accounts above; an account below one of theirs draws on the one above it.
        await tx.rows(sql`update budget_accounts below set parent_id = own.parent_id from budget_accounts own
          where below.parent_id = own.id and own.session_id::text = ${ids}`);
        await leaveRecords(tx, ids);
        await deleteWithEverything(tx, 'sessions', sql`id::text = ${ids}`);
        const deleted = rows.filter((row) => row.deleted === true).length;
        const gone = rows.map(({ id, repository_id }) => ({
          sessionId: String(id),
          repositoryId: String(repository_id),
        }));
        return { deleted, sessions: rows.length - deleted, gone };
      }),

    trimEvents: (teamId, before, limit) =>
      handle.atomically(async (tx) => {
        const whole = eventsBefore(teamId, before);
        const removed = await tx.rows(sql`with trimmed as (
            select distinct session_id from events where ${whole} and session_id is not null limit ${limit}::int),
          marked as (insert into session_trims (session_id, team_id, events)
            select session_id, ${teamId}::uuid, clock_timestamp() from trimmed
            on conflict (session_id) do update set events = excluded.events),
          unlearnt as (delete from dataset_samples where session_id in (select session_id from trimmed))
          delete from events where (session_id in (select session_id from trimmed)) or (session_id is null and ${whole})
          returning 1`);
        return removed.length;
      }),

    trimTranscripts: (teamId, before, limit) =>
      handle.atomically(async (tx) => {
        const rows = await tx.rows(sql`select id from sessions where ${spokenBefore(teamId, before)}
          limit ${limit}::int for update skip locked`);
        if (rows.length === 0) return 0;
        const ids = anyOf(rows.map(({ id }) => String(id)));
        await tx.rows(
          sql`update attempts set prompt = '', system = '', summary = null where session_id::text = ${ids}`,
        );
        await tx.rows(sql`delete from dataset_samples where session_id::text = ${ids}`);
        await tx.rows(sql`update prompts set text = '' where session_id::text = ${ids}`);
        await tx.rows(sql`update events set payload = jsonb_strip_nulls(jsonb_build_object('removed', true,
            'taskId', payload->'taskId', 'attemptId', payload->'attemptId', 'epoch', payload->'epoch',
            'kind', payload->'kind', 'tool', payload->'tool', 'status', payload->'status'))
          where session_id::text = ${ids} and type = ${anyOf(spoken)}`);
        await tx.rows(sql`insert into session_trims (session_id, team_id, transcripts)
          select id, team_id, clock_timestamp() from sessions where id::text = ${ids}
          on conflict (session_id) do update set transcripts = excluded.transcripts`);
        return rows.length;
      }),

    trimContexts: (teamId, before) =>
      handle.atomically(async (tx) => {
        const own = contextsBefore(teamId, before);
        await tx.rows(sql`insert into session_trims (session_id, team_id, contexts)
          select distinct session_id, team_id, clock_timestamp() from contexts where ${own}
          on conflict (session_id) do update set contexts = excluded.contexts`);
        const changes = await tx.rows(
          sql`delete from context_changes where ${changesBefore(teamId, before)} returning 1`,
        );
        const gone = await tx.rows(sql`select id from contexts where ${own}`);
        if (gone.length > 0)
          await deleteWithEverything(tx, 'contexts', sql`id::text = ${anyOf(gone.map(({ id }) => String(id)))}`);
        return changes.length + gone.length;
      }),

    async pruneBlobs(teamId) {
      return (await handle.rows(sql`delete from blobs where ${unusedBlobs(teamId)} returning 1`)).length;
    },

    async addRun(teamId, { id, startedBy, startedAt, endedAt, removed, error }) {
      await handle.rows(sql`insert into retention_runs (id, team_id, started_by, started_at, ended_at, removed, error)
        values (${id}::uuid, ${teamId}::uuid, ${startedBy}::uuid, ${startedAt.toISOString()}::timestamptz,
          ${endedAt.toISOString()}::timestamptz, ${json(removed)}, ${error})`);
    },

    async runs(teamId, limit) {
      const rows = await handle.rows(sql`select * from retention_runs where team_id = ${teamId}::uuid
        order by started_at desc, id limit ${limit}::int`);
      return rows.map((row) => {
        const { teamId: _, ...run } = decode(retentionRuns, row);
        return run;
      });
    },

    async trimsOf(sessionId) {
      const [row] = isId(sessionId)
        ? await handle.rows(sql`select * from session_trims where session_id = ${sessionId}::uuid`)
        : [];
      if (row === undefined) return null;
      const { events, transcripts, contexts } = decode(sessionTrims, row);
      return { events, transcripts, contexts };
    },

    async known(sessionIds) {
      const rows = await handle.rows(sql`select id from sessions where id::text = ${anyOf(sessionIds)}`);
      return rows.map(({ id }) => String(id));
    },

    async pruneKept({ work, reports }) {
      const bundles = await handle.rows(sql`delete from session_work w using sessions s where s.id = w.session_id
        and ${ended} and s.ended_at < clock_timestamp() - make_interval(days => ${work}::int) returning 1`);
      const told = await handle.rows(sql`delete from external_reports r using attempts a where a.id = r.attempt_id
        and a.ended_at < clock_timestamp() - make_interval(days => ${reports}::int) returning 1`);
      return { work: bundles.length, reports: told.length };
    },
  };
}

const moment = (at: Date): SQL => sql`${at.toISOString()}::timestamptz`;

const endedBefore = (teamId: string, before: Date): SQL =>
  sql`team_id = ${teamId}::uuid and deleted_at is null and ${ended} and ended_at < ${moment(before)}`;

const deletedBefore = (teamId: string, { deleted }: Pick<KeptSince, 'deleted'>): SQL =>
  sql`team_id = ${teamId}::uuid and ${ended} and deleted_at < ${moment(deleted)}`;

const oldSessions = (teamId: string, before: Date): SQL =>
  sql`(select id from sessions where team_id = ${teamId}::uuid and ${ended} and ended_at < ${moment(before)})`;

/** Of a session all or none, so that what is left has no gaps; what is not yet handed out stays. */
const eventsBefore = (teamId: string, before: Date): SQL =>
  sql`team_id = ${teamId}::uuid and id not in (select event_id from outbox) and (
    session_id in ${oldSessions(teamId, before)} or (session_id is null and at < ${moment(before)}))`;

const spokenBefore = (teamId: string, before: Date): SQL =>
  sql`id in ${oldSessions(teamId, before)} and exists (select 1 from attempts a where a.session_id = sessions.id
    and (a.prompt <> '' or a.system <> '' or a.summary is not null))`;

const contextsBefore = (teamId: string, before: Date): SQL =>
  sql`team_id = ${teamId}::uuid and session_id in ${oldSessions(teamId, before)}`;

/** Old versions of contexts that stay; what a context holds now is never old. */
const changesBefore = (teamId: string, before: Date): SQL =>
  sql`at < ${moment(before)} and context_id in (select id from contexts c where c.team_id = ${teamId}::uuid
    and (c.session_id is null or c.session_id not in ${oldSessions(teamId, before)}))`;

const unusedBlobs = (teamId: string): SQL =>
  sql`team_id = ${teamId}::uuid and created_at < clock_timestamp() - interval '1 day' and not exists (
    select 1 from events e where e.team_id = ${teamId}::uuid and e.payload->>'blob' = blobs.hash)`;
