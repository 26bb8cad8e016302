import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { testDatabaseUrl } from '../../../db/testing/database.ts';
import type { TestStore } from '../../../db/testing/store.ts';
import { type OwnRedis, startOwnRedis } from '../../../scripts/redis.ts';
import type { FairLocks } from '../../application/coordination-port.ts';
import { inversions, linearize, lockModel } from '../../domain/testing/linearizability.ts';
import { openRedis, reachRedis } from './redis-connection.ts';
import { openFences, openLocks, quiet, recorded, resource } from './testing/locks.ts';

// A holder is lost after half a second here, so that losing it can be watched.
// Longer than a busy machine keeps a process from its renewal.
const ttlMs = 1_500;
const children: ChildProcess[] = [];
const opens: FairLocks[] = [];
let server: OwnRedis;
let opened: TestStore;
let databaseUrl = '';
beforeAll(async () => {
  server = await startOwnRedis();
  opened = await openFences('redis');
  const [row] = (await opened.database.db.execute(sql`select current_database() as name`)) as unknown as {
    name: string;
  }[];
  const url = new URL(testDatabaseUrl());
  url.pathname = `/${row?.name}`;
  databaseUrl = url.href;
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const locks of opens.splice(0)) await locks.close();
});
afterAll(async () => {
  await opened.close();
  await server.stop();
});

function open(prefix: string): FairLocks {
  const locks = openLocks('redis', opened, { url: server.url, prefix, waitTtlMs: ttlMs });
  opens.push(locks);
  return locks;
}

