import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lockInstance } from './instance-lock.ts';
import { testDatabaseUrl } from './testing/database.ts';

const quiet = { info: () => {}, warn: () => {} };
const rivals: string[] = [];
const name = `oio_instances_${process.pid}`;
const url = new URL(testDatabaseUrl());
const admin = postgres(testDatabaseUrl(), { max: 1, onnotice: () => {} });

const take = (shared: boolean, patienceMs = 0) =>
  lockInstance(url.href, quiet, { shared, patienceMs, onRival: (sentence) => rivals.push(sentence) });

beforeAll(async () => {
  await admin.unsafe(`create database ${name}`);
  url.pathname = `/${name}`;
});
afterAll(async () => {
  await admin.unsafe(`drop database if exists ${name} with (force)`);
  await admin.end();
});

test('one alone and any second one exclude each other, those that share do not', async () => {
  const alone = await take(false);
  await expect(take(false)).rejects.toThrow(/uses this database already: set the same REDIS_URL on every instance/);
  await expect(take(true)).rejects.toThrow(/holds this database alone, without REDIS_URL/);
  await alone.release();
  const [one, two] = [await take(true), await take(true)];
  await expect(take(false)).rejects.toThrow(/uses this database already/);
  await one.release();
  await expect(take(false)).rejects.toThrow(/uses this database already/);
  await two.release();
  await (await take(false)).release();
});

test('one that leaves within the patience of the next is waited for', async () => {
  const first = await take(false);
  const second = take(false, 5_000);
  await first.release();
  await (await second).release();
});

test('a lock lost with its connection is taken again, and a rival that came between is told', async () => {
  const cut = () =>
    admin`select pg_terminate_backend(l.pid) from pg_locks l join pg_database d on d.oid = l.database
      where l.locktype = 'advisory' and d.datname = ${name} and l.granted`;
  const first = await take(false);
  await cut();
  await expect
    .poll(
      () =>
        take(false).then(
          () => 'taken',
          () => 'held',
        ),
      { timeout: 1_000, interval: 50 },
    )
    .toBe('held');
  const [row] = await admin`select count(*)::int as number from pg_locks l join pg_database d on d.oid = l.database
    where l.locktype = 'advisory' and d.datname = ${name}`;
  expect(row?.number).toBe(1);
  expect(rivals).toEqual([]);
  await first.release();
});
