import type postgresTypes from 'postgres';
import type { Database, DatabaseOptions, Db } from './client.ts';
import { type InstanceLock, lockInstance } from './instance-lock.ts';
import { forgetForeignTransactions, migrationLockKey, migrations } from './migrate.ts';
import { drizzle, migrate, postgres } from './postgres-driver.ts';
import { appRole } from './roles.ts';
import { scopedClient } from './scoped-client.ts';
import { raiseWalls, type Walls } from './walls.ts';

const applicationName = 'opencode-orchestrator';

/** A PostgreSQL server, 15 or newer. The pool reconnects by itself; a statement may take 30 s. */
export async function openPostgres(
  url: string,
  { log, instance }: Pick<DatabaseOptions, 'log' | 'instance'>,
): Promise<Database> {
  if (!URL.canParse(url))
    throw new Error('DATABASE_URL is not an address: give postgres://user:password@host:5432/name.');
  let lock: InstanceLock | null;
  let walls: Walls;
  try {
    // Before anything is changed: one that may not be here must not migrate either.
    lock = instance === undefined ? null : await lockInstance(url, log, instance);
  } catch (error) {
    throw 'code' in Object(error) ? new Error(explain(error, url), { cause: error }) : error;
  }
  try {
    walls = await migrateServer(url);
  } catch (error) {
    await lock?.release();
    throw new Error(explain(error, url), { cause: error });
  }
  if (walls.up) log.info({}, walls.sentence);
  else log.warn({}, walls.sentence);
  const pool = (max: number, more: Record<string, string> = {}) =>
    prepared(
      postgres(url, {
        max,
        idle_timeout: 60,
        connect_timeout: 10,
        connection: {
          application_name: applicationName,
          // Moments are read from text: in one form, whatever the server's own settings.
          TimeZone: 'UTC',
          DateStyle: 'ISO',
          statement_timeout: 30_000,
          idle_in_transaction_session_timeout: 60_000,
          ...more,
        },
        onnotice: (notice) => log.info({ notice: notice.message }, 'The database says'),
      }),
    );
  // So many commits share a flush.
  const engine = pool(16);
  // Apart, so that a plan made for one role is never thrown away for the other, and pages never wait for the engine's.
  const people = walls.up ? pool(8, { role: appRole }) : null;
  // drizzle reads moments and JSON as texts, and sets that on the client it is given.
  if (people !== null) drizzle({ client: people });
  const client = people === null ? engine : scopedClient(engine, people);
  const db = drizzle({ client }) as unknown as Db;
  return {
    db,
    kind: 'postgres',
    embedded: null,
    // The pool first: whoever comes next finds nothing of this instance under way.
    close: () =>
      Promise.all([engine.end({ timeout: 5 }), people?.end({ timeout: 5 })])
        .then(() => undefined)
        .finally(() => lock?.release()),
    housekeep: async () => {},
  };
}

/** On a connection of its own: no statement limit, and the lock is gone with it whatever happens. */
async function migrateServer(url: string): Promise<Walls> {
  const client = postgres(url, {
    max: 1,
    connect_timeout: 10,
    connection: { application_name: `${applicationName}-migrate` },
    onnotice: () => {},
  });
  try {
    const [server] = await client`select current_setting('server_version_num')::int as version`;
    if (server && server.version < 150_000) throw new Error('it is older than PostgreSQL 15');
    await client`select pg_advisory_lock(${migrationLockKey})`;
    const driver = drizzle({ client });
    await migrate(driver, migrations);
    await forgetForeignTransactions(driver as unknown as Db);
    return await raiseWalls(client);
  } finally {
    await client.end({ timeout: 5 });
  }
}

/**
 * drizzle says `prepare: false` with every statement, which costs a second round trip to learn the parameter types and
 * a new plan each time. Statements prepared by name need one round trip and, after a few, no planning: ours comes last.
 */
function prepared(client: postgresTypes.Sql): postgresTypes.Sql {
  const unsafe = client.unsafe.bind(client);
  const begin: (work: (tx: postgresTypes.TransactionSql) => unknown) => Promise<unknown> = client.begin.bind(client);
  Reflect.set(client, 'unsafe', withPreparation(unsafe));
  Reflect.set(client, 'begin', (work: (tx: postgresTypes.TransactionSql) => unknown) =>
    begin((tx) => {
      Reflect.set(tx, 'unsafe', withPreparation(tx.unsafe.bind(tx)));
      return work(tx);
    }),
  );
  return client;
}

type Unsafe = postgresTypes.Sql['unsafe'];

function withPreparation(unsafe: Unsafe): Unsafe {
  return (query, parameters, options) =>
    unsafe(query, parameters, { ...options, prepare: (parameters?.length ?? 0) > 0 });
}

/** What is wrong, in one sentence without the password. */
export function explain(error: unknown, url: string): string {
  const { hostname, port, pathname, username } = new URL(url);
  const where = `${hostname}:${port || 5432}`;
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  const reason = error instanceof Error ? error.message : String(error);
  if (['28P01', '28000'].includes(code)) {
    return `DATABASE_URL: the server at ${where} refuses the user ${username} (${code}): correct the user or the password.`;
  }
  if (code === '3D000') {
    return `DATABASE_URL: the server at ${where} has no database ${pathname.slice(1)}: create it, or name another.`;
  }
  if (/^(ECONN|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOST|CONNECT_TIMEOUT|57P03)/.test(code)) {
    return `DATABASE_URL: the database at ${where} cannot be reached (${code}): start PostgreSQL there, or correct the address.`;
  }
  return `DATABASE_URL: the database at ${where} cannot be used (${reason}): correct DATABASE_URL or the server.`;
}
