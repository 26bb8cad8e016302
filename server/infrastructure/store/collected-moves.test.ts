import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inTeam } from '../../../db/team-scope.ts';
import { addRunning, addSession, makeWorld, system, type World } from '../../../db/testing/fixtures.ts';
import { openTestStore, type TestStore } from '../../../db/testing/store.ts';
import type { SessionGuard } from '../../application/session-port.ts';
import type { Store } from '../../application/store-port.ts';
import type { Session } from '../../domain/session.ts';

describe.each(['pglite', 'postgres'] as const)('moves that come at the same moment, on %s', (kind) => {
  let opened: TestStore;
  let store: Store;
  let world: World;

  beforeAll(async () => {
    opened = await openTestStore(kind);
    store = opened.store;
    world = await makeWorld(store);
  });
  afterAll(() => opened.close());

  const several = (count: number) => Promise.all(Array.from({ length: count }, () => addRunning(store, world)));
  const move = (id: string, to: 'running' | 'degraded', guard: SessionGuard = {}, cause?: string | null) =>
    store.sessions.move({
      sessionId: id,
      to,
      guard,
      reason: `now ${to}`,
      actor: system,
      ...(cause !== undefined && { patch: { cause } }),
    });
  const moves = async (id: string) => {
    const events = await store.events.list(id, { after: 0, limit: 100 });
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, place) => place + 1));
    expect((await store.sessions.byId(id))?.lastSeq).toBe(events.length);
    return events.filter(({ type }) => type === 'session.status_changed').map(({ payload }) => payload);
  };
  const now = (id: string) => store.sessions.byId(id) as Promise<Session>;

  test('share statements, and each session has its own version, event, cause and clocks', async () => {
    const sessions = await several(20);
    await Promise.all(
      sessions.map(({ id, epoch }, n) => move(id, 'degraded', { epoch, status: ['running'] }, `no ${n}`)),
    );
    for (const [n, before] of sessions.entries()) {
      const after = await now(before.id);
      expect(after).toMatchObject({ status: 'degraded', version: before.version + 1, cause: `no ${n}` });
      expect(after.statusSince.getTime()).toBeGreaterThan(before.statusSince.getTime());
      expect(after.startedAt).toEqual(before.startedAt);
      expect((await moves(before.id)).at(-1)).toEqual({ from: 'running', to: 'degraded', reason: 'now degraded' });
    }
    const ids = sql.join(
      sessions.map(({ id }) => sql`${id}::uuid`),
      sql`, `,
    );
    const statements = await opened.database.db.$count(
      sql`(select distinct xid::text from events where payload->>'to' = 'degraded' and session_id in (${ids})) x`,
    );
    expect(statements).toBeLessThan(6);
    expect(await store.outbox.size()).toBeGreaterThanOrEqual(20);
    // What a move does not name stays.
    await Promise.all(sessions.map(({ id }, n) => move(id, 'running', {}, n % 2 === 0 ? null : undefined)));
    for (const [n, { id }] of sessions.entries()) expect((await now(id)).cause).toBe(n % 2 === 0 ? null : `no ${n}`);
  });

  test('a commit is told after it happened, to whoever listens', async () => {
    const sessions = await several(5);
    const heard: Promise<Session>[] = [];
    const stop = store.onCommit(() => heard.push(now(sessions[0]?.id ?? '')));
    await Promise.all(sessions.map(({ id }) => move(id, 'degraded')));
    stop();
    expect((await Promise.all(heard)).map(({ status }) => status)).toContain('degraded');
  });

  test('one that is stale, fenced, gone or not legal fails alone, with its own word', async () => {
    const [good, stale, fenced, better] = (await several(4)) as [Session, Session, Session, Session];
    const pending = await addSession(store, world);
    const results = await Promise.allSettled([
      move(good.id, 'degraded'),
      move(stale.id, 'degraded', { version: stale.version - 1 }),
      move(fenced.id, 'degraded', { epoch: fenced.epoch - 1 }),
      move(randomUUID(), 'degraded'),
      move(pending.id, 'degraded'),
      move(better.id, 'degraded', { version: better.version, epoch: better.epoch }),
    ]);
    expect(results.map((result) => (result.status === 'fulfilled' ? 'moved' : result.reason.code))).toEqual([
      'moved',
      'CONFLICT',
      'CONFLICT',
      'NOT_FOUND',
      'INVALID_TRANSITION',
      'moved',
    ]);
    for (const { id } of [stale, fenced]) expect((await now(id)).status).toBe('running');
    expect((await now(pending.id)).version).toBe(1);
  });

  test('two of one session follow each other, also among others', async () => {
    const [one, ...others] = (await several(6)) as [Session, ...Session[]];
    const seen = (await moves(one.id)).length;
    await Promise.all([
      ...others.map(({ id }) => move(id, 'degraded')),
      move(one.id, 'degraded'),
      move(one.id, 'running', { status: ['degraded'] }),
      move(one.id, 'degraded', { status: ['running'] }),
    ]);
    expect((await moves(one.id)).slice(seen).map(({ to }) => to)).toEqual(['degraded', 'running', 'degraded']);
  });

  test('of one team, or in a transaction, a move goes its own way', async () => {
    const [one, two] = (await several(2)) as [Session, Session];
    await inTeam(world.team.id, () => Promise.all([move(one.id, 'degraded'), move(two.id, 'degraded')]));
    expect((await now(two.id)).status).toBe('degraded');
    await expect(store.transaction(() => move(one.id, 'running'))).rejects.toThrow('inside a transaction');
    await store.transaction((tx) =>
      tx.sessions.move({ sessionId: one.id, to: 'running', guard: {}, reason: 'inside', actor: system }),
    );
    expect((await now(one.id)).status).toBe('running');
  });

  if (kind === 'postgres')
    test('one whose row is held waits, and keeps nobody else', async () => {
      const [held, ...free] = (await several(6)) as [Session, ...Session[]];
      const locked = Promise.withResolvers<void>();
      const goOn = Promise.withResolvers<void>();
      const holder = store.transaction(async (tx) => {
        await tx.sessions.lock(held.id);
        locked.resolve();
        await goOn.promise;
      });
      await locked.promise;
      let done = false;
      const late = move(held.id, 'degraded').then(() => {
        done = true;
      });
      await Promise.all(free.map(({ id }) => move(id, 'degraded')));
      expect(done).toBe(false);
      goOn.resolve();
      await Promise.all([holder, late]);
      expect((await now(held.id)).status).toBe('degraded');
    });
});
