import postgres from 'postgres';
import { linearizable, settled, versionedRegister } from '../../scripts/faults/linearizability.ts';
import { type OwnPostgres, startOwnPostgres } from '../../scripts/postgres.ts';
import type { App } from '../support/app.ts';
import { expect, test } from '../support/fixtures.ts';
import { expectSoundHistory } from '../support/history.ts';
import { createInstallation, type Installation } from '../support/installation.ts';
import { type RestClient, script } from '../support/rest.ts';
import { until } from '../support/wait.ts';
import { startWriters } from '../support/writers.ts';

// Bounded for a busy machine; an idle one takes a tenth of it.
test.describe.configure({ timeout: 240_000 });

const maxConnections = 310;
let server: OwnPostgres;
let house: Installation;
let app: App;
let api: RestClient;

test.beforeAll(async () => {
  server = await startOwnPostgres({ maxConnections, fsync: true });
  house = await createInstallation({ databaseUrl: server.url });
  app = await house.start();
  api = await house.api();
});
test.afterAll(async () => {
  await house?.close();
  await server?.stop();
});

const readiness = async () => (await api.call('GET', '/health/ready')).status;
const unready = () => until('readiness to say 503', async () => (await readiness()) === 503, 20);
const readyAgain = () => until('readiness to say 200', async () => (await readiness()) === 200, 60);

/** A session that is in the middle of a command. */
async function atWork(name: string): Promise<{ id: string; source: string }> {
  const source = await house.repository(name);
  const repository = await api.register(source, { verify: ['node check.js'] });
  const prompt = script(`
- write: { path: result.txt, content: "one\\n" }
- bash: node tally.js once 4000
- say: The result is written.
`);
  const { id } = await api.create({ repositoryId: repository.id, prompt });
  await api.waitForEvent(id, 'attempt.tool_called', ({ payload }) => payload.tool === 'bash');
  return { id, source };
}

async function endsWell({ id, source }: { id: string; source: string }): Promise<void> {
  await api.waitFor(id, 'completed');
  const events = await expectSoundHistory(api, id, {
    repository: source,
    files: { 'result.txt': 'one\n', 'tally.txt': 'once\n' },
  });
  expect(events.filter(({ type }) => type === 'attempt.started')).toHaveLength(1);
  expect(app.running(), 'the app stayed up').toBe(true);
}

const admin = () =>
  postgres(server.url, { max: 1, onnotice: () => undefined, connection: { application_name: 'test' } });

test('PostgreSQL killed and started again: 503 meanwhile, the work ends well, and what was acknowledged stands', async () => {
  const session = await atWork('restarted');
  const { id } = await api.ok<{ id: string }>('POST', '/contexts', { body: { scope: 'global', name: 'restarted' } });
  const writers = startWriters([api, api, api], id);
  await until('the writers to write', async () => writers.calls.length > 10);
  await server.halt('immediate');
  await unready();
  await server.start();
  await readyAgain();
  const sofar = writers.calls.length;
  await until('the writers to write again', async () => writers.calls.length > sofar + 10);
  await writers.stop();
  expect(linearizable(settled(writers.calls), versionedRegister())).toEqual({ linearizable: true });
  await endsWell(session);
});

test('every connection ended by the server, five times in a run: nothing is lost and nothing done twice', async () => {
  const session = await atWork('terminated');
  const { id } = await api.ok<{ id: string }>('POST', '/contexts', { body: { scope: 'global', name: 'terminated' } });
  const writers = startWriters([api, api, api], id);
  const sql = admin();
  try {
    for (let time = 0; time < 5; time += 1) {
      const sofar = writers.calls.length;
      await until('the writers to write', async () => writers.calls.length > sofar + 4);
      const ended = await sql`select pg_terminate_backend(pid) from pg_stat_activity
        where pid <> pg_backend_pid() and backend_type = 'client backend'`;
      expect(ended.length).toBeGreaterThan(0);
    }
  } finally {
    await sql.end();
  }
  await writers.stop();
  expect(linearizable(settled(writers.calls), versionedRegister())).toEqual({ linearizable: true });
  await readyAgain();
  await endsWell(session);
});

test('a pool that is exhausted says 503 and does not hang, and all goes on when it is free again', async () => {
  const session = await atWork('exhausted');
  const sql = admin();
  try {
    await sql.begin(async (tx) => {
      await tx`lock table sessions in access exclusive mode`;
      // More than the pool has: each waits for the lock.
      const waiting = Array.from({ length: 15 }, () => api.call('GET', '/sessions'));
      await unready();
      expect((await api.call('GET', '/health/live')).status).toBe(200);
      void Promise.allSettled(waiting);
    });
  } finally {
    await sql.end();
  }
  await readyAgain();
  await endsWell(session);
});

test('three hundred idle connections of others leave it no place: 503, and it is back when they go', async () => {
  const session = await atWork('crowded');
  const sql = admin();
  const crowd = postgres(server.url, { max: 300, idle_timeout: 0, onnotice: () => undefined });
  try {
    // Held together, so that each statement opens one more; the app's own make room by being ended.
    await sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'opencode-orchestrator'`;
    await Promise.all(Array.from({ length: 300 }, () => crowd`select pg_sleep(0.2)`.catch(() => undefined)));
    await sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'opencode-orchestrator'`;
    await Promise.all(Array.from({ length: 300 }, () => crowd`select pg_sleep(0.2)`.catch(() => undefined)));
    const [{ count = 0 } = {}] =
      await sql`select count(*)::int as count from pg_stat_activity where backend_type = 'client backend'`;
    expect(count).toBeGreaterThanOrEqual(300);
    expect(app.running()).toBe(true);
  } finally {
    await crowd.end({ timeout: 5 });
    await sql.end();
  }
  await readyAgain();
  await endsWell(session);
});

test('a disk that takes a tenth of a second for each flush makes all later and loses nothing', async () => {
  const sql = admin();
  const flushing = async (microseconds: number) => {
    await sql.unsafe(`alter system set commit_delay = ${microseconds}`);
    await sql`alter system set commit_siblings = 0`;
    await sql`select pg_reload_conf()`;
    await until('the server to take it', async () => {
      const [row] = await sql`select setting::int as delay from pg_settings where name = 'commit_delay'`;
      return row?.delay === microseconds;
    });
  };
  try {
    await flushing(100_000);
    const began = performance.now();
    await sql`create table slow_flush (number int)`;
    expect(performance.now() - began, 'the flush is slow').toBeGreaterThan(90);
    await endsWell(await atWork('slow-flush'));
    expect((await api.call('GET', '/health/ready')).status).toBe(200);
  } finally {
    await flushing(0);
    await sql.end();
  }
});
