import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addSession, makeWorld, type World } from '../../../db/testing/fixtures.ts';
import { openTestStore, type TestStore } from '../../../db/testing/store.ts';
import type { Store, Tx } from '../../application/store-port.ts';
import { DomainError } from '../../domain/errors.ts';

describe.each(['pglite', 'postgres'] as const)('transactions on %s', (kind) => {
  let opened: TestStore;
  let store: Store;
  let world: World;

  beforeAll(async () => {
    opened = await openTestStore(kind);
    store = opened.store;
    world = await makeWorld(store);
  });
  afterAll(() => opened.close());

  test('the outer store inside a transaction is an error that says so, not a wait for ever', async () => {
    await expect(store.transaction(() => store.sessions.byId(world.team.id))).rejects.toThrow(
      'outer store was used inside a transaction',
    );
    await expect(store.transaction(() => store.teams.list())).rejects.toThrow(
      'outer store was used inside a transaction',
    );
    await expect(store.transaction(() => store.now())).rejects.toThrow('outer store was used inside a transaction');
    expect(await store.teams.get(world.team.id)).not.toBeNull();
  });

  test('a transaction inside a transaction joins it', async () => {
    const { id } = await addSession(store, world);
    const work = store.transaction(async (tx) => {
      await tx.sessions.update(id, { cause: 'outer' }, {});
      await store.transaction(async (inner) => {
        expect((await inner.sessions.byId(id))?.cause).toBe('outer');
        await inner.sessions.update(id, { cause: 'inner' }, {});
      });
      expect((await tx.sessions.byId(id))?.cause).toBe('inner');
      throw new DomainError('FORBIDDEN', 'no');
    });
    await expect(work).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect((await store.sessions.byId(id))?.cause).toBeNull();
  });

  test('a tx kept past its end is refused', async () => {
    let kept: Tx | null = null;
    await store.transaction(async (tx) => {
      kept = tx;
      await tx.teams.list();
    });
    await expect((kept as Tx | null)?.teams.list()).rejects.toThrow('used after its end');
  });

  test('work begun in a transaction may use the outer store once that is over', async () => {
    let go = () => {};
    const over = new Promise<void>((resolve) => {
      go = resolve;
    });
    let later: Promise<number> = Promise.resolve(0);
    await store.transaction(async (tx) => {
      await tx.teams.list();
      later = over.then(async () => (await store.teams.list()).length);
    });
    go();
    expect(await later).toBeGreaterThan(0);
  });

  test('a deadlock or serialization failure of the database is repeated, a third one is told', async () => {
    let tries = 0;
    const failing = (times: number) =>
      store.transaction(async (tx) => {
        tries += 1;
        await tx.teams.list();
        if (tries <= times) throw Object.assign(new Error('deadlock detected'), { code: '40P01' });
        return tries;
      });
    expect(await failing(2)).toBe(3);
    tries = 0;
    await expect(failing(3)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(tries).toBe(3);
  });

  test("a doubled name is a CONFLICT in the domain's words", async () => {
    const { slug } = world.team;
    await expect(store.teams.create({ id: randomUUID(), name: 'Other', slug })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    await expect(
      store.transaction((tx) => tx.teams.create({ id: randomUUID(), name: 'Other', slug })),
    ).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  test('twenty sessions created at once against a quota of ten are ten', async () => {
    const other = await makeWorld(store);
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, () =>
        store.transaction(async (tx) => {
          const team = await tx.teams.lock(other.team.id);
          if ((await tx.sessions.countActive(team.id)) >= team.maxActiveSessions)
            throw new DomainError('QUOTA_EXCEEDED', 'full');
          return addSession(tx, other);
        }),
      ),
    );
    const made = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value.slug] : []));
    expect(made).toHaveLength(10);
    expect(new Set(made).size).toBe(10);
    const refused = results.flatMap((result) =>
      result.status === 'rejected' ? [(result.reason as { code: string }).code] : [],
    );
    expect(new Set(refused)).toEqual(new Set(['QUOTA_EXCEEDED']));
    expect(await store.sessions.countActive(other.team.id)).toBe(10);
  });

  test('one key is new for one caller, running for the others, then answered', async () => {
    const [team, actor] = [world.team.id, world.user.id];
    const begin = (key: string, body = 'body') => store.idempotency.begin(team, actor, key, body, 'house.1');
    const states = await Promise.all(Array.from({ length: 8 }, () => begin('k1')));
    expect(states.filter(({ state }) => state === 'new')).toHaveLength(1);
    expect(states.filter(({ state }) => state === 'running')).toHaveLength(7);
    expect(await begin('k1', 'other body')).toEqual({ state: 'mismatch' });
    await store.idempotency.finish(team, actor, 'k1', 201, { id: '1', text: '12' });
    expect(await begin('k1')).toEqual({ state: 'done', status: 201, response: { id: '1', text: '12' } });
    await store.idempotency.forget(team, actor, 'k1');
    expect(await begin('k1')).toMatchObject({ state: 'done' });
    expect(await store.idempotency.begin(team, 'somebody else', 'k1', 'body', 'house.1')).toEqual({ state: 'new' });
    await begin('k2');
    await store.idempotency.forget(team, actor, 'k2');
    expect(await begin('k2', 'other body')).toEqual({ state: 'new' });
    await opened.database.db.execute(
      sql`update idempotency_keys set created_at = created_at - interval '25 hours' where key = 'k1'`,
    );
    expect(await begin('k1', 'new day')).toEqual({ state: 'new' });
    for (const response of ['12', 12, null, ['x']]) {
      await store.idempotency.finish(team, actor, 'k1', 200, response);
      expect(await begin('k1', 'new day')).toEqual({ state: 'done', status: 200, response });
    }
  });
});
