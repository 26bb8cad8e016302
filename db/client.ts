import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import { openPglite } from './pglite.ts';
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
}

/**
 * Opens and migrates the database: the server at `databaseUrl`, or the embedded one under `dataDir`. Every failure is
 * one sentence that says what is wrong and what to do.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  return options.databaseUrl === undefined ? openPglite(options) : openPostgres(options.databaseUrl, options);
}
