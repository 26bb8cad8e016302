import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import postgres from 'postgres';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { createStore } from '../server/infrastructure/store/store.ts';
import { openDatabase } from './client.ts';
import { forgetForeignTransactions } from './migrate.ts';
import { explainDirectory } from './pglite.ts';
import { openPostgres } from './postgres.ts';
import { endChildren, startChild } from './testing/children.ts';
import { layTestDatabase, openTestDatabase, testDatabaseUrl } from './testing/database.ts';
import { makeWorld, system } from './testing/fixtures.ts';
import { openTestStore } from './testing/store.ts';

const log = { info: () => {}, warn: () => {} };
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'database-'));
});
afterEach(() => {
  endChildren();
  rmSync(folder, { recursive: true, force: true });
});

test('the embedded database opens, migrates once, keeps its rows and lets nobody else read its folder', async () => {
  const dataDir = join(folder, 'new', 'data');
  const first = await openDatabase({ dataDir, log });
  expect(first.kind).toBe('pglite');
  expect(statSync(dataDir).mode & 0o777).toBe(0o700);
  const team = await createStore(first).teams.create({
    id: '00000000-0000-4000-8000-000000000001',
    name: 'Team',
    slug: 'team',
  });
  await expect(openDatabase({ dataDir, log })).rejects.toThrow(
    `The data directory ${dataDir} is in use by process ${process.pid}`,
  );
  await first.housekeep();
  await first.close();
  const second = await openDatabase({ dataDir, log });
  expect(await createStore(second).teams.list()).toEqual([team]);
  await second.close();
});

test('killed at any moment while writing, it reopens with everything acknowledged and no gap', async () => {
  const dataDir = join(folder, 'data');
  await layTestDatabase(dataDir);
  for (const wanted of [25, 60, 7]) {
    const child = startChild('write-events.ts', dataDir);
    const sessionId = (await child.line())?.replace('session ', '') ?? '';
    let acknowledged = 0;
    while (acknowledged < wanted) acknowledged = Number(await child.line());
    if (wanted === 25) {
      await expect(openDatabase({ dataDir, log })).rejects.toThrow(`is in use by process ${child.process.pid}`);
    }
    child.process.kill('SIGKILL');
    await child.ended;
    for (let line = await child.line(); line !== null; line = await child.line()) acknowledged = Number(line);
    const database = await openDatabase({ dataDir, log });
    const store = createStore(database);
    const seqs = (await store.events.list(sessionId, { after: 0, limit: 5000 })).map((event) => event.seq);
    expect(seqs.length).toBeGreaterThanOrEqual(acknowledged);
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    expect((await store.sessions.byId(sessionId))?.lastSeq).toBe(seqs.length);
    await database.close();
  }
}, 300_000);

test('a path that is no directory is one clear sentence', async () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  await expect(openDatabase({ dataDir: file, log })).rejects.toThrow(
    `DATA_DIR=${file} is not a directory: name another path.`,
  );
  await expect(openDatabase({ dataDir: join(file, 'below'), log })).rejects.toThrow(
    'is not a directory: name another path.',
  );
});

test('damage is told, and the lock is given back', async () => {
  mkdirSync(join(folder, 'pgdata'));
  writeFileSync(join(folder, 'pgdata', 'PG_VERSION'), '9\n');
  for (const _ of [1, 2])
    await expect(openDatabase({ dataDir: folder, log })).rejects.toThrow(
      `The embedded database in ${folder} cannot be opened`,
    );
});

test.each([
  ['ENOSPC', 'The disk that holds /data is full'],
  ['EACCES', 'The data directory /data is not writable'],
  ['EROFS', 'The data directory /data is not writable'],
])('%s of the data directory is one clear sentence', (code, sentence) => {
  expect(explainDirectory(Object.assign(new Error('failed'), { code }), '/data')).toContain(sentence);
});

