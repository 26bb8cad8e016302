import { createHash } from 'node:crypto';
import { type SQL, sql } from 'drizzle-orm';
import type { DatasetStore } from '../../application/dataset-port.ts';
import type { Turn } from '../../domain/dataset-sample.ts';
import type { Handle, Row } from './handle.ts';

type SampleVerbs = Pick<
  DatasetStore,
  'choose' | 'unwritten' | 'transcript' | 'write' | 'samples' | 'fingerprint' | 'digest' | 'facts'
>;

/** Written, and of a session that is not deleted: what of a dataset anybody gets to see. */
export const offered = (alias: string): SQL => {
  const x = sql.identifier(alias);
  return sql`${x}.chat is not null and exists (select 1 from sessions s where s.id = ${x}.session_id and s.deleted_at is null)`;
};

const pieces = 50;

export function createDatasetSamples(handle: Handle): SampleVerbs {
  const samples: SampleVerbs['samples'] = async (id, { split, after, limit }) => {
    const rows = await handle.rows(sql`select x.position, x.chat, x.atif from dataset_samples x
      where x.dataset_id = ${id}::uuid and ${offered('x')} and x.position > ${after}::int
        ${split === undefined ? sql`` : sql`and x.split = ${split}`}
      order by x.position limit ${limit}::int`);
    return rows.map((row) => ({ position: Number(row.position), chat: String(row.chat), atif: String(row.atif) }));
  };

  return {
    samples,

    choose: ({ id, teamId }, chosen) =>
      handle.atomically(async (tx) => {
        await tx.rows(sql`delete from dataset_samples where dataset_id = ${id}::uuid`);
        // A session that went since it was read is left behind by the join.
        await tx.rows(sql`insert into dataset_samples (dataset_id, position, team_id, session_id, attempt_id, split)
          select ${id}::uuid, c.place, ${teamId}::uuid, a.session_id, a.id, c.split
          from jsonb_to_recordset(${JSON.stringify(
            chosen.map(({ attemptId, split }, place) => ({ place: place + 1, attempt: attemptId, split })),
          )}::jsonb) as c(place int, attempt uuid, split text) join attempts a on a.id = c.attempt
          where a.team_id = ${teamId}::uuid`);
      }),

    async unwritten(id, limit) {
      const rows = await handle.rows(sql`select position, attempt_id from dataset_samples
        where dataset_id = ${id}::uuid and written_at is null order by position limit ${limit}::int`);
      return rows.map((row) => ({ position: Number(row.position), attemptId: String(row.attempt_id) }));
    },

    async transcript(attemptId) {
      const [row] = await handle.rows(sql`select a.id, a.session_id, a.team_id, a.system, a.prompt, a.summary, a.model,
          g.name as agent, (select c.provider || '/' || c.model from model_calls c where c.attempt_id = a.id
            order by c.id desc limit 1) as called
        from attempts a join agents g on g.id = a.agent_id join sessions s on s.id = a.session_id
        where a.id = ${attemptId}::uuid and a.prompt <> '' and s.deleted_at is null`);
      if (row === undefined) return null;
      const events = await handle.rows(sql`select e.type, e.at, coalesce(
          convert_from(b.content, 'UTF8')::jsonb, e.payload) as payload
        from events e left join blobs b on b.team_id = e.team_id and b.hash = e.payload->>'blob'
        where e.session_id = ${String(row.session_id)}::uuid and e.payload->>'attemptId' = ${attemptId}
          and e.type in ('attempt.output', 'attempt.tool_called')
        order by e.seq`);
      return {
        attemptId,
        agent: String(row.agent),
        model: row.called === null ? (row.model === null ? null : String(row.model)) : String(row.called),
        system: String(row.system),
        prompt: String(row.prompt),
        summary: row.summary === null ? null : String(row.summary),
        turns: events.flatMap(turnOf),
      };
    },

    async write(id, written) {
      await handle.rows(sql`update dataset_samples x set chat = w.chat, atif = w.atif, redactions = w.redactions,
          dropped = w.dropped, written_at = clock_timestamp()
        from jsonb_to_recordset(${JSON.stringify(written)}::jsonb)
          as w(position int, chat text, atif text, redactions int, dropped text)
        where x.dataset_id = ${id}::uuid and x.position = w.position`);
    },

    async fingerprint(id) {
      const [row] =
        await handle.rows(sql`select md5(coalesce(string_agg(x.position::text, ',' order by x.position), ''))
        as print from dataset_samples x where x.dataset_id = ${id}::uuid and ${offered('x')}`);
      return String(row?.print);
    },

    async digest(id, split, form) {
      const hash = createHash('sha256');
      let bytes = 0;
      let count = 0;
      for (let after = 0; ; ) {
        const page = await samples(id, { split, after, limit: pieces });
        for (const one of page) {
          const line = Buffer.from(`${one[form]}\n`, 'utf8');
          hash.update(line);
          bytes += line.length;
          count += 1;
        }
        const last = page.at(-1);
        if (last === undefined) return { bytes, sha256: hash.digest('hex'), samples: count };
        after = last.position;
      }
    },

    async facts(id) {
      const rows = await handle.rows(sql`select x.split, count(*)::int as samples, sum(x.redactions)::int as redactions,
          to_jsonb(array_agg(distinct s.slug)) as slugs, to_jsonb(array_agg(distinct r.name)) as names
        from dataset_samples x join sessions s on s.id = x.session_id join repositories r on r.id = s.repository_id
        where x.dataset_id = ${id}::uuid and ${offered('x')} group by x.split`);
      const [left] = await handle.rows(sql`select count(*) filter (where dropped = 'too_long')::int as long,
        count(*) filter (where dropped = 'gone')::int as gone from dataset_samples where dataset_id = ${id}::uuid`);
      const of = (split: string) => {
        const row = rows.find((one) => one.split === split);
        return { samples: Number(row?.samples ?? 0), sessions: texts(row?.slugs), repositories: texts(row?.names) };
      };
      return {
        splits: { train: of('train'), eval: of('eval') },
        redactions: rows.reduce((sum, row) => sum + Number(row.redactions), 0),
        tooLong: Number(left?.long ?? 0),
        gone: Number(left?.gone ?? 0),
      };
    },
  };
}

/** jsonb comes as a value or as its text, by the driver. */
const parsed = (value: unknown): unknown => (typeof value === 'string' ? JSON.parse(value) : value);

const texts = (value: unknown): string[] => {
  const list = parsed(value ?? []);
  return Array.isArray(list) ? list.map(String) : [];
};

function turnOf({ type, at, payload: raw }: Row): Turn[] {
  const payload = parsed(raw) as Record<string, unknown>;
  const when = new Date(String(at));
  if (type === 'attempt.tool_called') {
    // A call is told when it begins and when it ends; only then is there something it answered.
    if (payload.status === 'running' || payload.removed === true) return [];
    const output = typeof payload.output === 'string' ? payload.output : '';
    return [{ kind: 'called', tool: String(payload.tool), input: payload.input ?? {}, output, at: when }];
  }
  if (typeof payload.text !== 'string') return [];
  if (payload.kind === 'prompt') return [{ kind: 'asked', text: payload.text, at: when }];
  if (payload.kind !== 'text' && payload.kind !== 'reasoning') return [];
  return [{ kind: 'said', text: payload.text, reasoning: payload.kind === 'reasoning', at: when }];
}
