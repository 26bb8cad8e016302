import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import type { Database, DatabaseOptions, Db } from './client.ts';
import { fair } from './fair.ts';
import { lightParsers } from './light-parsers.ts';
import { forgetForeignTransactions, migrations } from './migrate.ts';
import { prepared } from './prepared.ts';
import { fullSentence, hasSpace, spaceGuard } from './space.ts';

// What grows or changes with every session; the rest stays small.
const hotTables = [
  'sessions',
  'tasks',
  'attempts',
  'events',
  'outbox',
  'model_calls',
  'contexts',
  'context_changes',
  'budget_accounts',
  'budget_entries',
  'login_sessions',
  'idempotency_keys',
  'webhook_deliveries',
];

/** The embedded database in `<dataDir>/pgdata`, for one process at a time. */
export async function openPglite({
  dataDir,
  log,
  onFull = () => undefined,
}: Pick<DatabaseOptions, 'dataDir' | 'log' | 'onFull'>): Promise<Database> {
  if (!hasSpace(dataDir)) throw new Error(fullSentence(dataDir));
  const began = performance.now();
  let pglite: PGlite | null = null;
  try {
    pglite = fair(
      await PGlite.create({
        dataDir: join(dataDir, 'pgdata'),
        postgresqlconf: ['max_wal_size = 128MB', 'min_wal_size = 32MB'],
      }),
      spaceGuard(dataDir, onFull),
    );
    const database = await overPglite(pglite);
    log.info({ ms: Math.round(performance.now() - began), dataDir }, 'The embedded database is open');
    return database;
  } catch (error) {
    await pglite?.close();
    throw new Error(explainDirectory(error, dataDir), { cause: error });
  }
}

/** Migrates an open PGlite and dresses it as our database. */
export async function overPglite(pglite: PGlite): Promise<Database> {
  const driver = drizzle({ client: prepared(await lightParsers(pglite)) });
  await migrate(driver, migrations);
  const db = driver as unknown as Db;
  await forgetForeignTransactions(db);
  return {
    db,
    kind: 'pglite',
    embedded: pglite,
    close: () => pglite.close(),
    async housekeep() {
      await db.execute(sql`checkpoint`);
      // One statement each: the single connection is free for others in between.
      for (const table of hotTables) await db.execute(sql`vacuum (analyze) ${sql.identifier(table)}`);
    },
  };
}

/** What is wrong with the directory, and the remedy, in one sentence. */
export function explainDirectory(error: unknown, dataDir: string): string {
  const text = error instanceof Error ? `${error.message} ${String(error.cause ?? '')}` : String(error);
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  if (code === 'ENOSPC' || /ENOSPC|No space left/i.test(text)) {
    return fullSentence(dataDir);
  }
  if (['EACCES', 'EPERM', 'EROFS'].includes(code)) {
    return `The data directory ${dataDir} is not writable: give this user the right to write there, or set DATA_DIR.`;
  }
  if (code === 'ENOTDIR' || code === 'EEXIST') return `DATA_DIR=${dataDir} is not a directory: name another path.`;
  return `The embedded database in ${dataDir} cannot be opened (${text.trim()}): restore a backup, or set DATA_DIR to a new directory.`;
}
