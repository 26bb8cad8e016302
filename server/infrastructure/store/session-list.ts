import { type SQL, sql } from 'drizzle-orm';
import type { SessionFilter, SessionLineFigures } from '../../application/session-port.ts';
import type { Aggregates } from '../../application/store-port.ts';
import { invalid } from '../../domain/errors.ts';
import type { SessionSort } from '../../domain/session-view.ts';
import { sqlStateOf } from './database-errors.ts';
import type { Handle } from './handle.ts';
import { anyOf, isId } from './rows.ts';
import { sessionFacts, sessionHealth, sessionOf } from './session-row.ts';

/** One part of an order: never null, so that a row's place can be compared. */
interface Key {
  readonly by: SQL;
  readonly type: SQL;
  readonly down?: true;
}

const id: Key = { by: sql`s.id`, type: sql`uuid` };
const created: Key = { by: sql`s.created_at`, type: sql`timestamptz`, down: true };
/** Whoever waits for a person is first in every list but the ones asked for in another order. */
const waiting: Key = { by: sql`(s.attention <> 'none')`, type: sql`boolean`, down: true };
/** Completed of countable tasks, in ten thousandths; before there is a plan nothing is done. */
const done: Key = {
  by: sql`(select coalesce(facts.completed * 10000 / nullif(facts.countable, 0), 0) from ${sessionFacts})`,
  type: sql`int`,
  down: true,
};
/** What the model calls cost, in millionths of a dollar; an unknown price comes last, and is not taken for nothing. */
const cost: Key = {
  by: sql`(select case when bool_or(c.cost_usd is null and c.status < 400) then -1
    else round(coalesce(sum(c.cost_usd), 0) * 1000000)::bigint end from model_calls c where c.session_id = s.id)`,
  type: sql`bigint`,
  down: true,
};
const orders: Record<SessionSort, readonly Key[]> = {
  newest: [waiting, created, id],
  oldest: [{ by: created.by, type: created.type }, id],
  priority: [{ by: sql`s.priority`, type: sql`int` }, created, id],
  attention: [
    waiting,
    { by: sql`coalesce(s.attention_since, 'infinity'::timestamptz)`, type: sql`timestamptz` },
    created,
    id,
  ],
  changed: [{ by: sql`s.status_since`, type: sql`timestamptz`, down: true }, id],
  title: [{ by: sql`lower(s.title)`, type: sql`text` }, id],
  progress: [done, created, id],
  health: [{ by: sessionHealth, type: sql`float8` }, created, id],
  cost: [cost, created, id],
};

/** The lists of sessions: found, ordered, paged by the place of the last row. */
export function createSessionList(handle: Handle): Pick<Aggregates['sessions'], 'list' | 'count' | 'lineFigures'> {
  async function count(teamId: string, filter: SessionFilter): Promise<number> {
    const [row] = await handle.rows(
      sql`select count(*)::int as total from sessions s where ${conditions(teamId, filter)}`,
    );
    return Number(row?.total ?? 0);
  }

  return {
    count,

    async list(teamId, filter, page) {
      const sort = filter.sort ?? 'newest';
      const keys = orders[sort];
      const order = sql.join(
        keys.map(({ by, down }) => (down ? sql`${by} desc` : by)),
        sql`, `,
      );
      const from = page.cursor
        ? sql`${conditions(teamId, filter)} and ${after(sort, page.cursor)}`
        : conditions(teamId, filter);
      const place = sql.join(
        keys.map(({ by }) => sql`(${by})::text`),
        sql`, `,
      );
      // The rows first, what their tasks say about them after: not of ten thousand that are not shown. One more tells
      // whether there is a next page.
      const rows = await handle
        .rows(sql`select s.*, facts.*, json_build_array(${place})::text as place from (
          select s.* from sessions s where ${from} order by ${order} limit ${page.limit + 1}::int) s
        cross join ${sessionFacts} order by ${order}`)
        .catch((error: unknown) => {
          // A place that is none: the texts in a cursor are read by the database.
          const unreadable = /^22(P02|007|008)$/.test(sqlStateOf(error)?.state ?? '');
          throw page.cursor && unreadable ? notOurs() : error;
        });
      const shown = rows.slice(0, page.limit);
      const last = shown.at(-1);
      return {
        // Before the rows become sessions, which takes their columns from them.
        nextCursor: rows.length > page.limit && last !== undefined ? cursorAfter(sort, String(last.place)) : null,
        items: shown.map((row) => sessionOf(row)),
        total: await count(teamId, filter),
      };
    },

    async lineFigures(teamId, ids) {
      const known = ids.filter(isId);
      if (known.length === 0) return [];
      const rows = await handle.rows(sql`select s.id, owner.name as owner_name, p.name as repository_name,
          (select case when bool_or(c.cost_usd is null and c.status < 400) then null else coalesce(sum(c.cost_usd), 0)::float end
            from model_calls c where c.session_id = s.id) as cost_usd,
          (select coalesce(json_agg(distinct r.name), '[]'::json)::text from attempts a join runtimes r on r.id = a.runtime_id
            where a.session_id = s.id and (a.ended_at is null or (
              not exists (select 1 from attempts open where open.session_id = s.id and open.ended_at is null)
              and a.started_at = (select max(latest.started_at) from attempts latest where latest.session_id = s.id)))) as runtimes
        from sessions s join repositories p on p.id = s.repository_id left join users owner on owner.id = s.created_by
        where s.team_id = ${teamId}::uuid and s.id = ${anyIdOf(known)}`);
      return rows.map(
        (row): SessionLineFigures => ({
          id: String(row.id),
          ownerName: row.owner_name === null ? null : String(row.owner_name),
          repositoryName: String(row.repository_name),
          costUsd: row.cost_usd === null ? null : Number(row.cost_usd),
          runtimes: namesIn(JSON.parse(String(row.runtimes))),
        }),
      );
    },
  };
}

