import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { emptyDatabase } from '../../../db/testing/database.ts';
import {
  addAttempt,
  addRunning,
  addSession,
  addTask,
  makeWorld,
  system,
  type World,
} from '../../../db/testing/fixtures.ts';
import { openTestStore, type TestStore } from '../../../db/testing/store.ts';
import type { Store } from '../../application/store-port.ts';
import { createStore } from './store.ts';

describe.each(['pglite', 'postgres'] as const)('leases on %s', (kind) => {
  let opened: TestStore;
  let store: Store;
  let world: World;

  beforeAll(async () => {
    opened = await openTestStore(kind);
    store = opened.store;
  });
  beforeEach(async () => {
    await emptyDatabase(opened.database);
    world = await makeWorld(store);
  });
  afterAll(() => opened.close());

  const addQueued = async (of: World, fields: Parameters<typeof addSession>[2] = {}) => {
    const { id } = await addSession(store, of, fields);
    return store.sessions.moveAndRead({ sessionId: id, to: 'queued', guard: {}, reason: 'test', actor: system });
  };
  const expire = (id: string) =>
    opened.database.db.execute(
      sql`update sessions set lease_expires_at = clock_timestamp() - interval '1 second' where id = ${id}::uuid`,
    );

  test('a claim gives owner, epoch and a lease by the clock of the database, and leaves the session queued', async () => {
    const { id } = await addQueued(world);
    const [claimed, ...others] = await store.sessions.claimQueued('me', 30, 5);
    expect(others).toEqual([]);
    expect(claimed).toMatchObject({ id, status: 'queued', owner: 'me', epoch: 1 });
    const left = (claimed?.leaseExpiresAt?.getTime() ?? 0) - (await store.now()).getTime();
    expect(left).toBeGreaterThan(20_000);
    expect(left).toBeLessThanOrEqual(30_000);
    expect(await store.sessions.claimQueued('other', 30, 5)).toEqual([]);
    expect((await store.sessions.owned('me')).map((one) => one.id)).toEqual([id]);
  });

  test('eighty claims at once by three instances get fifty sessions, each once', async () => {
    const worlds = [world, await makeWorld(store), await makeWorld(store)];
    for (let n = 0; n < 50; n += 1) await addQueued(worlds[n % 3] ?? world);
    const instances = [store, createStore(opened.database), createStore(opened.database)];
    const claims = await Promise.all(
      Array.from({ length: 80 }, (_, n) => instances[n % 3]?.sessions.claimQueued(`instance-${n % 3}`, 30, 1) ?? []),
    );
    expect(claims.filter((got) => got.length === 0)).toHaveLength(30);
    expect(new Set(claims.flat().map(({ id }) => id)).size).toBe(50);
    expect(claims.flat().every(({ epoch }) => epoch === 1)).toBe(true);
  });

  test('inside a team priority goes first, and ten minutes of waiting weigh one step of it', async () => {
    const low = await addQueued(world, { priority: 3 });
    const high = await addQueued(world, { priority: 1 });
    const aged = await addQueued(world, { priority: 4 });
    await opened.database.db.execute(
      sql`update sessions set queued_at = clock_timestamp() - interval '41 minutes' where id = ${aged.id}::uuid`,
    );
    const order = (await store.sessions.claimQueued('me', 30, 3)).map((one) => one.id);
    expect(order).toEqual([aged.id, high.id, low.id]);
  });

  test('teams take turns by their quota, and whose turn it is outlives the instance that asked', async () => {
    const small = world;
    const large = await makeWorld(store);
    await opened.database.db.execute(sql`update teams set max_active_sessions = 5 where id = ${small.team.id}::uuid`);
    for (let n = 0; n < 8; n += 1) await addQueued(small, { priority: 0 });
    for (let n = 0; n < 8; n += 1) await addQueued(large, { priority: 4 });
    const name = (one: { teamId: string }) => (one.teamId === small.team.id ? 's' : 'L');
    let order = '';
    for (let claim = 0; claim < 9; claim += 1)
      for (const one of await createStore(opened.database).sessions.claimQueued(`instance-${claim % 3}`, 30, 1))
        order += name(one);
    expect(order).toBe('LsLLsLLsL');
    expect((await store.sessions.claimQueued('me', 30, 99)).map(name).join('')).toBe('LsLssss');
  });

  // PGlite has one connection: there nobody else can hold a row.
  if (kind === 'postgres')
    test('who is held by a command at that moment is passed over, and loses nothing', async () => {
      const [held, free] = [await addQueued(world, { priority: 0 }), await addQueued(world, { priority: 1 })];
      const other = createStore(opened.database);
      await store.transaction(async (tx) => {
        await tx.sessions.lock(held.id);
        expect(await other.sessions.claimQueued('me', 30, 1)).toMatchObject([{ id: free.id }]);
      });
      expect(await store.sessions.claimQueued('me', 30, 1)).toMatchObject([{ id: held.id }]);
    });

  if (kind === 'postgres')
    test('a renewal does not wait for a session that is being written to, and does not call it lost', async () => {
      const [busy, free] = [await addRunning(store, world), await addRunning(store, world)];
      const held = [busy, free].map(({ id, epoch }) => ({ id, epoch }));
      const other = createStore(opened.database);
      await store.transaction(async (tx) => {
        await tx.sessions.lock(busy.id);
        expect(await other.sessions.renew('owner-1', held, 600)).toEqual([]);
      });
      const left = async (id: string) => (await store.sessions.byId(id))?.leaseExpiresAt?.getTime() ?? 0;
      expect((await left(free.id)) - (await left(busy.id))).toBeGreaterThan(300_000);
      expect(await store.sessions.renew('owner-1', held, 600)).toEqual([]);
      expect((await left(busy.id)) - (free.leaseExpiresAt?.getTime() ?? 0)).toBeGreaterThan(300_000);
    });

  if (kind === 'postgres')
    test('a renewal finds the moment between two writes of a busy session', async () => {
      const busy = await addRunning(store, world);
      const other = createStore(opened.database);
      let renewed: Promise<string[]> | undefined;
      await store.transaction(async (tx) => {
        await tx.sessions.lock(busy.id);
        renewed = other.sessions.renew('owner-1', [{ id: busy.id, epoch: busy.epoch }], 600);
        // Long enough for its first try, which finds the row held.
        await sleep(50);
      });
      expect(await renewed).toEqual([]);
      const after = (await store.sessions.byId(busy.id))?.leaseExpiresAt?.getTime() ?? 0;
      expect(after - (busy.leaseExpiresAt?.getTime() ?? 0)).toBeGreaterThan(300_000);
    });

  test('a renewal moves the lease; a lost or fenced one is refused by name', async () => {
    const kept = await addRunning(store, world);
    const lost = await addRunning(store, world);
    const fenced = await addRunning(store, world);
    await expire(lost.id);
    const refused = await store.sessions.renew(
      'owner-1',
      [
        { id: kept.id, epoch: kept.epoch },
        { id: lost.id, epoch: lost.epoch },
        { id: fenced.id, epoch: fenced.epoch - 1 },
      ],
      60,
    );
    expect(new Set(refused)).toEqual(new Set([lost.id, fenced.id]));
    const after = await store.sessions.byId(kept.id);
    expect(after?.leaseExpiresAt?.getTime()).toBeGreaterThan((kept.leaseExpiresAt?.getTime() ?? 0) + 20_000);
    expect(await store.sessions.renew('stranger', [{ id: kept.id, epoch: kept.epoch }], 60)).toEqual([kept.id]);
    expect(await store.sessions.renew('owner-1', [], 60)).toEqual([]);
    expect((await store.sessions.owned('owner-1')).map((one) => one.id).sort()).toEqual([kept.id, fenced.id].sort());
  });

  test('taking over raises the epoch, restamps open attempts, tells it, and fences the old owner out', async () => {
    const session = await addRunning(store, world);
    const task = await addTask(store, session);
    const open = await addAttempt(store, world, session, task);
    const over = await addAttempt(store, world, session, task, 2);
    await store.attempts.update(over.id, { status: 'failed' }, { epoch: session.epoch });
    expect(await store.sessions.takeOver('owner-2', 30, [], true)).toEqual([]);
    await expire(session.id);
    const [taken] = await store.sessions.takeOver('owner-2', 30, [], true);
    expect(taken).toMatchObject({
      previousOwner: 'owner-1',
      expired: true,
      session: { id: session.id, owner: 'owner-2', epoch: session.epoch + 1, status: 'running' },
    });
    expect(await store.attempts.get(open.id)).toMatchObject({ epoch: session.epoch + 1, status: 'starting' });
    expect(await store.attempts.get(over.id)).toMatchObject({ epoch: session.epoch, status: 'failed' });
    const events = await store.events.list(session.id, { after: 0, types: ['recovery.taken_over'], limit: 5 });
    expect(events).toMatchObject([{ payload: { from: 'owner-1', epoch: session.epoch + 1, adopted: true } }]);

    const old = { epoch: session.epoch };
    const refusals: (() => Promise<unknown>)[] = [
      () => store.sessions.move({ sessionId: session.id, to: 'completed', guard: old, reason: 'late', actor: system }),
      () => store.sessions.update(session.id, { cause: 'late' }, old),
      () =>
        store.tasks.move({
          taskId: task.id,
          sessionId: session.id,
          from: ['pending'],
          to: 'ready',
          reason: null,
          actor: system,
          ...old,
        }),
      () => store.attempts.update(open.id, { status: 'running' }, old),
      () => store.events.append(session.id, [{ type: 'attempt.output', payload: {}, actor: system }], old),
    ];
    for (const refused of refusals) await expect(refused()).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await store.sessions.renew('owner-1', [{ id: session.id, ...old }], 30)).toEqual([session.id]);
    expect(await store.attempts.update(open.id, { status: 'running' }, { epoch: session.epoch + 1 })).toMatchObject({
      status: 'running',
    });
  });

  test('a write under a lock counts while its number is the newest, and a former holder finds no row', async () => {
    const session = await addRunning(store, world);
    const attempt = await addAttempt(store, world, session, await addTask(store, session));
    const resources = [`repository:${session.repositoryId}`, `session:${session.id}`];
    const former = { resources, fencing: (await store.locks.raise(resources, 'former')) ?? 0 };
    const guard = { epoch: session.epoch, fence: former };
    await store.attempts.update(attempt.id, { status: 'running' }, guard);
    const fencing = (await store.locks.raise([resources[0] ?? ''], 'next')) ?? 0;
    expect(fencing).toBeGreaterThan(former.fencing);
    await expect(store.attempts.update(attempt.id, { status: 'verifying' }, guard)).rejects.toMatchObject({
      code: 'CONFLICT',
      details: { lost: resources },
    });
    await expect(store.transaction((tx) => tx.locks.assert(former))).rejects.toMatchObject({ code: 'CONFLICT' });
    const fence = { resources: [resources[0] ?? ''], fencing };
    await store.attempts.update(attempt.id, { status: 'verifying' }, { epoch: session.epoch, fence });
    expect(await store.locks.current([...resources, 'agent:nobody'])).toEqual(
      new Map([
        [resources[0], fencing],
        [resources[1], former.fencing],
      ]),
    );
    await opened.database.db.execute(sql`update lock_fences set granted_at = now() - interval '8 days'`);
    await store.locks.prune();
    await expect(store.locks.assert(fence)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  test('a former life is taken over at once, and only once by two that try', async () => {
    const session = await addRunning(store, world, 'me.1');
    const taken = await Promise.all([
      store.sessions.takeOver('me.2', 30, ['me.1'], false),
      store.sessions.takeOver('me.2', 30, ['me.1'], false),
    ]);
    expect(taken.flat()).toMatchObject([
      { expired: false, previousOwner: 'me.1', session: { id: session.id, epoch: session.epoch + 1 } },
    ]);
    const events = await store.events.list(session.id, { after: 0, types: ['recovery.taken_over'], limit: 5 });
    expect(events).toMatchObject([{ payload: { adopted: false } }]);
  });

  test('a claim whose claimer died goes back to the queue, fenced', async () => {
    const { id } = await addQueued(world);
    await store.sessions.claimQueued('dead', 30, 1);
    await expire(id);
    expect(await store.sessions.takeOver('me', 30, [], true)).toEqual([]);
    expect(await store.sessions.byId(id)).toMatchObject({
      status: 'queued',
      owner: null,
      leaseExpiresAt: null,
      epoch: 2,
    });
    await expect(
      store.sessions.move({ sessionId: id, to: 'running', guard: { epoch: 1 }, reason: 'late', actor: system }),
    ).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await store.sessions.claimQueued('me', 30, 1)).toMatchObject([{ id, epoch: 3, owner: 'me' }]);
  });

  test('what a clean stop released is taken up by the next start', async () => {
    const session = await addRunning(store, world);
    await store.sessions.release('owner-1');
    expect(await store.sessions.byId(session.id)).toMatchObject({
      owner: null,
      leaseExpiresAt: null,
      status: 'running',
    });
    expect(await store.sessions.takeOver('next', 30, [], true)).toMatchObject([
      { previousOwner: null, expired: false, session: { owner: 'next', epoch: session.epoch + 1 } },
    ]);
  });

  test('a lease runs out by itself', async () => {
    const session = await addRunning(store, world, 'owner-1', 0.05);
    await sleep(80);
    expect(await store.sessions.owned('owner-1')).toEqual([]);
    expect(await store.sessions.takeOver('owner-1', 30, [], true)).toMatchObject([
      { expired: true, session: { id: session.id, epoch: session.epoch + 1 } },
    ]);
  });

  test('a deadline is judged for executing sessions only', async () => {
    const late = await addRunning(store, world);
    const early = await addRunning(store, world);
    const paused = await addRunning(store, world);
    const now = (await store.now()).getTime();
    await store.sessions.update(late.id, { deadlineAt: new Date(now - 1000) }, {});
    await store.sessions.update(early.id, { deadlineAt: new Date(now + 60_000) }, {});
    await store.sessions.update(paused.id, { deadlineAt: new Date(now - 1000) }, {});
    await store.sessions.move({ sessionId: paused.id, to: 'paused', guard: {}, reason: 'test', actor: system });
    expect((await store.sessions.pastDeadline()).map((one) => one.id)).toEqual([late.id]);
  });
});
