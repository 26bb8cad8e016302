import { type SQL, sql } from 'drizzle-orm';
import type { Handle } from './handle.ts';

interface Reference {
  /** The table that refers. */
  readonly table: string;
  readonly column: string;
  /** The table that is referred to. */
  readonly to: string;
  readonly key: string;
  /** It only names the other row: the table belongs to another of the same kind by a column that is always filled. */
  readonly mentions: boolean;
}

const deepest = 8;

/**
 * Deletes rows with everything that refers to them, in whatever table: read from the database itself, so that a table that
 * comes later is not forgotten. A reference of a table to itself, and one that only mentions, is cleared instead: the other
 * row stays.
 */
export async function deleteWithEverything(handle: Handle, table: string, where: SQL): Promise<void> {
  const references = await referencesOf(handle);
  await deleteRows(handle, references, table, where, 0);
}

async function deleteRows(
  handle: Handle,
  references: readonly Reference[],
  table: string,
  where: SQL,
  depth: number,
): Promise<void> {
  if (depth > deepest) throw new Error(`Rows of ${table} hang on each other deeper than was expected`);
  for (const { table: from, column, to, key, mentions } of references) {
    if (to !== table) continue;
    const hanging = sql`${sql.identifier(column)} in (select ${sql.identifier(key)} from ${sql.identifier(table)} where ${where})`;
    if (from === table)
      await handle.rows(
        sql`update ${sql.identifier(table)} set ${sql.identifier(column)} = null where ${hanging} and not (${where})`,
      );
    else if (mentions)
      await handle.rows(sql`update ${sql.identifier(from)} set ${sql.identifier(column)} = null where ${hanging}`);
    else await deleteRows(handle, references, from, hanging, depth + 1);
  }
  await handle.rows(sql`delete from ${sql.identifier(table)} where ${where}`);
}

async function referencesOf(handle: Handle): Promise<Reference[]> {
  const rows = await handle.rows(sql`select f.conrelid::regclass::text as "table", here.attname as "column",
      f.confrelid::regclass::text as "to", there.attname as "key", not here.attnotnull and exists (
        select 1 from pg_constraint o join pg_attribute own on own.attrelid = o.conrelid and own.attnum = o.conkey[1]
        where o.contype = 'f' and o.conrelid = f.conrelid and o.confrelid = f.confrelid and own.attnotnull) as mentions
    from pg_constraint f
    join pg_attribute here on here.attrelid = f.conrelid and here.attnum = f.conkey[1]
    join pg_attribute there on there.attrelid = f.confrelid and there.attnum = f.confkey[1]
    where f.contype = 'f' and f.connamespace = current_schema()::regnamespace`);
  return rows.map(({ table, column, to, key, mentions }) => ({
    table: String(table),
    column: String(column),
    to: String(to),
    key: String(key),
    mentions: mentions === true,
  }));
}