test('while the embedded database is busy, timers still run', async () => {
  const database = await openTestDatabase('pglite');
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
  }, 1);
  let busy = 0;
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      for (let n = 0; n < 60; n += 1) {
        await database.db.transaction(async (tx) => {
          await tx.execute(sql`select count(*) from generate_series(1, 20000)`);
        });
        busy += 1;
      }
    }),
  );
  clearInterval(timer);
  expect(busy).toBe(240);
  expect(turns).toBeGreaterThan(20);
  await database.close();
});

const admin = () => postgres(testDatabaseUrl(), { max: 1, onnotice: () => {} });
const name = `orchestrator_client_${process.pid}`;
afterAll(async () => {
  const client = admin();
  await client.unsafe(`drop database if exists ${name} with (force)`);
  await client.end();
});

test('two processes that start at once on one server migrate it once', async () => {
  const client = admin();
  await client.unsafe(`create database ${name}`);
  await client.end();
  const url = new URL(testDatabaseUrl());
  url.pathname = `/${name}`;
  const both = await Promise.all([
    openDatabase({ databaseUrl: url.href, dataDir: join(folder, 'a'), log }),
    openDatabase({ databaseUrl: url.href, dataDir: join(folder, 'b'), log }),
  ]);
  const settings = await both[0].db.execute(
    sql`select current_setting('application_name') as name, current_setting('statement_timeout') as timeout`,
  );
  expect(Array.from(settings as unknown as Iterable<unknown>)).toEqual([
    { name: 'opencode-orchestrator', timeout: '30s' },
  ]);
  await Promise.all(both.map((database) => database.close()));
});

test('connections that the server ends are made anew', async () => {
  const database = await openTestDatabase('postgres');
  const store = createStore(database);
  await store.ping();
  // Its own connections only: other tests are at work on the same server.
  await database.db
    .execute(sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()`)
    .catch((error: { cause?: { code?: string } }) => expect(error.cause?.code).toMatch(/57P01|CONNECTION_CLOSED/));
  await expect
    .poll(
      () =>
        store.ping().then(
          () => 'up',
          (error: { code?: string }) => error.code,
        ),
      { timeout: 20_000 },
    )
    .toBe('up');
  await database.close();
});

test.each(['pglite', 'postgres'] as const)(
  'on %s the team feed outlives a restore into another cluster',
  async (kind) => {
    const { store, database, close } = await openTestStore(kind);
    const world = await makeWorld(store);
    await store.events.appendTeam(world.team.id, { type: 'agent.registered', payload: {}, actor: system });
    const feed = async () => (await store.events.team(world.team.id, { after: 0, limit: 10 })).length;
    await expect.poll(feed, { timeout: 20_000 }).toBe(1);
    await database.db.execute(sql`update events set xid = '9000000000000'`);
    expect(await feed()).toBe(0);
    await forgetForeignTransactions(database.db);
    expect(await feed()).toBe(1);
    await close();
  },
);

test.each([
  [
    'nobody listens',
    'postgres://u:hidden@127.0.0.1:9/x',
    /^DATABASE_URL: the database at 127\.0\.0\.1:9 cannot be reached \(ECONNREFUSED\): start PostgreSQL/,
  ],
  ['nothing like an address', 'nonsense', /^DATABASE_URL is not an address: give postgres/],
  ['the host is unknown', 'postgres://u:hidden@no-such-host.invalid/x', /no-such-host\.invalid:5432 cannot be reached/],
])('%s: one sentence without the password', async (_, url, sentence) => {
  const refused = openPostgres(url, { log });
  await expect(refused).rejects.toThrow(sentence);
  await expect(refused).rejects.not.toThrow('hidden');
});

test('a database that does not exist is named', async () => {
  const url = new URL(testDatabaseUrl());
  url.pathname = '/no_such_database';
  await expect(openPostgres(url.href, { log })).rejects.toThrow('has no database no_such_database: create it');
});
