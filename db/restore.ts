import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/pglite';
import type { Database, DatabaseKind, DatabaseLog, Db } from './client.ts';
import { lockInstance } from './instance-lock.ts';
import { dropEverything, tablesThere } from './load.ts';
import { acquireLock } from './lock.ts';
import { explainDirectory } from './pglite.ts';
import { explain } from './postgres.ts';
import { drizzle as overServer, postgres } from './postgres-driver.ts';
import { rowsOf } from './rows.ts';

interface Source {
  databaseUrl: string | null;
  dataDir: string;
  log: DatabaseLog;
}

/** The database as it lies there, whatever its version: nothing is migrated. For one process, as always. */
export async function openAsItIs({ databaseUrl, dataDir }: Source): Promise<Pick<Database, 'db' | 'kind' | 'close'>> {
  if (databaseUrl !== null) {
    const { db, client } = onServer(databaseUrl);
    return { db, kind: 'postgres', close: () => client.end({ timeout: 5 }) };
  }
  const lock = await acquireLock(join(dataDir, 'orchestrator.lock'), `The data directory ${dataDir}`);
  try {
    const place = join(dataDir, 'pgdata');
    if (!existsSync(place)) throw new Error(`There is no database in ${dataDir}: name the right DATA_DIR.`);
    const { db, pglite } = await embedded(place);
    return { db, kind: 'pglite', close: () => pglite.close().finally(() => lock.release()) };
  } catch (error) {
    lock.release();
    throw error;
  }
}

export interface RestoreTarget {
  readonly kind: DatabaseKind;
  /** What is in it already, in words; empty: nothing. */
  holds(): Promise<string[]>;
  /**
   * Runs the work over an empty schema, whatever was there before; what it throws leaves everything as it was. What the
   * work answers is called when the new database is in its place.
   */
  fill<T>(ours: ReadonlySet<string>, work: (tx: Db) => Promise<() => Promise<T>>): Promise<T>;
  /** The restored one. */
  db(): Db;
  close(): Promise<void>;
}

/** The place a backup goes to, held for this process alone; throws one sentence when an app runs on it. */
export async function openForRestore({ databaseUrl, dataDir, log }: Source): Promise<RestoreTarget> {
  const lock = await acquireLock(join(dataDir, 'orchestrator.lock'), `The data directory ${dataDir}`);
  try {
    const target = databaseUrl === null ? await intoDirectory(dataDir) : await intoServer(databaseUrl, log);
    return { ...target, close: () => target.close().finally(() => lock.release()) };
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function intoServer(url: string, log: DatabaseLog): Promise<RestoreTarget> {
  const instance = await lockInstance(url, log, { shared: false, onRival: () => undefined }).catch((error: unknown) => {
    throw 'code' in Object(error) ? new Error(explain(error, url), { cause: error }) : error;
  });
  const { db, client } = onServer(url);
  return {
    kind: 'postgres',
    holds: () => tablesWith(db),
    async fill(ours, work) {
      const done = await db.transaction(async (tx) => {
        if ((await tablesThere(tx)).length > 0) await dropEverything(tx, ours);
        return work(tx as unknown as Db);
      });
      return done();
    },
    db: () => db,
    close: () => client.end({ timeout: 5 }).finally(() => instance.release()),
  };
}

/** Built aside and renamed: what is under the name is whole. */
async function intoDirectory(dataDir: string): Promise<RestoreTarget> {
  const place = join(dataDir, 'pgdata');
  const fresh = join(dataDir, 'pgdata.restoring');
  let open: PGlite | null = null;
  let restored: Db | null = null;
  return {
    kind: 'pglite',
    holds: async () => (existsSync(place) ? ['a database in pgdata'] : []),
    async fill(_ours, work) {
      await rm(fresh, { recursive: true, force: true });
      const filled = await embedded(fresh);
      let done: Awaited<ReturnType<typeof work>>;
      try {
        done = await filled.db.transaction((tx) => work(tx as unknown as Db));
      } catch (error) {
        await filled.pglite.close();
        await rm(fresh, { recursive: true, force: true });
        throw error;
      }
      await filled.pglite.close();
      if (existsSync(place)) {
        const aside = join(dataDir, `pgdata.before-restore-${Date.now()}`);
        await rename(place, aside);
      }
      await rename(fresh, place);
      const answer = await done();
      const opened = await embedded(place);
      open = opened.pglite;
      restored = opened.db;
      return answer;
    },
    db() {
      if (restored === null) throw new Error('Nothing was restored yet.');
      return restored;
    },
    close: async () => open?.close(),
  };
}

function onServer(url: string) {
  const client = postgres(url, {
    max: 1,
    connect_timeout: 10,
    connection: { application_name: 'opencode-orchestrator-backup', TimeZone: 'UTC', DateStyle: 'ISO' },
    onnotice: () => {},
  });
  return { client, db: overServer({ client }) as unknown as Db };
}

async function embedded(place: string): Promise<{ db: Db; pglite: PGlite }> {
  try {
    await mkdir(place, { recursive: true, mode: 0o700 });
    const pglite = await PGlite.create({ dataDir: place });
    return { pglite, db: drizzle({ client: pglite }) as unknown as Db };
  } catch (error) {
    throw new Error(explainDirectory(error, place), { cause: error });
  }
}

async function tablesWith(db: Db): Promise<string[]> {
  const there = await tablesThere(db);
  if (!there.includes('teams')) return there.length === 0 ? [] : [`${there.length} tables`];
  const [row] = rowsOf(
    await db.execute(
      sql`select (select count(*)::int from teams) as teams, (select count(*)::int from sessions) as sessions`,
    ),
  );
  return Number(row?.teams) === 0 ? [] : [`${String(row?.teams)} teams`, `${String(row?.sessions)} sessions`];
}