/** As one parameter, so that the index of ids serves and the statement is always the same. */
function anyIdOf(ids: readonly string[]): SQL {
  return sql`any(array(select jsonb_array_elements_text(${JSON.stringify(ids.filter(isId))}::jsonb)::uuid))`;
}

function namesIn(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** A cursor is opaque to its holder: the order it belongs to and the place of the last row in it. */
function cursorAfter(sort: SessionSort, place: string): string {
  return Buffer.from(JSON.stringify([sort, ...namesIn(JSON.parse(place))])).toString('base64url');
}

/** What comes after the place a cursor names; one of another order, or of nobody's, is INVALID. */
function after(sort: SessionSort, cursor: string): SQL {
  const keys = orders[sort];
  const [of, ...values] = placeIn(cursor);
  if (of !== sort || values.length !== keys.length) throw notOurs();
  const valued = keys.map((key, index) => ({ ...key, value: sql`${values[index]}::text::${key.type}` }));
  const alternatives = valued.map(({ by, down, value }, index) => {
    const before = valued.slice(0, index).map((key) => sql`${key.by} = ${key.value}`);
    return sql`(${sql.join([...before, down ? sql`${by} < ${value}` : sql`${by} > ${value}`], sql` and `)})`;
  });
  return sql`(${sql.join(alternatives, sql` or `)})`;
}

const notOurs = () => invalid([{ path: 'cursor', message: 'Must be a cursor that this list returned' }]);

function placeIn(cursor: string): string[] {
  try {
    return namesIn(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

function conditions(teamId: string, filter: SessionFilter): SQL {
  const { ids, status, type, priority, attention, tag, createdBy, repositoryId, ended, q, deleted } = filter;
  const all = [sql`s.team_id = ${teamId}::uuid`, deleted ? sql`s.deleted_at is not null` : sql`s.deleted_at is null`];
  if (ids !== undefined) all.push(sql`s.id = ${anyIdOf(ids)}`);
  if (status?.length) all.push(sql`s.status::text = ${anyOf(status)}`);
  if (type?.length) all.push(sql`s.type::text = ${anyOf(type)}`);
  if (priority?.length) all.push(sql`s.priority::text = ${anyOf(priority.map(String))}`);
  if (attention?.length) all.push(sql`s.attention::text = ${anyOf(attention)}`);
  if (tag?.length) all.push(sql`s.tags && array(select jsonb_array_elements_text(${JSON.stringify(tag)}::jsonb))`);
  if (createdBy !== undefined) all.push(isId(createdBy) ? sql`s.created_by = ${createdBy}::uuid` : sql`false`);
  if (repositoryId !== undefined)
    all.push(isId(repositoryId) ? sql`s.repository_id = ${repositoryId}::uuid` : sql`false`);
  if (ended === 'day') all.push(sql`s.ended_at > clock_timestamp() - interval '24 hours'`);
  if (q?.trim()) all.push(found(teamId, q.trim()));
  return sql.join(all, sql` and `);
}

/** Two ways to be found, each by its own index or scan: whole words by their beginnings, also of the goal; parts of names. */
function found(teamId: string, q: string): SQL {
  const pattern = `%${q.replace(/[\\%_]/g, '\\$&')}%`;
  const words = q.match(/[\p{L}\p{N}]+/gu) ?? [];
  const parts = sql`select s.id from sessions s where s.team_id = ${teamId}::uuid
    and (s.title ilike ${pattern} or s.slug ilike ${pattern} or s.description ilike ${pattern})`;
  if (words.length === 0) return sql`s.id in (${parts})`;
  // Letters and digits only: nothing in it is an operator of the query's language.
  const query = words.map((word) => `${word}:*`).join(' & ');
  return sql`s.id in (${parts} union select s.id from sessions s where s.team_id = ${teamId}::uuid
    and ${sessionWords} @@ to_tsquery('simple', ${query}))`;
}

/** To the letter the expression of the index `sessions_words`. */
const sessionWords = sql`to_tsvector('simple', s.title || ' ' || s.description || ' ' || s.prompt)`;
