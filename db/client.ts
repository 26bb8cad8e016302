import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { PGlite } from '@electric-sql/pglite';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import type { InstanceLockOptions } from './instance-lock.ts';
import { acquireLock, type FileLock } from './lock.ts';
import { explainDirectory, openPglite } from './pglite.ts';
import { openPostgres } from './postgres.ts';

/** One type for both drivers; each is cast to it once, where it is opened. */
export type Db = PgDatabase<PgQueryResultHKT, Record<string, never>>;
export type DbTransaction = Parameters<Parameters<Db['transaction']>[0]>[0];
export type DatabaseKind = 'pglite' | 'postgres';

export interface DatabaseLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface Database {
  readonly db: Db;
  readonly kind: DatabaseKind;
  /** The embedded engine itself, for the job queue, which has SQL of its own; null on a server. */
  readonly embedded: PGlite | null;
  close(): Promise<void>;
  /** CHECKPOINT and VACUUM on PGlite, which has no background processes; nothing to do on a server. */
  housekeep(): Promise<void>;
}

export interface DatabaseOptions {
  databaseUrl?: string | undefined;
  dataDir: string;
  log: DatabaseLog;
  /** How long to wait for another process that holds the data directory (a restart in development). */
  lockPatienceMs?: number | undefined;
  /** On a server: whether this instance may share the database, and what to do when another one came between. */
  instance?: InstanceLockOptions;
  /** The disk under the embedded database is full: no statement runs any more, and the process had better end. */
  onFull?: (sentence: string) => void;
}

/**
 * Opens and migrates the database: the server at `databaseUrl`, or the embedded one under `dataDir`. Every failure is
 * one sentence that says what is wrong and what to do.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const lock = await lockDirectory(options);
  try {
    const { databaseUrl } = options;
    const database = databaseUrl === undefined ? await openPglite(options) : await openPostgres(databaseUrl, options);
    return { ...database, close: () => database.close().finally(() => lock.release()) };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/**
 * One process per data directory: two on one PGlite corrupt it without a word, and on a server the second would take
 * the first one's leases for those of its own former life. The lock lies beside PGlite's directory, not inside.
 */
async function lockDirectory({ dataDir, lockPatienceMs }: DatabaseOptions): Promise<FileLock> {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    // PGlite writes its files readable for everybody: the directory above them is the wall.
    chmodSync(dataDir, 0o700);
    return await acquireLock(join(dataDir, 'orchestrator.lock'), `The data directory ${dataDir}`, lockPatienceMs);
  } catch (error) {
    if (error instanceof Error && !('code' in error)) throw error;
    throw new Error(explainDirectory(error, dataDir), { cause: error });
  }
}
