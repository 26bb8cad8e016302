import { mkdirSync, openAsBlob } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { sql } from 'drizzle-orm';
import type { Database, DatabaseKind } from '../client.ts';
import { fair } from '../fair.ts';
import { overPglite } from '../pglite.ts';
import { openPostgres } from '../postgres.ts';
import { onServer, pgliteTemplate } from './templates.ts';

/** `url` is null for the one in memory. */
export type TestDatabase = Database & { readonly url: string | null };

const quiet = { info: () => {}, warn: () => {} };

// The one of the whole run, or else one of this process.
let template: Promise<Blob> | null = null;

/** A migrated, empty database of its own: in memory, or a fresh one on the server of TEST_DATABASE_URL. */
export async function openTestDatabase(kind: DatabaseKind): Promise<TestDatabase> {
  return kind === 'pglite' ? { ...(await openMemory()), url: null } : openOnServer();
}

function memoryTemplate(): Promise<Blob> {
  const file = process.env.TEST_PGLITE_TEMPLATE;
  template ??= file === undefined ? pgliteTemplate() : openAsBlob(file);
  return template;
}

async function openMemory(): Promise<Database> {
  return overPglite(fair(await PGlite.create({ loadDataDir: await memoryTemplate() })));
}

/** Lays a migrated, empty database into a data directory, as one that was opened before. */
export async function layTestDatabase(dataDir: string): Promise<void> {
  mkdirSync(dataDir, { recursive: true });
  const pglite = await PGlite.create({ dataDir: join(dataDir, 'pgdata'), loadDataDir: await memoryTemplate() });
  await pglite.close();
}

/** The server tests run on; without one they fail, so that nothing is skipped unseen. */
export function testDatabaseUrl(): string {
  const url = process.env.TEST_DATABASE_URL;
  if (!url)
    throw new Error('TEST_DATABASE_URL is not set: run the tests with `npm test`, which starts a PostgreSQL for them.');
  return url;
}

let opened = 0;

async function openOnServer(): Promise<TestDatabase> {
  const url = new URL(testDatabaseUrl());
  opened += 1;
  const name = `orchestrator_test_${process.pid}_${Date.now().toString(36)}_${opened}`;
  const from = process.env.TEST_DATABASE_TEMPLATE ?? 'template1';
  await onServer(url.href, `create database ${name} template ${from}`);
  url.pathname = `/${name}`;
  const database = await openPostgres(url.href, { log: quiet });
  return {
    ...database,
    url: url.href,
    async close() {
      await database.close();
      await onServer(testDatabaseUrl(), `drop database if exists ${name} with (force)`);
    },
  };
}

/** Empties every table, the audit too, for the next test on the same database. */
export function emptyDatabase({ db }: Database): Promise<void> {
  return emptied(db, 5);
}

/**
 * Row by row, which is quicker by far than making sixty files anew. No rule looks on, so the roots go first: whoever is
 * still writing something of theirs is waited for, and what comes later finds no team to belong to.
 */
const removal = sql`do $$ declare one text; begin
  set local session_replication_role = replica;
  for one in
    with recursive roots as (select c.oid from pg_class c where c.relnamespace = current_schema()::regnamespace
        and c.relname in ('teams', 'users', 'runtimes', 'instances')),
      reached as (select oid from roots
        union select f.conrelid from pg_constraint f join reached r on f.confrelid = r.oid where f.contype = 'f')
    select oid::regclass::text from reached order by oid not in (select oid from roots)
  loop execute 'delete from ' || one; end loop;
  perform setval(quote_ident(sequencename)::regclass, 1, false) from pg_sequences where schemaname = current_schema();
end $$`;

/** What the test before left under way may still read: PostgreSQL then ends one of the two, and it may be this one. */
async function emptied(db: Database['db'], tries: number): Promise<void> {
  try {
    await db.execute(removal);
  } catch (error) {
    const cause: unknown = error instanceof Error ? error.cause : null;
    if (tries <= 1 || Reflect.get(Object(cause), 'code') !== '40P01') throw error;
    await emptied(db, tries - 1);
  }
}
