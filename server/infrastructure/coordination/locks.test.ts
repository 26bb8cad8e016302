import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { TestStore } from '../../../db/testing/store.ts';
import type { FairLocks, Grant } from '../../application/coordination-port.ts';
import { inversions, linearize, lockModel } from '../../domain/testing/linearizability.ts';
import { openFences, openLocks, recorded, resource } from './testing/locks.ts';

// What every adapter of the port promises; what only several processes can show is in redis-locks.test.ts.
describe.each(['in process', 'redis'] as const)('%s', (kind) => {
  let opened: TestStore;
  let locks: FairLocks;
  const missed: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line) => void (line.includes('A turn went by') && missed.push(line)) });
  beforeAll(async () => {
    opened = await openFences(kind);
    locks = openLocks(kind, opened, { log });
  });
  afterEach(async () => {
    // Whatever was tried: nothing is left of it.
    await expect.poll(async () => (await locks.snapshot()).queues).toEqual([]);
  });
  afterAll(async () => {
    await locks.close();
    await opened.close();
  });

  const waiting = async (name: string) =>
    (await locks.snapshot()).queues.find((queue) => queue.resource === name)?.waiters ?? [];
  /** Asks, and answers once it is queued behind the others; called, the answer waits for the turn. */
  async function queued(name: string, owner: string, priority = 0, more: string[] = []): Promise<() => Promise<Grant>> {
    const grant = locks.acquire([name, ...more], { owner, priority });
    grant.catch(() => undefined);
    await expect.poll(async () => (await waiting(name)).map((waiter) => waiter.owner)).toContain(owner);
    return () => grant;
  }

  test('three contenders of one process hold it one after the other, in the order they came, under rising numbers', async () => {
    const name = resource();
    let inside = 0;
    const order: string[] = [];
    const numbers = await Promise.all(
      ['a', 'b', 'c'].map(async (owner) => {
        const grant = await locks.acquire([name], { owner });
        inside += 1;
        expect(inside).toBe(1);
        order.push(owner);
        await sleep(5);
        inside -= 1;
        await grant.release();
        await grant.release();
        return grant.fencing;
      }),
    );
    expect(order).toEqual(['a', 'b', 'c']);
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    expect(new Set(numbers).size).toBe(3);
  });

  test('priority 10 that asks after priority 0 is served first, and the place of each can be seen', async () => {
    const name = resource();
    const first = await locks.acquire([name], { owner: 'holder', priority: 3 });
    const low = await queued(name, 'low');
    const high = await queued(name, 'high', 10);
    const [queue] = (await locks.snapshot()).queues;
    expect(queue?.waiters.map(({ owner, priority }) => [owner, priority])).toEqual([
      ['high', 10],
      ['low', 0],
    ]);
    expect(queue?.holder).toMatchObject({ owner: 'holder', priority: 3, fencing: first.fencing });
    expect(queue?.holder?.heldMs).toBeGreaterThan(0);
    expect(queue?.waiters[1]?.waitedMs).toBeGreaterThan(queue?.waiters[0]?.waitedMs ?? 0);
    const { edges } = await locks.snapshot();
    expect(edges.map(({ from, to, held }) => [from, to, held])).toEqual([
      ['high', 'holder', true],
      ['low', 'high', false],
    ]);
    await first.release();
    await (await high()).release();
    await (await low()).release();
  });

  test('several are taken in one step, nobody who wants one goes past who wants all, and two of them never hold half each', async () => {
    const [a, b] = [resource(), resource()];
    const holder = await locks.acquire([a], { owner: 'holder' });
    const both = await queued(a, 'both', 0, [b]);
    // b is free, but whoever wants both came first.
    const single = await queued(b, 'single');
    await expect(locks.acquire([b], { owner: 'impatient', waitMs: 0 })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await holder.release();
    const grant = await both();
    expect(grant.resources).toEqual([a, b].sort());
    await grant.release();
    await (await single()).release();
    const crossed = Array.from({ length: 20 }, async (_, turn) => {
      const taken = await locks.acquire(turn % 2 === 0 ? [a, b] : [b, a], { owner: `turn-${turn}` });
      await taken.release();
    });
    await Promise.all(crossed);
  });

  test('two that take two in opposite order: the circle is found within a second, the younger wait gives way and is told why', async () => {
    const [a, b] = [resource(), resource()];
    const ann = await locks.acquire([a], { owner: 'ann' });
    const bob = await locks.acquire([b], { owner: 'bob' });
    const annWaits = await queued(b, 'ann');
    const began = performance.now();
    await expect(locks.acquire([a], { owner: 'bob' })).rejects.toMatchObject({
      code: 'DEADLOCK',
      message: expect.stringContaining('bob waits for'),
      details: { cycle: expect.arrayContaining([expect.objectContaining({ from: 'ann', to: 'bob', resource: b })]) },
    });
    expect(performance.now() - began).toBeLessThan(10_000);
    await bob.release();
    await (await annWaits()).release();
    await ann.release();
  });

  test('a circle through the queue of somebody who holds nothing is found too', async () => {
    const [a, b] = [resource(), resource()];
    const ann = await locks.acquire([a], { owner: 'ann' });
    const both = await queued(a, 'both', 0, [b]);
    // Ann stands behind who waits for her, though b is free.
    await expect(locks.acquire([b], { owner: 'ann' })).rejects.toMatchObject({ code: 'DEADLOCK' });
    await ann.release();
    await (await both()).release();
  });

  test('who waits too long, gives up or is refused leaves nothing behind', async () => {
    const name = resource();
    const holder = await locks.acquire([name], { owner: 'holder' });
    await expect(locks.acquire([name], { owner: 'late', waitMs: 30 })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('another one has it'),
    });
    const stop = new AbortController();
    const given = locks.acquire([name], { owner: 'fickle', signal: stop.signal });
    stop.abort(new Error('changed my mind'));
    await expect(given).rejects.toThrow('changed my mind');
    expect(await waiting(name)).toEqual([]);
    await expect(locks.acquire([], { owner: 'nobody' })).rejects.toMatchObject({ code: 'INVALID' });
    await expect(locks.acquire(['nothing'], { owner: 'nobody' })).rejects.toMatchObject({ code: 'INVALID' });
    await expect(locks.acquire([name], { owner: 'loud', priority: 11 })).rejects.toMatchObject({ code: 'INVALID' });
    await holder.release();
  });

  test('what an admin takes away goes to the next, the holder is told at once, and its later write is refused', async () => {
    const name = resource();
    const record = recorded(locks, opened);
    const old = await record.acquire(name, { owner: 'old' });
    const next = record.acquire(name, { owner: 'next' });
    await expect.poll(() => waiting(name)).toHaveLength(1);
    expect(await record.write('old', old)).toBe(true);
    expect(await locks.forceRelease(name)).toMatchObject({ owner: 'old', fencing: old.fencing });
    await expect.poll(() => old.signal.aborted).toBe(true);
    expect(old.signal.reason).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('admin') });
    const grant = await next;
    expect(await record.write('old', old)).toBe(false);
    expect(await record.write('next', grant)).toBe(true);
    await record.release('old', old);
    expect((await locks.snapshot()).queues[0]?.holder?.owner).toBe('next');
    await record.release('next', grant);
    expect(await locks.forceRelease(name)).toBeNull();
    expect(linearize(record.calls, lockModel({ mayBeLost: true }))).toMatchObject({ linearizable: true });
  });

  test('a thousand contenders are each served once, in the order they asked, and the history is one a lock can have', async () => {
    const name = resource();
    const record = recorded(locks, opened);
    const asked = Array.from({ length: 1_000 }, (_, index) => `c${index}`);
    const served: string[] = [];
    missed.length = 0;
    await Promise.all(
      asked.map(async (owner) => {
        const grant = await record.acquire(name, { owner, waitMs: 60_000 });
        served.push(owner);
        await record.release(owner, grant);
      }),
    );
    expect(served).toHaveLength(1_000);
    // Whoever was too slow to take its turn, and said so, may have let others by; nobody else did.
    expect(inversions(asked, served)).toBeLessThanOrEqual(missed.length);
    expect(linearize(record.calls, lockModel({ mayBeLost: false }))).toMatchObject({ linearizable: true });
  });
});
