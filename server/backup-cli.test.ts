import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { afterAll, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '../db/client.ts';
import { atOneMoment, rowsOfTable, tablesOf } from '../db/dump.ts';
import { migrateEmpty } from '../db/load.ts';
import { migrations } from '../db/migrate.ts';
import { openAsItIs, openForRestore } from '../db/restore.ts';
import { layTestDatabase, testDatabaseUrl } from '../db/testing/database.ts';
import { addRunning, addTask, makeWorld, system } from '../db/testing/fixtures.ts';
import { onServer } from '../db/testing/templates.ts';
import { main } from './backup-cli.ts';
import { writeArchive } from './infrastructure/backup/archive.ts';
import { judgeBackup } from './infrastructure/backup/restore.ts';
import { git, scratchFolder, scratchRepository } from './infrastructure/git/git-testing.ts';
import { createStore } from './infrastructure/store/store.ts';

const quiet = { info: () => undefined, warn: () => undefined };
const key = Buffer.alloc(32, 9).toString('base64');

interface Place {
  dataDir: string;
  databaseUrl: string | null;
}

type Kind = 'pglite' | 'postgres';
const made: string[] = [];

/** Nothing is in it; with a template it begins as a copy of that database. */
async function newPlace(kind: Kind, template?: string): Promise<Place> {
  const dataDir = scratchFolder();
  if (kind === 'pglite') return { dataDir, databaseUrl: null };
  const url = new URL(testDatabaseUrl());
  const name = `orchestrator_backup_${randomUUID().slice(0, 8)}`;
  await onServer(url.href, `create database ${name}${template === undefined ? '' : ` template ${template}`}`);
  made.push(name);
  url.pathname = `/${name}`;
  return { dataDir, databaseUrl: url.href };
}

afterAll(() =>
  Promise.all(made.map((name) => onServer(testDatabaseUrl(), `drop database if exists ${name} with (force)`))),
);

/** Migrated already, by way of the run's own templates. */
async function migratedPlace(kind: Kind): Promise<Place> {
  const place = await newPlace(kind, process.env.TEST_DATABASE_TEMPLATE);
  if (kind === 'pglite') await layTestDatabase(place.dataDir);
  return place;
}

const open = ({ dataDir, databaseUrl }: Place): Promise<Database> =>
  openDatabase({ dataDir, databaseUrl: databaseUrl ?? undefined, log: quiet });

const environmentOf = ({ dataDir, databaseUrl }: Place) => ({
  PATH: process.env.PATH ?? '',
  HOME: dataDir,
  NODE_ENV: 'test',
  DATA_DIR: dataDir,
  ENCRYPTION_KEY: key,
  INIT_CWD: dataDir,
  ...(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }),
});

interface Ended {
  code: number;
  out: string;
}

/** The command in this process: to begin another takes longer than its work. */
async function cli(place: Place, ...args: string[]): Promise<Ended> {
  const lines: string[] = [];
  try {
    await main(args, environmentOf(place), (line) => void lines.push(line));
    return { code: 0, out: lines.join('\n') };
  } catch (error) {
    return { code: 1, out: [...lines, error instanceof Error ? error.message : String(error)].join('\n') };
  }
}

/** The command as a person runs it, in a process of its own. */
function command(place: Place, ...args: string[]): Promise<Ended> {
  const env = environmentOf(place);
  const program = new URL('./backup-cli.ts', import.meta.url).pathname;
  return new Promise((resolve) =>
    execFile(process.execPath, [program, ...args], { env, cwd: place.dataDir, timeout: 120_000 }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), out: out + err }),
    ),
  );
}

/** A team with a running session, an audit trail, odd texts, bytes, and a repository outside the data directory. */
async function fill(place: Place): Promise<{ teamId: string; sessionId: string; source: string }> {
  const database = await open(place);
  const store = createStore(database);
  const world = await makeWorld(store);
  const source = scratchRepository();
  await database.db.execute(sql`update repositories set source = ${source}::text`);
  const session = await addRunning(store, world);
  await addTask(store, session, {
    title: 'Odd: "quotes", \\ tab\t, line\nbreak, ü, 🧪, null',
    writes: ['a b', 'c,"d"', ''],
  });
  await store.blobs.put(world.team.id, 'x'.repeat(100_000));
  for (let number = 0; number < 40; number += 1)
    await store.audit.append({
      teamId: world.team.id,
      actor: system,
      action: 'session.started',
      subject: { kind: 'session', id: session.id },
      after: { number },
    });
  const base = git(source, 'rev-parse', 'HEAD');
  git(source, 'update-ref', 'refs/heads/orchestrator/one', base);
  git(source, 'update-ref', `refs/orchestrator/${session.id}/owner/orchestrator/one`, base);
  await database.db.execute(
    sql`update sessions set branch = 'orchestrator/one', base_commit = ${base}::text, head_commit = ${base}::text`,
  );
  await database.close();
  return { teamId: world.team.id, sessionId: session.id, source };
}

