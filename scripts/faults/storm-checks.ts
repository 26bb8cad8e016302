import type postgres from 'postgres';

export interface Found {
  /** Sentences, one for each thing that must not be. */
  readonly wrong: string[];
  readonly transitions: number;
  readonly events: number;
  readonly takeovers: number;
}

/** What the database must say when all is over, whatever died meanwhile; asked of the tables themselves. */
export async function inspectDatabase(sql: postgres.Sql): Promise<Found> {
  const wrong: string[] = [];
  const none = async (what: string, rows: postgres.RowList<postgres.Row[]>) => {
    for (const row of rows) wrong.push(`${what}: ${JSON.stringify(row)}`);
  };
  await none(
    'the numbers of a session have a gap or a double',
    await sql`select session_id, count(*)::int as events, max(seq) as last, min(seq) as first from events
      where session_id is not null group by session_id
      having count(*) <> max(seq) or min(seq) <> 1 or count(distinct seq) <> count(*)`,
  );
  await none(
    'a row counts other events than there are',
    await sql`select s.slug, s.last_seq, (select count(*)::int from events e where e.session_id = s.id) as events
      from sessions s where s.last_seq <> (select count(*) from events e where e.session_id = s.id)`,
  );
  await none(
    'a task was completed more than once',
    await sql`select payload->>'taskId' as task, count(*)::int from events
      where type = 'task.status_changed' and payload->>'to' = 'completed' group by 1 having count(*) > 1`,
  );
  await none(
    'a task was merged more than once',
    await sql`select payload->>'taskId' as task, count(*)::int from events
      where type = 'merge.completed' and payload->>'taskId' is not null group by 1 having count(*) > 1`,
  );
  await none(
    'an attempt ended more than once',
    await sql`select payload->>'attemptId' as attempt, count(*)::int from events
      where type = 'attempt.ended' group by 1 having count(*) > 1`,
  );
  await none(
    'a completed task has not exactly one attempt that succeeded',
    await sql`select t.id, t.key, count(a.*)::int as succeeded from tasks t
      left join attempts a on a.task_id = t.id and a.status = 'succeeded'
      where t.status = 'completed' group by t.id having count(a.*) <> 1`,
  );
  await none(
    'an ended session has work left open',
    await sql`select s.slug, s.status, a.status as attempt from attempts a join sessions s on s.id = a.session_id
      where s.status = 'completed' and a.status in ('starting', 'running', 'waiting', 'verifying')`,
  );
  await none(
    'an epoch fell back',
    await sql`select session_id, seq, payload from (
      select session_id, seq, payload, lag((payload->>'epoch')::int) over (partition by session_id order by seq) as before
      from events where type = 'recovery.taken_over') told where (payload->>'epoch')::int <= before`,
  );
  const [outbox] = await sql`select count(*)::int as left from outbox`;
  if (outbox?.left !== 0) wrong.push(`the outbox was not drained: ${outbox?.left} are left`);
  const [counts] = await sql`select count(*)::int as events,
    count(*) filter (where type like '%.status_changed')::int as transitions,
    count(*) filter (where type = 'recovery.taken_over')::int as takeovers from events`;
  return {
    wrong,
    transitions: Number(counts?.transitions),
    events: Number(counts?.events),
    takeovers: Number(counts?.takeovers),
  };
}

/** The value below which this share of the values lies; 0 of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
