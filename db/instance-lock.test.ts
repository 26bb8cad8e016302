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

test('a lock lost with its connection is taken again', async () => {
  const holders = async () =>
    (
      await admin`select l.pid from pg_locks l join pg_database d on d.oid = l.database
        where l.locktype = 'advisory' and d.datname = ${name} and l.granted`
    ).map((row) => Number(row.pid));
  const first = await take(false);
  const [before = 0] = await holders();
  await admin`select pg_terminate_backend(${before})`;
  const again = async () => (await holders()).filter((pid) => pid !== before).length;
  await expect.poll(again, { timeout: 10_000, interval: 50 }).toBe(1);
  await expect(take(true)).rejects.toThrow(/holds this database alone/);
  expect(rivals).toEqual([]);
  await first.release();
});
