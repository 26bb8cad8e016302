import { type SQL, sql } from 'drizzle-orm';
import type { Aggregates } from '../../application/store-port.ts';
import type { Handle } from './handle.ts';

/** Bytes are git's affair: the patch and the branch have the content. */
const leftOut = ['session_work', 'slot_waits'];
const defaultPage = 500;

interface Hanging {
  readonly table: string;
  readonly column: string;
}

/** A column that orders a table's rows, and how the database writes its type. */
interface Key {
  readonly name: string;
  readonly type: string;
}

/** `page` is how many rows are answered at once. */
export function createSessionRecords(handle: Handle, page = defaultPage): Pick<Aggregates['sessions'], 'records'> {
  async function pageOf({ table, column }: Hanging, sessionId: string, after: readonly string[] | null) {
    const keys = table === 'events' ? [{ name: 'seq', type: 'integer' }] : await keysOf(handle, table);
    const names = list(keys.map(({ name }) => sql`t.${sql.identifier(name)}`));
    const marks = list(keys.map(({ name }) => sql`t.${sql.identifier(name)}::text`));
    const typed = after?.map((mark, at) => sql`${mark}::${sql.raw(keys[at]?.type ?? 'text')}`);
    const beyond = typed === undefined ? sql`` : sql`and (${names}) > (${list(typed)})`;
    const rows = await handle.rows(sql`select to_jsonb(t) as row, jsonb_build_array(${marks}) as mark
      from ${sql.identifier(table)} t where t.${sql.identifier(column)} = ${sessionId}::uuid ${beyond}
      order by ${names} limit ${page}::int`);
    const last = rows.length < page ? undefined : rows.at(-1);
    return {
      rows: rows.map(({ row }) => parsed(row) as Record<string, unknown>),
      after: last === undefined ? null : (parsed(last.mark) as string[]),
    };
  }

  return {
    async records(sessionId, from) {
      // Read from the database itself, so that a table that comes later is not forgotten.
      const hanging = await handle.rows(sql`select f.conrelid::regclass::text as "table", a.attname as "column"
        from pg_constraint f join pg_attribute a on a.attrelid = f.conrelid and a.attnum = f.conkey[1]
        where f.contype = 'f' and f.confrelid = 'sessions'::regclass and a.attname = 'session_id' order by 1`);
      const tables = [
        { table: 'sessions', column: 'id' },
        ...hanging
          .map(({ table, column }) => ({ table: String(table), column: String(column) }))
          .filter(({ table }) => !leftOut.includes(table)),
      ];
      const at = from === null ? 0 : tables.findIndex(({ table }) => table === from.table);
      const one = tables[at];
      if (one === undefined) throw new Error(`No rows of a session are in ${from?.table}`);
      const { rows, after } = await pageOf(one, sessionId, from?.after ?? null);
      const following = tables[at + 1]?.table;
      const begin = following === undefined ? null : { table: following, after: null };
      return { table: one.table, rows, next: after === null ? begin : { table: one.table, after } };
    },
  };
}

/** Its primary key, from the database itself. */
async function keysOf(handle: Handle, table: string): Promise<Key[]> {
  const rows = await handle.rows(sql`select a.attname as name, format_type(a.atttypid, null) as type
    from pg_index i cross join lateral unnest(i.indkey) with ordinality as k(number, place)
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number
    where i.indisprimary and i.indrelid = ${table}::regclass order by k.place`);
  if (rows.length === 0) throw new Error(`The table ${table} has no primary key to read it by`);
  return rows.map(({ name, type }) => ({ name: String(name), type: String(type) }));
}

const list = (parts: SQL[]): SQL => sql.join(parts, sql`, `);

const parsed = (value: unknown): unknown => (typeof value === 'string' ? JSON.parse(value) : value);