async function startContender(prefix: string, name: string) {
  const script = new URL('./testing/contender.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, databaseUrl, server.url, prefix, name, String(ttlMs)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => String((await lines.next()).value);
  expect(await next()).toBe('ready');
  return {
    next,
    tell: (line: string) => child.stdin.write(`${line}\n`),
    signal: (name: NodeJS.Signals) => child.kill(name),
  };
}

const ownersAt = async (locks: FairLocks) =>
  (await locks.snapshot()).queues.map(({ holder, waiters }) => [
    holder?.owner ?? null,
    ...waiters.map(({ owner }) => owner),
  ]);

test('a holder frozen past its time has lost it: the next holds it under a higher number, and what it writes afterwards is refused', async () => {
  const [prefix, name] = [`{${randomUUID()}}:`, resource()];
  const locks = open(prefix);
  const child = await startContender(prefix, name);
  child.tell('acquire');
  const fencing = Number((await child.next()).replace('held ', ''));
  // Renewed: long after its time it holds it still, though its own clock is a minute ahead.
  await sleep(2 * ttlMs);
  await expect(locks.acquire([name], { owner: 'parent', waitMs: 0 })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  child.tell('write');
  expect(await child.next()).toBe('written');

  child.signal('SIGSTOP');
  const grant = await locks.acquire([name], { owner: 'parent', ttlMs });
  expect(grant.fencing).toBeGreaterThan(fencing);
  await opened.store.locks.assert(grant);
  child.tell('write');
  child.signal('SIGCONT');
  expect([await child.next(), await child.next()].sort()).toEqual(['lost', 'refused']);
  await opened.store.locks.assert(grant);
  await grant.release();
  expect(await ownersAt(locks)).toEqual([]);
});

test('a waiter that is killed holds nobody up and leaves nothing, and neither does a holder', async () => {
  const [prefix, name] = [`{${randomUUID()}}:`, resource()];
  const locks = open(prefix);
  const child = await startContender(prefix, name);
  const first = await locks.acquire([name], { owner: 'first', ttlMs });
  child.tell('acquire');
  await expect.poll(() => ownersAt(locks)).toEqual([['first', expect.stringContaining('child')]]);
  const behind = locks.acquire([name], { owner: 'behind', ttlMs });
  await expect.poll(async () => (await ownersAt(locks))[0]?.length).toBe(3);
  child.signal('SIGKILL');
  await first.release();
  // The number of a holder that is killed is no longer the newest either.
  const held = await behind;
  const other = await startContender(prefix, name);
  await held.release();
  other.tell('acquire');
  expect(await other.next()).toMatch(/^held /);
  other.signal('SIGKILL');
  await (await locks.acquire([name], { owner: 'last', ttlMs })).release();
  expect(await ownersAt(locks)).toEqual([]);

  const redis = openRedis(server.url, { log: quiet, name: 'look', use: 'commands' });
  await reachRedis(redis);
  const keys = await redis.keys(`${prefix}*`);
  for (const key of keys)
    expect([key, await redis.pttl(key)]).toEqual([key, expect.toSatisfy((left) => Number(left) > 0)]);
  redis.disconnect();
});

test('two nodes that cross: the circle is found over both, and exactly one gives way', async () => {
  const prefix = `{${randomUUID()}}:`;
  const [one, two] = [open(prefix), open(prefix)];
  const [a, b] = [resource(), resource()];
  const ann = await one.acquire([a], { owner: 'ann' });
  const bob = await two.acquire([b], { owner: 'bob' });
  const began = performance.now();
  const both = await Promise.allSettled(
    [one.acquire([b], { owner: 'ann' }), two.acquire([a], { owner: 'bob', waitMs: 20_000 })].map(async (asking, turn) => {
      const grant = await asking.catch(async (error: unknown) => {
        await (turn === 0 ? ann : bob).release();
        throw error;
      });
      await grant.release();
    }),
  );
  expect(performance.now() - began).toBeLessThan(10_000);
  expect(both.filter(({ status }) => status === 'rejected')).toEqual([
    expect.objectContaining({ reason: expect.objectContaining({ code: 'DEADLOCK' }) }),
  ]);
  await ann.release();
  await bob.release();
  expect(await ownersAt(one)).toEqual([]);
});

test('Redis flushed, killed and paused in the middle: every contender is served, no two writes are taken, and the order is fair again after', async () => {
  const [prefix, name] = [`{${randomUUID()}}:`, resource()];
  const nodes = [open(prefix), open(prefix)].map((locks) => recorded(locks, opened));
  let grants = 0;
  async function contend(node: (typeof nodes)[number], owner: string): Promise<void> {
    for (let round = 0; round < 6; round += 1) {
      const grant = await node.acquire(name, { owner, ttlMs, waitMs: 30_000 });
      grants += 1;
      await node.write(owner, grant);
      await sleep(10);
      // Writes on whatever it was told: what counts is what the database takes.
      await node.write(owner, grant);
      await node.release(owner, grant);
    }
  }
  const contenders = nodes.flatMap((node, side) =>
    Array.from({ length: 10 }, (_, index) => contend(node, `n${side}-${index}`)),
  );
  const trouble = (async () => {
    await expect.poll(() => grants, { timeout: 20_000 }).toBeGreaterThan(20);
    const redis = openRedis(server.url, { log: quiet, name: 'flush', use: 'commands' });
    await reachRedis(redis);
    await redis.flushall();
    redis.disconnect();
    await expect.poll(() => grants, { timeout: 20_000 }).toBeGreaterThan(50);
    await server.kill();
    await server.start();
    await expect.poll(() => grants, { timeout: 20_000 }).toBeGreaterThan(80);
    process.kill(server.pid(), 'SIGSTOP');
    await sleep(2 * ttlMs);
    process.kill(server.pid(), 'SIGCONT');
  })();
  await Promise.all([...contenders, trouble]);
  expect(grants).toBe(120);
  const calls = nodes.flatMap((node) => node.calls);
  expect(linearize(calls, lockModel({ mayBeLost: true }))).toMatchObject({ linearizable: true });
  expect(calls.filter(({ op }) => op.kind === 'write' && op.accepted).length).toBeGreaterThan(120);

  const [locks] = opens;
  if (locks === undefined) throw new Error('No locks are open');
  const asked = Array.from({ length: 50 }, (_, index) => `again-${index}`);
  const served: string[] = [];
  await Promise.all(
    asked.map(async (owner) => {
      const grant = await locks.acquire([name], { owner });
      served.push(owner);
      await grant.release();
    }),
  );
  expect(inversions(asked, served)).toBe(0);
});
