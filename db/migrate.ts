import { sql } from 'drizzle-orm';
import type { MigrationConfig } from 'drizzle-orm/migrator';
import type { Db } from './client.ts';

/** The one folder of migrations, for both databases. */
export const migrations: MigrationConfig = { migrationsFolder: new URL('./migrations', import.meta.url).pathname };

/** Held while migrating on a server, so that two processes that start at once migrate once. */
export const migrationLockKey = 4_400_201;

/**
 * Transaction numbers start again in a cluster that a dump was restored into. Events of the old one would then look
 * like the work of transactions still to come, and the team feed would wait for them for ever.
 */
export async function forgetForeignTransactions(db: Db): Promise<void> {
  const future = sql`select 1 from events where cursor = (select max(cursor) from events)
    and xid >= pg_snapshot_xmax(pg_current_snapshot())`;
  await db.execute(sql`update events set xid = '0' where exists (${future})
    and xid >= pg_snapshot_xmax(pg_current_snapshot())`);
}
