import { PGlite } from '@electric-sql/pglite';
import { sql } from 'drizzle-orm';
import postgres from 'postgres';
import type { Database, DatabaseKind } from '../client.ts';
import { fair } from '../fair.ts';
import { overPglite } from '../pglite.ts';
import { openPostgres } from '../postgres.ts';

/** `url` is null for the one in memory. */
export type TestDatabase = Database & { readonly url: string | null };

const quiet = { info: () => {}, warn: () => {} };

// One migrated PGlite per test process: opening a copy costs a fifth of making a new one.
let template: Promise<Blob> | null = null;

/** A migrated, empty database of its own: in memory, or a fresh one on the server of TEST_DATABASE_URL. */
export async function openTestDatabase(kind: DatabaseKind): Promise<TestDatabase> {
  return kind === 'pglite' ? { ...(await openMemory()), url: null } : openOnServer();
}

async function openMemory(): Promise<Database> {
  template ??= makeTemplate();
  return overPglite(fair(await PGlite.create({ loadDataDir: await template })));
}

async function makeTemplate(): Promise<Blob> {
  const pglite = await PGlite.create();
  const database = await overPglite(pglite);
  const dump = await pglite.dumpDataDir('none');
  await database.close();
  return dump;
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
  const admin = postgres(url.href, { max: 1, onnotice: () => {} });
  await admin.unsafe(`create database ${name}`);
  await admin.end();
  url.pathname = `/${name}`;
  const database = await openPostgres(url.href, { log: quiet });
  return {
    ...database,
    url: url.href,
    async close() {
      await database.close();
      const cleaner = postgres(testDatabaseUrl(), { max: 1, onnotice: () => {} });
      await cleaner.unsafe(`drop database if exists ${name} with (force)`);
      await cleaner.end();
    },
  };
}

/** Empties every table, the audit too, for the next test on the same database. */
export async function emptyDatabase({ db }: Database): Promise<void> {
  await db.execute(sql`alter table audit disable trigger user`);
  await truncated(db, 5);
  await db.execute(sql`alter table audit enable trigger user`);
}

/** What the test before left under way may still read: PostgreSQL then ends one of the two, and it may be this one. */
async function truncated(db: Database['db'], tries: number): Promise<void> {
  try {
    await db.execute(sql`truncate teams, users, runtimes, instances restart identity cascade`);
  } catch (error) {
    const cause: unknown = error instanceof Error ? error.cause : null;
    if (tries <= 1 || Reflect.get(Object(cause), 'code') !== '40P01') throw error;
    await truncated(db, tries - 1);
  }
}
