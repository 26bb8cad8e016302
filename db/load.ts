import { sql } from 'drizzle-orm';
import { type MigrationMeta, readMigrationFiles } from 'drizzle-orm/migrator';
import type { Db, DbTransaction } from './client.ts';
import { type DumpedRows, type DumpedTable, quoted } from './dump.ts';
import { migrations } from './migrate.ts';
import { rowsOf } from './rows.ts';

/** How far a database's schema is: the number of its migrations and the hash of the last one. */
export interface SchemaLevel {
  readonly migrations: number;
  readonly hash: string;
}

export async function schemaLevel(db: Db | DbTransaction): Promise<SchemaLevel | null> {
  const [found] = rowsOf(
    await db.execute(sql`select to_regclass('drizzle.__drizzle_migrations') is not null as there`),
  );
  if (found?.there !== true) return null;
  const rows = rowsOf(await db.execute(sql`select hash from drizzle.__drizzle_migrations order by created_at`));
  return rows.length === 0 ? null : { migrations: rows.length, hash: String(rows.at(-1)?.hash) };
}

/** The migrations this program knows up to that level; null when it does not know the level: a later program's. */
export function migrationsUpTo({ hash }: Pick<SchemaLevel, 'hash'>): readonly MigrationMeta[] | null {
  const known = readMigrationFiles(migrations);
  const last = known.findIndex((one) => one.hash === hash);
  return last < 0 ? null : known.slice(0, last + 1);
}

/** Makes an empty database's schema as it was at that level, with drizzle's own notes, so that later ones follow. */
export async function migrateEmpty(tx: Db | DbTransaction, to: readonly MigrationMeta[]): Promise<void> {
  await tx.execute(sql`create schema if not exists drizzle`);
  await tx.execute(sql`create table if not exists drizzle.__drizzle_migrations
    (id serial primary key, hash text not null, created_at bigint)`);
  for (const { sql: statements, hash, folderMillis } of to) {
    for (const statement of statements) await tx.execute(sql.raw(statement));
    await tx.execute(sql`insert into drizzle.__drizzle_migrations (hash, created_at)
      values (${hash}::text, ${String(folderMillis)}::bigint)`);
  }
}

/**
 * Opens an empty schema for rows in any order: no rule of ours looks at them, and no reference is judged until the answer
 * is called, which judges them all at once and throws when one leads nowhere.
 */
export async function withoutReferences(tx: Db | DbTransaction): Promise<() => Promise<void>> {
  const references = rowsOf(
    await tx.execute(sql`select conrelid::regclass::text as "table", conname as name, pg_get_constraintdef(oid) as text
      from pg_constraint where contype = 'f' and connamespace = current_schema()::regnamespace`),
  );
  for (const { table, name } of references)
    await tx.execute(sql.raw(`alter table ${String(table)} drop constraint ${quoted(String(name))}`));
  const ruled = rowsOf(
    await tx.execute(sql`select distinct tgrelid::regclass::text as "table" from pg_trigger t
      join pg_class c on c.oid = t.tgrelid where not tgisinternal and c.relnamespace = current_schema()::regnamespace`),
  );
  for (const { table } of ruled) await tx.execute(sql.raw(`alter table ${String(table)} disable trigger user`));
  return async () => {
    for (const { table } of ruled) await tx.execute(sql.raw(`alter table ${String(table)} enable trigger user`));
    for (const { table, name, text } of references)
      await tx.execute(sql.raw(`alter table ${String(table)} add constraint ${quoted(String(name))} ${String(text)}`));
  };
}

/** What migrations themselves have put into a table. */
export async function emptyTable(tx: Db | DbTransaction, table: string): Promise<void> {
  await tx.execute(sql.raw(`truncate ${quoted(table)}`));
}

export async function loadRows(tx: Db | DbTransaction, table: DumpedTable, { lines }: DumpedRows): Promise<void> {
  const names = table.columns.map(({ name }) => quoted(name)).join(', ');
  const values = table.columns.map(({ type }, place) => `(r->>${place})::${type}`).join(', ');
  const array = `[${lines.trimEnd().replaceAll('\n', ',')}]`;
  await tx.execute(
    sql`${sql.raw(`insert into ${quoted(table.name)} (${names}) overriding system value select ${values} from`)}
      json_array_elements((${array}::text)::json) as r`,
  );
}

export async function setSequences(
  tx: Db | DbTransaction,
  sequences: Readonly<Record<string, string | null>>,
): Promise<void> {
  for (const [name, last] of Object.entries(sequences))
    if (last !== null) await tx.execute(sql`select setval(${quoted(name)}::regclass, ${last}::bigint)`);
}

/** Takes the whole application out of a server's database; refused by name when somebody else's tables are in it. */
export async function dropEverything(tx: Db | DbTransaction, ours: ReadonlySet<string>): Promise<void> {
  const strange = (await tablesThere(tx)).filter((name) => !ours.has(name));
  if (strange.length > 0)
    throw new Error(
      `The database holds tables that are not this program's (${strange.slice(0, 5).join(', ')}): give it one of its own.`,
    );
  await tx.execute(sql.raw('drop schema if exists drizzle cascade'));
  await tx.execute(sql.raw('drop schema if exists pgboss cascade'));
  const [row] = rowsOf(await tx.execute(sql`select current_schema() as name`));
  const schema = quoted(String(row?.name));
  await tx.execute(sql.raw(`drop schema ${schema} cascade`));
  await tx.execute(sql.raw(`create schema ${schema}`));
}

export async function tablesThere(tx: Db | DbTransaction): Promise<string[]> {
  const rows = rowsOf(
    await tx.execute(sql`select relname as name from pg_class
      where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p', 'v', 'm') order by 1`),
  );
  return rows.map(({ name }) => String(name));
}
