import { sql } from 'drizzle-orm';
import type { Db, DbTransaction } from './client.ts';
import { engineRole } from './roles.ts';
import { rowsOf } from './rows.ts';

export interface DumpedTable {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

/** Rows of one table, each a line of JSON: an array of the columns' texts. */
export interface DumpedRows {
  readonly table: string;
  readonly rows: number;
  readonly lines: string;
}

/** How much is held in memory at once, roughly: a row is never cut. */
const pieceBytes = 4 * 1024 * 1024;

/**
 * One moment of the whole database: everything `work` reads is of the same snapshot, whatever others write meanwhile.
 * On PGlite, which has one connection, the others wait.
 */
export function atOneMoment<T>(db: Db, work: (tx: DbTransaction) => Promise<T>): Promise<T> {
  return db.transaction(
    async (tx) => {
      // Texts must read the same wherever they are read again.
      for (const setting of ["datestyle = 'ISO'", "intervalstyle = 'postgres'", "bytea_output = 'hex'"])
        await tx.execute(sql.raw(`set local ${setting}`));
      await tx.execute(sql.raw('set local extra_float_digits = 1'));
      await refuseFiltered(tx);
      return work(tx);
    },
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  );
}

/** A role that sees the rows of some teams only would make a backup that looks whole and is not. */
async function refuseFiltered(tx: DbTransaction): Promise<void> {
  const [row] = rowsOf(
    await tx.execute(sql`select current_user as name, row_security_active('sessions') and not exists (
      select 1 from pg_roles where rolname = ${engineRole} and pg_has_role(current_user, oid, 'usage')) as filtered`),
  );
  if (row?.filtered === true)
    throw new Error(
      `The database shows ${String(row.name)} the rows of single teams only: use the user the app itself runs with.`,
    );
}

/** The application's own tables, in the order of their names. */
export async function tablesOf(db: Db | DbTransaction): Promise<DumpedTable[]> {
  const rows = rowsOf(
    await db.execute(sql`select c.relname as name, a.attname as column, format_type(a.atttypid, a.atttypmod) as type
      from pg_class c join pg_attribute a on a.attrelid = c.oid
      where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r' and a.attnum > 0
        and not a.attisdropped and a.attgenerated = '' order by c.relname, a.attnum`),
  );
  const tables = new Map<string, { name: string; type: string }[]>();
  for (const { name, column, type } of rows) {
    const columns = tables.get(String(name)) ?? [];
    tables.set(String(name), columns);
    columns.push({ name: String(column), type: String(type) });
  }
  return [...tables].map(([name, columns]) => ({ name, columns }));
}

/** All rows of a table, in pieces of about 4 MiB. */
export async function* rowsOfTable(tx: DbTransaction, table: DumpedTable): AsyncGenerator<DumpedRows> {
  const texts = table.columns.map(({ name }) => `${quoted(name)}::text`).join(', ');
  await tx.execute(
    sql.raw(`declare dump no scroll cursor for
      select array_to_json(array[${texts}]::text[])::text as line from ${quoted(table.name)}`),
  );
  for (let count = 16; ; ) {
    const rows = rowsOf(await tx.execute(sql.raw(`fetch forward ${count} from dump`)));
    if (rows.length === 0) break;
    const lines = `${rows.map(({ line }) => String(line)).join('\n')}\n`;
    yield { table: table.name, rows: rows.length, lines };
    if (rows.length < count) break;
    count = Math.max(1, Math.min(4 * count, 20_000, Math.floor((count * pieceBytes) / lines.length)));
  }
  await tx.execute(sql.raw('close dump'));
}

/** Where each counter stands; null: it was never used. */
export async function sequencesOf(tx: DbTransaction): Promise<Record<string, string | null>> {
  const rows = rowsOf(
    await tx.execute(sql`select sequencename as name, last_value::text as last from pg_sequences
      where schemaname = current_schema() order by 1`),
  );
  return Object.fromEntries(rows.map(({ name, last }) => [String(name), last === null ? null : String(last)]));
}

/** A name as SQL writes it. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
