import { sql } from 'drizzle-orm';
import type { Candidate } from '../../domain/dataset.ts';
import type { Handle } from './handle.ts';

/** More than a dataset ever holds; facts only, no texts. */
const most = 20_000;

/** What decides about each attempt, read in one statement; the rule itself is the domain's. */
export async function readCandidates(handle: Handle, teamId: string): Promise<Candidate[]> {
  const rows =
    await handle.rows(sql`select a.id, a.session_id, s.repository_id, s.ended_at, s.status::text as session_status,
      s.proof as session_proof, s.forced, a.status::text as attempt_status, t.proof::text as task_proof,
      coalesce(u.email like 'erased-%@invalid', false) as author_erased,
      coalesce(a.model like 'rehearsal/%', false) or exists (
        select 1 from model_calls c where c.attempt_id = a.id and c.provider = 'rehearsal') as rehearsal,
      a.prompt <> '' and trims.events is null and trims.transcripts is null as transcript,
      md5(regexp_replace(lower(a.prompt || ' ' || coalesce(a.summary, '')),
        '[0-9a-f]{8}-[0-9a-f-]{27}|ind-[0-9]+|[0-9]+|\\s+', ' ', 'g')) as sameness,
      coalesce((select count(*) filter (where p.proof = 'proven')::float / count(*) from tasks p
        where p.session_id = s.id and p.kind = 'work' and not exists (select 1 from tasks b where b.parent_task_id = p.id)
        having count(*) > 0), 0) as success
    from attempts a join sessions s on s.id = a.session_id join tasks t on t.id = a.task_id
      left join users u on u.id = s.created_by left join session_trims trims on trims.session_id = s.id
    where a.team_id = ${teamId}::uuid and s.deleted_at is null and s.ended_at is not null and a.ended_at is not null
      and a.role = 'work' and t.kind = 'work'
    order by s.ended_at desc, a.id limit ${most}::int`);
  return rows.map((row) => ({
    attemptId: String(row.id),
    sessionId: String(row.session_id),
    repositoryId: String(row.repository_id),
    endedAt: new Date(String(row.ended_at)),
    sessionStatus: String(row.session_status),
    sessionProof: row.session_proof === null ? null : String(row.session_proof),
    forced: row.forced === true,
    success: Number(row.success),
    authorErased: row.author_erased === true,
    rehearsal: row.rehearsal === true,
    attemptStatus: String(row.attempt_status),
    taskProof: String(row.task_proof),
    transcript: row.transcript === true,
    sameness: String(row.sameness),
  }));
}
