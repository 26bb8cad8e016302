import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addSession, makeWorld, system, tick, type World } from '../../../db/testing/fixtures.ts';
import { openTestStore, type TestStore } from '../../../db/testing/store.ts';
import type { LeafChange } from '../../application/knowledge-port.ts';
import type { Store } from '../../application/store-port.ts';
import type { Context, ContextData } from '../../domain/context.ts';

describe.each(['pglite', 'postgres'] as const)('contexts on %s', (kind) => {
  let opened: TestStore;
  let store: Store;
  let world: World;

  beforeAll(async () => {
    opened = await openTestStore(kind);
    store = opened.store;
    world = await makeWorld(store);
  });
  afterAll(() => opened.close());

  const add = async (over: Partial<Context> = {}, changes: readonly LeafChange[] = []) => {
    await tick(store);
    return store.contexts.create(
      {
        id: randomUUID(),
        teamId: world.team.id,
        name: 'Notes',
        scope: 'global',
        sessionId: null,
        agentId: null,
        data: {},
        metadata: {},
        createdBy: world.user.id,
        expiresAt: null,
        ...over,
      },
      changes,
      system,
    );
  };
  const write = (id: string, version: number, data: ContextData, changes: readonly LeafChange[]) =>
    store.contexts.write(id, { version, data, changes, actor: system });
  const expire = (id: string) =>
    opened.database.db.execute(
      sql`update contexts set expires_at = clock_timestamp() - interval '1 second' where id = ${id}::uuid`,
    );

  test('a context keeps its data, and the history its leaves, absent apart from null', async () => {
    const data = { build: { tool: 'npm', cache: null }, 'a.b': [1, 'two \u0000'], big: 1e20 };
    const context = await add({ data, metadata: { from: ['x'] } }, [
      { path: 'build.tool', after: 'npm' },
      { path: 'build.cache', after: null },
    ]);
    expect(context).toMatchObject({ version: 1, name: 'Notes', metadata: { from: ['x'] }, expiresAt: null });
    expect(context.data).toEqual({ ...data, 'a.b': [1, 'two \uFFFD'] });
    expect(context.updatedAt).toEqual(context.createdAt);
    expect(await store.contexts.get(world.team.id, context.id)).toEqual(context);
    const written = await write(context.id, 1, { build: { cache: 'on' } }, [
      { path: 'build.tool', before: 'npm' },
      { path: 'build.cache', before: null, after: 'on' },
    ]);
    expect(written).toMatchObject({ version: 2, data: { build: { cache: 'on' } }, name: 'Notes' });
    expect(written.updatedAt.getTime()).toBeGreaterThanOrEqual(context.updatedAt.getTime());
    const history = await store.contexts.history(context.id, { limit: 100 });
    expect(history.map(({ id: _, contextId: __, at: ___, actor: ____, ...leaf }) => leaf)).toEqual([
      { version: 2, path: 'build.cache', before: null, after: 'on' },
      { version: 2, path: 'build.tool', before: 'npm' },
      { version: 1, path: 'build.cache', after: null },
      { version: 1, path: 'build.tool', after: 'npm' },
    ]);
    expect(history[0]).toMatchObject({
      contextId: context.id,
      at: written.updatedAt,
      actor: { kind: 'system', name: 'test' },
    });
    expect(await store.contexts.history(context.id, { limit: 1, before: history[1]?.id })).toEqual([history[2]]);
    expect(await store.contexts.history(context.id, { limit: 9, from: 2 })).toEqual(history.slice(0, 2));
    expect(await store.contexts.history(context.id, { limit: 9, from: 1, to: 1 })).toEqual(history.slice(2));
  });

  test('a stale write is refused with both versions and the keys that both touched, and writes nothing', async () => {
    const context = await add({ data: { a: 1, b: { c: 1 } } });
    await write(context.id, 1, { a: 2, b: { c: 2 } }, [
      { path: 'a', before: 1, after: 2 },
      { path: 'b.c', before: 1, after: 2 },
    ]);
    await write(context.id, 2, { a: 2, b: { c: 2 }, d: 1 }, [{ path: 'd', after: 1 }]);
    await expect(
      write(context.id, 1, { a: 1, b: 1, bc: 1 }, [
        { path: 'b', before: { c: 1 }, after: 1 },
        { path: 'bc', after: 1 },
        { path: 'd.e', after: 1 },
      ]),
    ).rejects.toMatchObject({ code: 'CONFLICT', details: { version: 3, seen: 1, keys: ['b.c', 'd'] } });
    expect(await store.contexts.get(world.team.id, context.id)).toMatchObject({ version: 3, data: { a: 2 } });
    expect(await store.contexts.history(context.id, { limit: 9 })).toHaveLength(3);
    await expect(write(randomUUID(), 1, {}, [])).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(store.contexts.get((await makeWorld(store)).team.id, context.id)).resolves.toBeNull();
  });

  test('of twenty who write the version they saw one succeeds; twenty who lock it first all do', async () => {
    const { id } = await add({ data: { n: 0 } });
    const blind = await Promise.allSettled(
      Array.from({ length: 20 }, (_, n) => write(id, 1, { n }, [{ path: 'n', before: 0, after: n }])),
    );
    expect(blind.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        store.transaction(async (tx) => {
          const now = await tx.contexts.lock(world.team.id, id);
          const data = { ...now.data, [`k${n}`]: n };
          return tx.contexts.write(id, {
            version: now.version,
            data,
            changes: [{ path: `k${n}`, after: n }],
            actor: system,
          });
        }),
      ),
    );
    const whole = await store.contexts.get(world.team.id, id);
    expect(whole?.version).toBe(22);
    expect(Object.keys(whole?.data ?? {})).toHaveLength(21);
    expect(await store.contexts.history(id, { limit: 100 })).toHaveLength(21);
    await expect(store.contexts.lock(world.team.id, randomUUID())).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('what has expired is not there for anybody, and is swept away', async () => {
    const gone = await add({ scope: 'temporary' });
    const stays = await add({ scope: 'temporary', expiresAt: new Date(Date.now() + 3_600_000) });
    await expire(gone.id);
    expect(await store.contexts.get(world.team.id, gone.id)).toBeNull();
    await expect(write(gone.id, 1, {}, [])).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(store.contexts.lock(world.team.id, gone.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(store.contexts.remove(world.team.id, gone.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const { items, total } = await store.contexts.list(world.team.id, { scope: ['temporary'] }, { limit: 10 });
    expect([items.map((one) => one.id), total]).toEqual([[stays.id], 1]);
    expect(await store.contexts.removeExpired()).toBe(1);
    expect(await store.contexts.removeExpired()).toBe(0);
    await store.contexts.remove(world.team.id, stays.id);
    expect(await store.contexts.history(stays.id, { limit: 1 })).toEqual([]);
  });

  test('the contexts of a session, an agent and the team are found, oldest first', async () => {
    const own = await makeWorld(store);
    const session = await addSession(store, own);
    const [teamId, sessionId, agentId] = [own.team.id, session.id, own.agent.id];
    const first = await add({ teamId, scope: 'session', sessionId });
    const second = await add({ teamId, scope: 'session', sessionId, name: '50%_more' });
    const agents = await add({ teamId, scope: 'agent', agentId, data: { hint: 'use Vitest' } });
    const everybody = await add({ teamId });
    const ids = (all: readonly Context[]) => all.map((one) => one.id);
    expect(ids(await store.contexts.ofSession(sessionId))).toEqual([first.id, second.id]);
    expect(ids(await store.contexts.ofAgent(agentId))).toEqual([agents.id]);
    expect(ids(await store.contexts.global(teamId))).toEqual([everybody.id]);

    const list = async (filter: Parameters<Store['contexts']['list']>[1], cursor?: string) =>
      store.contexts.list(teamId, filter, { limit: 3, cursor });
    const page = await list({});
    expect(page.total).toBe(4);
    expect(ids([...page.items, ...(await list({}, page.nextCursor ?? '')).items])).toEqual([
      everybody.id,
      agents.id,
      second.id,
      first.id,
    ]);
    expect(ids((await list({ q: '50%_M' })).items)).toEqual([second.id]);
    expect(ids((await list({ q: 'vitest' })).items)).toEqual([agents.id]);
    expect(ids((await list({ sessionId, scope: ['session', 'global'] })).items)).toEqual([second.id, first.id]);
    expect(ids((await list({ agentId })).items)).toEqual([agents.id]);
    expect((await list({ sessionId: 'nonsense' })).total).toBe(0);

    const later = new Date(Date.now() + 86_400_000);
    await store.contexts.setSessionExpiry(sessionId, later);
    expect((await store.contexts.ofSession(sessionId)).map((one) => one.expiresAt)).toEqual([later, later]);
    expect((await store.contexts.get(teamId, agents.id))?.expiresAt).toBeNull();
    await expire(first.id);
    await store.contexts.setSessionExpiry(sessionId, null);
    expect(await store.contexts.ofSession(sessionId)).toMatchObject([{ id: second.id, expiresAt: null, version: 1 }]);
    const promoted = await store.contexts.write(second.id, {
      version: 1,
      data: {},
      changes: [],
      actor: system,
      scope: 'global',
      sessionId: null,
      name: 'Known to all',
      metadata: { promotedFrom: sessionId },
    });
    expect(promoted).toMatchObject({
      scope: 'global',
      sessionId: null,
      name: 'Known to all',
      metadata: { promotedFrom: sessionId },
    });
  });
});