const filled = new Map<Kind, Promise<Place & Awaited<ReturnType<typeof fill>>>>();

/** One of each kind for the whole file; nobody changes it but by taking a backup. */
function filledPlace(kind: Kind): Promise<Place & Awaited<ReturnType<typeof fill>>> {
  const known = filled.get(kind) ?? migratedPlace(kind).then(async (place) => ({ ...place, ...(await fill(place)) }));
  filled.set(kind, known);
  return known;
}

/** Everything stored, as one checksum a table. */
async function sums(place: Place): Promise<Record<string, string>> {
  const database = await openAsItIs({ ...place, log: quiet });
  try {
    return await atOneMoment(database.db, async (tx) => {
      const all: Record<string, string> = {};
      for (const { name, columns } of await tablesOf(tx)) {
        // Transaction numbers begin anew in another cluster, so those of the old one are forgotten.
        const table = { name, columns: columns.filter((column) => name !== 'events' || column.name !== 'xid') };
        const lines: string[] = [];
        for await (const piece of rowsOfTable(tx, table)) lines.push(...piece.lines.trimEnd().split('\n'));
        all[table.name] = createHash('sha256').update(lines.sort().join('\n')).digest('hex');
      }
      return all;
    });
  } finally {
    await database.close();
  }
}

test.each([
  ['pglite', 'postgres', command],
  ['postgres', 'pglite', cli],
] as const)(
  'a backup from %s is restored into %s: equal by checksum, references and audit whole, then replaced',
  { timeout: 240_000 },
  async (kind, other, run) => {
    const from = await filledPlace(kind);
    const { teamId, source } = from;
    const taken = await run(from, 'backup', 'one.tar');
    const file = join(from.dataDir, 'one.tar');
    expect(taken, taken.out).toMatchObject({ code: 0 });
    expect(taken.out).toContain(createHash('sha256').update(readFileSync(file)).digest('hex'));
    expect(taken.out).toContain('Not in it: the encryption key');
    const { audit: auditBefore, ...before } = await sums(from);

    // The person's repository has lost what the session made.
    git(source, 'update-ref', '-d', 'refs/heads/orchestrator/one');
    const to = await newPlace(other);
    const restored = await run(to, 'restore', file);
    expect(restored, restored.out).toMatchObject({ code: 0 });
    expect(restored.out).toContain('41 entries, whole');
    const { audit, ...after } = await sums(to);
    expect(after).toEqual(before);
    expect(audit, 'that it was restored is one entry more').not.toBe(auditBefore);
    expect(git(source, 'rev-parse', 'orchestrator/one')).toBe(git(source, 'rev-parse', 'main'));

    const refused = await cli(to, 'restore', file);
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.out).toContain('not empty');
    const replaced = await cli(to, 'restore', file, '--replace');
    expect(replaced, replaced.out).toMatchObject({ code: 0 });
    const database = await open(to);
    expect(await createStore(database).audit.verify(teamId)).toEqual({ entries: 42, firstBroken: null });
    await database.close();
  },
);

test('a changed or cut backup is named, and one is never written over or restored under a running app', async () => {
  const from = await filledPlace('postgres');
  const file = join(from.dataDir, 'two.tar');
  expect((await cli(from, 'backup', file)).code).toBe(0);
  expect((await cli(from, 'backup', file)).out).toContain('exists already');
  const bytes = readFileSync(file);
  const at = bytes.indexOf('database/audit/000001.jsonl.gz') + 600;
  const flipped = Buffer.from(bytes);
  flipped[at] = (flipped[at] ?? 0) ^ 1;
  const bad = join(from.dataDir, 'bad.tar');
  writeFileSync(bad, flipped);
  const to = await newPlace('postgres');
  const refused = await cli(to, 'restore', bad);
  expect(refused.code).toBe(1);
  expect(refused.out).toContain('database/audit/000001.jsonl.gz was changed');
  writeFileSync(bad, bytes.subarray(0, bytes.length / 2));
  await expect(judgeBackup(bad, 'test')).rejects.toThrow(/damaged or no backup|its end is missing/);
  writeFileSync(bad, Buffer.from(bytes.toString('latin1').replace('"migrations": ', '"migrations":9'), 'latin1'));
  await expect(judgeBackup(bad, 'test')).rejects.toThrow('manifest.json was changed');

  const running = await openDatabase({
    dataDir: to.dataDir,
    databaseUrl: to.databaseUrl ?? undefined,
    log: quiet,
    instance: { shared: false, onRival: () => undefined },
  });
  expect((await cli(to, 'restore', file)).out).toMatch(/is in use by process/);
  const elsewhere = { ...to, dataDir: scratchFolder() };
  expect((await cli(elsewhere, 'restore', file)).out).toContain('uses this database already');
  await running.close();
});

