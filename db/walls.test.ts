import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createStore } from '../server/infrastructure/store/store.ts';
import { openPostgres } from './postgres.ts';
import { appRole, engineRole } from './roles.ts';
import { rowsOf } from './rows.ts';
import { inTeam } from './team-scope.ts';
import { openTestDatabase, type TestDatabase, testDatabaseUrl } from './testing/database.ts';
import { addRunning, addTask, makeWorld, system, type World } from './testing/fixtures.ts';
import { onServer } from './testing/templates.ts';
import { ofTheInstallation } from './walls.ts';

let database: TestDatabase;
let ours: World;
let theirs: World;

beforeAll(async () => {
  database = await openTestDatabase('postgres');
  const store = createStore(database);
  [ours, theirs] = [await makeWorld(store), await makeWorld(store)];
  for (const world of [ours, theirs]) {
    const session = await addRunning(store, world);
    await addTask(store, session);
    await store.audit.append({
      teamId: world.team.id,
      actor: system,
      action: 'session.started',
      subject: { kind: 'session', id: session.id },
    });
  }
});
afterAll(() => database.close());

const raw = async (text: string) => rowsOf(await database.db.execute(sql.raw(text)));

test('every table is behind the wall, or one of the installation itself', async () => {
  const open = await raw(`select relname as name from pg_class where relnamespace = current_schema()::regnamespace
    and relkind = 'r' and not (relrowsecurity and relforcerowsecurity) order by 1`);
  expect(open.map(({ name }) => name).sort()).toEqual([...ofTheInstallation].sort());
});

test('a query of a request that forgets its team gets nothing of another one, read or written', async () => {
  const every = await raw('select team_id from sessions');
  expect(new Set(every.map(({ team_id }) => team_id)).size, 'loops see all').toBe(2);
  await inTeam(ours.team.id, async () => {
    for (const table of ['sessions', 'tasks', 'events', 'audit', 'agents', 'repositories', 'memberships']) {
      const rows = await raw(`select team_id from ${table}`);
      expect(rows.length, table).toBeGreaterThan(0);
      expect(new Set(rows.map(({ team_id }) => team_id)), table).toEqual(new Set([ours.team.id]));
    }
    expect(await raw('select id from teams')).toEqual([{ id: ours.team.id }]);
    await database.db.transaction(async (tx) => {
      expect(rowsOf(await tx.execute(sql`update sessions set title = 'mine' returning team_id`))).toEqual([
        { team_id: ours.team.id },
      ]);
    });
    expect(await database.db.$count(sql`repositories`)).toBe(1);
    await expect(
      raw(`insert into idempotency_keys (team_id, actor_id, key, body_hash)
      values ('${theirs.team.id}', 'a', 'b', 'c')`),
    ).rejects.toThrow();
    await expect(raw(`update audit set action = 'x'`)).rejects.toThrow();
  });
  expect(await raw(`select title from sessions where team_id = '${theirs.team.id}'`)).not.toEqual([{ title: 'mine' }]);
});

test('the role of requests sees nothing at all where no team is said', async () => {
  const url = database.url ?? '';
  const bare = postgres(url, { max: 1, connection: { role: appRole }, onnotice: () => {} });
  expect(await bare`select current_user as me`).toEqual([{ me: appRole }]);
  for (const table of ['sessions', 'audit', 'teams', 'dependencies', 'webhooks'])
    expect(await bare.unsafe(`select 1 from ${table}`), table).toHaveLength(0);
  await bare.end();
});

test('a user who may not make roles starts with a sentence of what is not guarded, and is guarded once somebody granted it', async () => {
  const name = `plain_${randomUUID().slice(0, 8)}`;
  const server = testDatabaseUrl();
  await onServer(server, `create role ${name} login password 'plain' nocreaterole`);
  await onServer(server, `create database ${name} owner ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  url.username = name;
  url.password = 'plain';
  const said: string[] = [];
  const log = {
    info: (_: object, message: string) => void said.push(message),
    warn: (_: object, message: string) => void said.push(`warning: ${message}`),
  };
  const first = await openPostgres(url.href, { log });
  expect(said.join('\n')).toMatch(/warning: Teams are kept apart by the store's own scope alone.*GRANT/);
  const world = await makeWorld(createStore(first));
  await first.close();

  await onServer(server, `grant ${appRole}, ${engineRole} to ${name}`);
  const second = await openPostgres(url.href, { log });
  expect(said.at(-1)).toContain(`loops run as ${name} and see all`);
  const store = createStore(second);
  const another = await makeWorld(store);
  expect((await store.teams.list()).length, 'a plain owner is under the wall too, and its loops are let through').toBe(
    2,
  );
  const seen = await store.inTeam(another.team.id, async () =>
    rowsOf(await second.db.execute(sql`select id from teams`)),
  );
  expect(seen).toEqual([{ id: another.team.id }]);
  expect(world.team.id).not.toBe(another.team.id);
  await second.close();

  await onServer(server, `revoke ${appRole}, ${engineRole} from ${name}`);
  await expect(openPostgres(url.href, { log }), 'rows would be missing').rejects.toThrow('row-level security is on');
  await onServer(server, `drop database ${name} with (force)`);
  await onServer(server, `drop role ${name}`);
});
