import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import type { DrillTargets } from '../application/drill-port.ts';
import type { DrillPart } from '../domain/drill.ts';

export interface DrillHands {
  readonly database: Pick<Database, 'db' | 'kind'>;
  /** Of the OpenCode this instance supervises; null while there is none. */
  openCodePid(): number | null;
  /** Drops the connection to Redis; null without one. */
  readonly dropRedis: (() => void) | null;
  /** Whether something starts this process again when it ends. */
  readonly supervised: boolean;
  /** Throws the engine's drivers away as a crash would and builds them anew from the database. */
  rebuildEngine(): Promise<void>;
}

/** The parts of this instance that a drill may kill, and how. */
export function createDrillTargets(hands: DrillHands): DrillTargets {
  const { database, dropRedis, supervised } = hands;

  const refusals: Partial<Record<DrillPart, () => string | null>> = {
    opencode: () => (hands.openCodePid() === null ? 'No OpenCode of this instance runs at the moment.' : null),
    redis: () => (dropRedis === null ? 'This instance uses no Redis: REDIS_URL is not set.' : null),
    database: () =>
      database.kind === 'pglite' ? 'The embedded database lives in this process and has no connection.' : null,
  };
  const words: Record<DrillPart, () => string> = {
    engine: () =>
      supervised
        ? `the whole process ${process.pid}, by SIGKILL; its supervisor starts it again`
        : `the drivers of every run in process ${process.pid}; nothing would start the process itself again`,
    opencode: () => `the OpenCode process ${hands.openCodePid() ?? '(none)'}, by SIGKILL`,
    redis: () => 'the connection to Redis',
    database: () => 'one connection to PostgreSQL, ended by the server',
  };

  return {
    refusal: (part) => refusals[part]?.() ?? null,
    describe: (part) => words[part](),
    async kill(part) {
      if (part === 'redis') return dropRedis?.();
      if (part === 'database') return endOwnConnection(database);
      if (part === 'engine' && !supervised) return hands.rebuildEngine();
      // Whoever asked is told that it begins before there is nobody left to tell.
      if (part === 'engine') await delay(1_000);
      const pid = part === 'engine' ? process.pid : hands.openCodePid();
      if (pid !== null) process.kill(pid, 'SIGKILL');
    },
  };
}

/** The server ends the very connection that asks for it: the statement fails, and the pool makes a new one. */
async function endOwnConnection({ db }: Pick<Database, 'db'>): Promise<void> {
  await db.execute(sql`select pg_terminate_backend(pg_backend_pid())`).catch(() => undefined);
}