test('a backup of a database no migration of ours leads to is refused', async () => {
  const file = join(scratchFolder(), 'later.tar');
  await writeArchive(file, async () => ({
    format: 1,
    product: 'opencode-industrial-orchestrator',
    version: '9.0.0',
    takenAt: new Date().toISOString(),
    database: 'pglite',
    dataDir: '/srv/data',
    schema: { migrations: 99, hash: 'f'.repeat(64) },
    encryptionKeyId: null,
    tables: [],
    sequences: {},
    chains: [],
    repositories: [],
    bundles: [],
  }));
  await expect(judgeBackup(file, '0.1.0')).rejects.toThrow('by version 9.0.0 with a database of 99 migrations');
});

test('an audit that was broken before stays as it is, and both commands say where', async () => {
  const { databaseUrl } = await filledPlace('postgres');
  const from = await newPlace('postgres', new URL(databaseUrl ?? '').pathname.slice(1));
  const database = await open(from);
  await database.db.execute(sql`alter table audit disable trigger user`);
  await database.db.execute(sql`update audit set action = 'session.cancelled' where number = 7`);
  await database.db.execute(sql`alter table audit enable trigger user`);
  await database.close();
  const file = join(from.dataDir, 'one.tar');
  expect((await cli(from, 'backup', file)).out).toContain('is broken at entry 7');
  const restored = await cli(await newPlace('postgres'), 'restore', file);
  expect(restored.out).toContain('BROKEN at entry 7, as it was in the backup');
});

describe.each(['pglite', 'postgres'] as const)('version N−1, on %s', (kind) => {
  test('a database written before the newest migration is opened, migrated and gone on with', async () => {
    const place = await newPlace(kind);
    const all = readMigrationFiles(migrations);
    const target = await openForRestore({ ...place, log: quiet });
    await target.fill(new Set(), async (tx) => {
      await migrateEmpty(tx, all.slice(0, -1));
      await tx.execute(sql`insert into teams (id, name, slug) values (${randomUUID()}::uuid, 'Before', 'before')`);
      return async () => undefined;
    });
    await target.close();
    let now = place;
    if (kind === 'postgres') {
      // And by way of a backup that was taken of it.
      const file = join(place.dataDir, 'earlier.tar');
      expect((await cli(place, 'backup', file)).code).toBe(0);
      now = await newPlace(kind);
      expect((await cli(now, 'restore', file)).code).toBe(0);
    }
    const database = await open(now);
    const store = createStore(database);
    expect((await store.teams.list()).map(({ slug }) => slug)).toEqual(['before']);
    const world = await makeWorld(store);
    const { id } = await addRunning(store, world);
    await store.sessions.move({ sessionId: id, to: 'completed', guard: { epoch: 1 }, reason: 'done', actor: system });
    expect((await store.sessions.byId(id))?.status).toBe('completed');
    await database.close();
  });

  test('what a later version has added to a database stands in nobody’s way when this one opens it again', async () => {
    const place = await newPlace(kind);
    const before = await open(place);
    const world = await makeWorld(createStore(before));
    const { id } = await addRunning(createStore(before), world);
    // What the next version may do to it while this one still can come back: add.
    await before.db.execute(sql`alter table sessions add column later text default 'x'`);
    await before.db.execute(
      sql`create table later_things (id uuid primary key, session_id uuid references sessions (id))`,
    );
    await before.db.execute(sql`insert into drizzle.__drizzle_migrations (hash, created_at)
      select 'later', max(created_at) + 1 from drizzle.__drizzle_migrations`);
    await before.close();
    const database = await open(place);
    const store = createStore(database);
    await store.sessions.move({ sessionId: id, to: 'completed', guard: { epoch: 1 }, reason: 'done', actor: system });
    expect((await store.sessions.byId(id))?.status).toBe('completed');
    expect((await makeWorld(store)).team.id).not.toBe(world.team.id);
    await database.close();
  });
});
