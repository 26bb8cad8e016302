import { sql } from 'drizzle-orm';
import type { OutputLine } from '../../domain/output-search.ts';
import type { Handle } from './handle.ts';

/** So much of a long line is shown, from a little before the words. */
const shownCharacters = 400;
const before = 80;

/**
 * Lines of what agents said and tools answered, the newest part first. Whole parts are asked first, by bytes and without a
 * language ("C"), and only those that have the words are cut into lines: a million lines are read in a third of a second.
 * A part too long for its row is asked in its blob, where it stands as JSON.
 */
export async function searchOutput(
  handle: Handle,
  sessionId: string,
  words: string,
  limit: number,
): Promise<OutputLine[]> {
  const escaped = JSON.stringify(words).slice(1, -1);
  const has = (text: ReturnType<typeof sql>, what: string) =>
    sql`position(lower(${what} collate "C") in lower(${text} collate "C"))`;
  const said = sql`(case e.type when 'attempt.output' then e.payload ->> 'text' else e.payload ->> 'output' end)`;
  const whole = sql`convert_from(b.content, 'UTF8')`;
  const kept = sql`(case e.type when 'attempt.output' then ${whole}::jsonb ->> 'text' else ${whole}::jsonb ->> 'output' end)`;
  const rows = await handle.rows(sql`
    select found.*, l.number::int as number, length(l.line) as length,
      substr(l.line, greatest(1, l.place - ${before}::int), ${shownCharacters}::int) as text,
      l.place > ${before}::int + 1 as cut
    from (
      select e.seq, e.at, e.payload ->> 'taskId' as task_id, e.payload ->> 'attemptId' as attempt_id,
        e.payload ->> 'tool' as tool, case when b.hash is null then ${said} else ${kept} end as said
      from events e left join blobs b on b.team_id = e.team_id and b.hash = e.payload ->> 'blob'
      where e.session_id = ${sessionId}::uuid and e.type in ('attempt.output', 'attempt.tool_called')
        and case when b.hash is null then ${has(said, words)} else ${has(whole, escaped)} end > 0
      -- Each has a line at least, but for a blob that has the words elsewhere.
      order by e.seq desc limit ${limit}::int) as found
    cross join lateral (
      select line, number, ${has(sql`line`, words)} as place
      from string_to_table(found.said, e'\\n') with ordinality as t (line, number)
      where ${has(sql`line`, words)} > 0) as l
    limit ${limit}::int`);
  return rows.map((row) => ({
    seq: Number(row.seq),
    at: new Date(String(row.at)),
    taskId: typeof row.task_id === 'string' ? row.task_id : null,
    attemptId: String(row.attempt_id),
    tool: typeof row.tool === 'string' ? row.tool : null,
    number: Number(row.number),
    text: `${row.cut === true ? '…' : ''}${String(row.text)}`,
    cut: Number(row.length) > shownCharacters,
  }));
}
