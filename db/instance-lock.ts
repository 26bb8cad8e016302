import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type postgresTypes from 'postgres';
import type { DatabaseLog } from './client.ts';
import { postgres } from './postgres-driver.ts';

/** Held by every instance while it lives: shared by those that coordinate through Redis, alone by one that does not. */
const instanceLockKey = 4_400_202;

export interface InstanceLockOptions {
  /** Whether others may be there too: those that share as well. */
  readonly shared: boolean;
  /** How long to wait for an instance that is just leaving. */
  readonly patienceMs?: number | undefined;
  /** Another instance took the database while our connection was lost: this one had better end. */
  readonly onRival: (sentence: string) => void;
}

export interface InstanceLock {
  release(): Promise<void>;
}

/**
 * Takes this database for one instance alone, or for those that may share it, on a connection of its own for as long as
 * the process lives. Throws one sentence that names the instance in the way. Lost with its connection it is taken again;
 * meanwhile leases and fences protect the work, as they do between instances that share.
 */
export async function lockInstance(
  url: string,
  log: DatabaseLog,
  { shared, patienceMs = 1_000, onRival }: InstanceLockOptions,
): Promise<InstanceLock> {
  // Tells our own connection from others, also one that the server has not noticed to be dead.
  const name = `orchestrator-instance-${randomBytes(8).toString('hex')}`;
  let released = false;
  let held = false;
  let again: Promise<void> | null = null;
  const client = postgres(url, {
    max: 1,
    max_lifetime: null,
    connect_timeout: 10,
    fetch_types: false,
    // A machine that vanished without a word must not keep the database from its successor for hours.
    connection: {
      application_name: name,
      ...{ tcp_keepalives_idle: 10, tcp_keepalives_interval: 5, tcp_keepalives_count: 3 },
    },
    onnotice: () => {},
    onclose: () => {
      if (released || !held || again !== null) return;
      held = false;
      again = takeAgain().finally(() => {
        again = null;
      });
    },
  });

  async function take(waitMs: number): Promise<string | null> {
    for (const until = Date.now() + waitMs; ; await sleep(100)) {
      const [row] = shared
        ? await client`select pg_try_advisory_lock_shared(${instanceLockKey}) as got`
        : await client`select pg_try_advisory_lock(${instanceLockKey}) as got`;
      held = row?.got === true;
      if (held) return null;
      // What is left of our own former connection.
      await client`select pg_terminate_backend(pid) from pg_stat_activity
        where application_name = ${name} and pid <> pg_backend_pid()`;
      if (Date.now() >= until) return whoIsThere(client, shared);
    }
  }

  async function takeAgain(): Promise<void> {
    for (let tries = 0; !released; tries += 1) {
      try {
        const rival = await take(5_000);
        if (rival !== null) return onRival(rival);
        log.info({ tries }, 'The database knows this instance again');
        return;
      } catch (error) {
        if (tries === 0) log.warn({ err: error }, 'The connection that holds the database for this instance is lost');
        await sleep(Math.min(5_000, 250 * 2 ** tries));
      }
    }
  }

  try {
    const rival = await take(patienceMs);
    if (rival !== null) throw new Error(rival);
  } catch (error) {
    released = true;
    await client.end({ timeout: 1 });
    throw error;
  }
  return {
    async release() {
      released = true;
      await client.end({ timeout: 1 });
    },
  };
}

/** The instance in the way, by its own words where it has written some, and what to do. */
async function whoIsThere(client: postgresTypes.Sql, shared: boolean): Promise<string> {
  const [table] = await client`select to_regclass('instances') is not null as there`;
  const [other] = table?.there
    ? await client`select host, pid, to_char(started_at at time zone 'utc', 'YYYY-MM-DD HH24:MI') as since
        from instances where not stopping and (not clustered or not ${shared}::boolean) order by last_seen_at desc limit 1`
    : [];
  const who =
    other === undefined
      ? 'Another instance'
      : `The instance ${other.host}:${other.pid}, there since ${other.since} UTC,`;
  return shared
    ? `${who} holds this database alone, without REDIS_URL: set the same REDIS_URL there and start it again, or stop it.`
    : `${who} uses this database already: set the same REDIS_URL on every instance so that several may share it, or stop that one.`;
}
