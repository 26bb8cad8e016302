import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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
import { canMove, type SessionStatus, sessionStatuses } from '../../domain/session.ts';
import { sessionSorts } from '../../domain/session-view.ts';

describe.each(['pglite', 'postgres'] as const)('sessions on %s', (kind) => {
  let opened: TestStore;
  let store: Store;
  let world: World;

  beforeAll(async () => {
    opened = await openTestStore(kind);
    store = opened.store;
    world = await makeWorld(store);
  });
  afterAll(() => opened.close());

  const move = (sessionId: string, to: SessionStatus, guard = {}) =>
    store.sessions.moveAndRead({ sessionId, to, guard, reason: 'test', actor: system });

  test('a new session is pending, at version 1, without progress', async () => {
    const session = await addSession(store, world, { tags: ['a', 'b"c'], budget: { tokens: 5 }, priority: 0 });
    expect(session).toMatchObject({
      status: 'pending',
      version: 1,
      lastSeq: 0,
      epoch: 0,
      priority: 0,
      tags: ['a', 'b"c'],
      budget: { tokens: 5 },
      attention: { kind: 'none', since: null },
      progress: { completed: 0, total: 0 },
      health: 0.8,
      recoverable: false,
    });
    expect(session.createdAt).toBeInstanceOf(Date);
    expect(await store.sessions.get(world.team.id, session.slug.toLowerCase())).toEqual(session);
    expect(await store.sessions.byId(session.id)).toEqual(session);
  });

  test('another team finds nothing, nor does an id that is none', async () => {
    const session = await addSession(store, world);
    const other = await makeWorld(store);
    expect(await store.sessions.get(other.team.id, session.id)).toBeNull();
    expect(await store.sessions.get(other.team.id, session.slug)).toBeNull();
    expect(await store.sessions.get(world.team.id, 'no such thing')).toBeNull();
    expect(await store.sessions.byId('nonsense')).toBeNull();
    await expect(store.sessions.lock('nonsense')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('a move changes the row and tells it, as one', async () => {
    const { id } = await addSession(store, world);
    const queued = await move(id, 'queued', { status: ['pending'], version: 1 });
    expect(queued).toMatchObject({ status: 'queued', version: 2, lastSeq: 1 });
    expect(queued.queuedAt).toBeInstanceOf(Date);
    const events = await store.events.list(id, { after: 0, limit: 10 });
    expect(events).toMatchObject([
      {
        seq: 1,
        type: 'session.status_changed',
        payload: { from: 'pending', to: 'queued', reason: 'test' },
        actor: { kind: 'system', id: null },
      },
    ]);
  });

  test('a move to completed tells of the completion too, under its own seq', async () => {
    const session = await addRunning(store, world);
    const done = await store.sessions.moveAndRead({
      sessionId: session.id,
      to: 'completed',
      guard: { epoch: session.epoch },
      reason: 'all done',
      actor: system,
      patch: { proof: 'proven', headCommit: 'abc' },
      release: true,
    });
    expect(done).toMatchObject({
      status: 'completed',
      proof: 'proven',
      headCommit: 'abc',
      owner: null,
      leaseExpiresAt: null,
    });
    expect(done.endedAt).toBeInstanceOf(Date);
    const events = await store.events.list(session.id, { after: session.lastSeq, limit: 10 });
    expect(events.map((event) => [event.seq, event.type])).toEqual([
      [session.lastSeq + 1, 'session.status_changed'],
      [session.lastSeq + 2, 'session.completed'],
    ]);
    expect(done.lastSeq).toBe(session.lastSeq + 2);
  });

  test('a stale version or epoch is a CONFLICT and writes nothing', async () => {
    const { id } = await addSession(store, world);
    await expect(move(id, 'queued', { version: 7 })).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(move(id, 'queued', { epoch: 3 })).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(store.sessions.update(id, { title: 'Other' }, { version: 2 })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    await expect(move('00000000-0000-4000-8000-000000000000', 'queued')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await store.sessions.byId(id)).toMatchObject({
      status: 'pending',
      version: 1,
      lastSeq: 0,
      title: expect.stringMatching(/^Session/),
    });
    expect(await store.events.list(id, { after: 0, limit: 10 })).toEqual([]);
  });

  test('every edge outside the table is refused with its legal targets', async () => {
    const { id } = await addSession(store, world);
    for (const to of sessionStatuses.filter((status) => !canMove('pending', status))) {
      await expect(move(id, to)).rejects.toMatchObject({
        code: 'INVALID_TRANSITION',
        details: { from: 'pending', to },
      });
    }
    await expect(move(id, 'queued', { status: ['paused'] })).rejects.toMatchObject({ code: 'CONFLICT' });
    expect((await store.sessions.byId(id))?.version).toBe(1);
  });

  test('an update sets what it names and nothing else', async () => {
    const { id } = await addSession(store, world, { description: 'keep me' });
    const updated = await store.sessions.update(
      id,
      {
        title: "O'Hara \u0000 \ud800",
        tags: ['x'],
        budget: null,
        error: { code: 'X', message: 'm', context: { a: 1 } },
        deadlineAt: new Date(0),
      },
      { version: 1 },
    );
    expect(updated).toMatchObject({
      title: "O'Hara \uFFFD \uFFFD",
      tags: ['x'],
      version: 2,
      description: 'keep me',
      error: { code: 'X', message: 'm', context: { a: 1 } },
      deadlineAt: new Date(0),
    });
  });

  test('attention is told once and clears with its moment', async () => {
    const { id } = await addSession(store, world);
    await store.sessions.setAttention(id, 'permission', system);
    await store.sessions.setAttention(id, 'permission', system);
    const session = await store.sessions.byId(id);
    expect(session?.attention).toEqual({ kind: 'permission', since: expect.any(Date) });
    expect(session?.lastSeq).toBe(1);
    await store.sessions.setAttention(id, 'none', system);
    expect((await store.sessions.byId(id))?.attention).toEqual({ kind: 'none', since: null });
    await expect(store.sessions.setAttention(world.team.id, 'none', system)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  test('progress counts the leaves that count', async () => {
    const session = await addRunning(store, world);
    const group = await addTask(store, session);
    const done = await addTask(store, session, { parentTaskId: group.id });
    await addTask(store, session, { parentTaskId: group.id });
    const cancelled = await addTask(store, session);
    const step = (
      taskId: string,
      from: 'pending' | 'ready' | 'assigned' | 'in_progress',
      to: 'ready' | 'assigned' | 'in_progress' | 'completed' | 'cancelled',
    ) => store.tasks.move({ taskId, sessionId: session.id, from: [from], to, reason: null, actor: system });
    await step(done.id, 'pending', 'ready');
    await step(done.id, 'ready', 'assigned');
    await step(done.id, 'assigned', 'in_progress');
    await step(done.id, 'in_progress', 'completed');
    await step(cancelled.id, 'pending', 'cancelled');
    expect((await store.sessions.byId(session.id))?.progress).toEqual({ completed: 1, total: 2 });
  });

  test('ancestors are nearest first, children in order of birth', async () => {
    const root = await addSession(store, world);
    const child = await addSession(store, world, { parentId: root.id });
    const leaf = await addSession(store, world, { parentId: child.id });
    expect((await store.sessions.ancestors(leaf.id)).map((one) => one.id)).toEqual([child.id, root.id]);
    expect((await store.sessions.children(root.id)).map((one) => one.id)).toEqual([child.id]);
  });

  test('lists filter, search, count and page', async () => {
    const other = await makeWorld(store);
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) {
      ids.push(
        (
          await addSession(store, other, {
            title: n === 3 ? '100% done_' : `Plain ${n}`,
            priority: n === 1 ? 0 : 3,
            tags: [`t${n}`],
          })
        ).id,
      );
    }
    await store.sessions.setAttention(ids[0] ?? '', 'question', system);
    await move(ids[4] ?? '', 'cancelled');
    const list = (filter: Parameters<Store['sessions']['list']>[1], limit = 20, cursor?: string) =>
      store.sessions.list(other.team.id, filter, { limit, cursor });
    expect((await list({})).items[0]?.id).toBe(ids[0]);
    expect((await list({ sort: 'oldest' })).items.map((one) => one.id)).toEqual(ids);
    expect((await list({ q: '100% done_' })).items.map((one) => one.id)).toEqual([ids[3]]);
    expect((await list({ q: '%' })).total).toBe(1);
    expect((await list({ status: ['cancelled'] })).total).toBe(1);
    // What ended long ago is left out where only the last day is asked for, and so is what goes on.
    expect((await list({ ended: 'day' })).total).toBe(1);
    await opened.database.db.execute(sql`update sessions set ended_at = clock_timestamp() - interval '25 hours'
      where team_id = ${other.team.id}::uuid and status = 'cancelled'`);
    expect((await list({ ended: 'day' })).total).toBe(0);
    expect((await list({ status: ['cancelled'] })).total).toBe(1);
    expect((await list({ priority: [0] })).items.map((one) => one.id)).toEqual([ids[1]]);
    expect((await list({ tag: ['t2', 't3'] })).total).toBe(2);
    expect((await list({ attention: ['question'], createdBy: other.user.id })).total).toBe(1);
    const first = await list({ sort: 'oldest' }, 2);
    const second = await list({ sort: 'oldest' }, 2, first.nextCursor ?? undefined);
    const third = await list({ sort: 'oldest' }, 2, second.nextCursor ?? undefined);
    expect([...first.items, ...second.items, ...third.items].map((one) => one.id)).toEqual(ids);
    expect(third.nextCursor).toBeNull();
    const madeUp = Buffer.from(JSON.stringify(['oldest', 'noon', 'x'])).toString('base64url');
    await expect(list({}, 2, 'nonsense')).rejects.toMatchObject({ code: 'INVALID' });
    await expect(list({ sort: 'oldest' }, 2, madeUp)).rejects.toMatchObject({ code: 'INVALID' });
    expect(await store.sessions.counts(other.team.id)).toEqual({
      status: { pending: 4, cancelled: 1 },
      attention: { none: 4, question: 1 },
    });
    expect(await store.sessions.countActive(other.team.id)).toBe(4);
    await store.sessions.update(ids[0] ?? '', { deletedAt: new Date() }, {});
    expect((await list({})).total).toBe(4);
    expect((await list({ deleted: true })).items.map((one) => one.id)).toEqual([ids[0]]);
    expect(await store.sessions.get(other.team.id, ids[0] ?? '')).toBeNull();
    expect(await store.sessions.get(other.team.id, ids[0] ?? '', { deleted: true })).not.toBeNull();
  });

  test('a page begins after the last row of the one before, whatever came or went meanwhile', async () => {
    const other = await makeWorld(store);
    const ids: string[] = [];
    for (let n = 0; n < 6; n += 1)
      ids.push((await addSession(store, other, { title: `Row ${n % 3}`, priority: n % 2 === 0 ? 1 : 3 })).id);
    await store.sessions.setAttention(ids[1] ?? '', 'question', system);
    await store.sessions.setAttention(ids[4] ?? '', 'permission', system);
    for (const sort of sessionSorts) {
      const whole = await store.sessions.list(other.team.id, { sort }, { limit: 100 });
      const paged: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await store.sessions.list(other.team.id, { sort }, { limit: 2, cursor });
        paged.push(...page.items.map((one) => one.id));
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined);
      expect(paged, sort).toEqual(whole.items.map((one) => one.id));
    }
    const first = await store.sessions.list(other.team.id, { sort: 'newest' }, { limit: 3 });
    // An offset would now show the third row again.
    await addSession(store, other, { title: 'Newer than all' });
    const next = { limit: 3, cursor: first.nextCursor ?? undefined };
    const second = await store.sessions.list(other.team.id, { sort: 'newest' }, next);
    expect(new Set([...first.items, ...second.items].map((one) => one.id)).size).toBe(6);
    await expect(store.sessions.list(other.team.id, { sort: 'title' }, next)).rejects.toMatchObject({
      code: 'INVALID',
    });
  });

  test('an order by progress, health or cost is the one of the figures that are shown', async () => {
    const other = await makeWorld(store);
    const ago = (share: number) => new Date(Date.now() - share * 3_600_000);
    for (const share of [0.1, 0.8, 0.95]) {
      for (const to of ['running', 'degraded'] as const) {
        const { id } = await addRunning(store, other);
        if (to === 'degraded') await move(id, to);
        await store.sessions.update(id, { startedAt: ago(share), maxDurationSeconds: 3_600 }, {});
      }
    }
    const rested = await addRunning(store, other);
    await store.sessions.update(
      rested.id,
      { startedAt: ago(0.95), pausedSeconds: 3_000, maxDurationSeconds: 3_600 },
      {},
    );
    await move((await addSession(store, other)).id, 'cancelled');
    await move((await addSession(store, other)).id, 'failed');
    const done = await addRunning(store, other);
    const [first] = [await addTask(store, done), await addTask(store, done), await addTask(store, rested)];
    const path = ['pending', 'ready', 'assigned', 'in_progress', 'completed'] as const;
    for (const [index, from] of path.slice(0, -1).entries())
      await store.tasks.move({
        ...{ taskId: first.id, sessionId: done.id, from: [from], to: path[index + 1] ?? 'completed' },
        ...{ reason: null, actor: system },
      });
    const list = async (sort: 'progress' | 'health' | 'cost') =>
      (await store.sessions.list(other.team.id, { sort }, { limit: 100 })).items;

    const health = (await list('health')).map((one) => one.health);
    expect(health).toEqual(health.toSorted((a, b) => a - b));
    expect(new Set(health)).toEqual(new Set([0, 0.1, 0.3, 0.5, 0.7, 0.9]));
    expect((await list('progress')).slice(0, 1).map((one) => one.progress)).toEqual([{ completed: 1, total: 2 }]);

    const attempt = await addAttempt(store, other, done, first);
    const call = {
      ...{ teamId: other.team.id, attemptId: attempt.id, provider: 'local', model: 'any' },
      ...{ inputTokens: 1, outputTokens: 1, reasoningTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 },
      ...{ latencyMs: 1, status: 200, errorClass: null },
    };
    await store.modelCalls.record({ ...call, sessionId: rested.id, costUsd: 0.25 });
    await store.modelCalls.record({ ...call, sessionId: rested.id, costUsd: 0.000001 });
    await store.modelCalls.record({ ...call, sessionId: first.sessionId, costUsd: null });
    const dear = (await list('cost')).map((one) => one.id);
    expect([dear[0], dear.at(-1)]).toEqual([rested.id, first.sessionId]);
  });

  test('words of the goal are found by their beginnings, parts of names anywhere', async () => {
    const other = await makeWorld(store);
    const { id } = await addSession(store, other, {
      title: 'Wrap lines',
      prompt: 'Break the ledger’s overlong entries.',
    });
    await addSession(store, other, { title: 'Something else', prompt: 'Nothing of it.' });
    const find = async (q: string) =>
      (await store.sessions.list(other.team.id, { q }, { limit: 10 })).items.map((one) => one.id);
    for (const q of ['ledger', 'LEDG', 'overlong led', 'ine', 'wrap', 'entr break'])
      expect(await find(q), q).toEqual([id]);
    for (const q of ['edger', 'ledger nothing', "led' & !x", '<->', ':*']) expect(await find(q), q).toEqual([]);
  });

  test('a line tells whose it is, what it cost and where it runs', async () => {
    const other = await makeWorld(store);
    const session = await addRunning(store, other);
    const task = await addTask(store, session);
    const attempt = await addAttempt(store, other, session, task);
    const elsewhere = await makeWorld(store);
    const hidden = await addSession(store, elsewhere);
    const figures = () => store.sessions.lineFigures(other.team.id, [session.id, hidden.id, 'nonsense']);
    expect(await figures()).toEqual([
      {
        id: session.id,
        ownerName: 'Ada',
        repositoryName: 'sample',
        costUsd: 0,
        runtimes: [expect.stringMatching(/^embedded-/)],
      },
    ]);
    const call = {
      ...{ teamId: other.team.id, sessionId: session.id, attemptId: attempt.id, provider: 'local', model: 'any' },
      ...{ inputTokens: 1, outputTokens: 1, reasoningTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 },
      ...{ latencyMs: 1, status: 200, errorClass: null },
    };
    await store.modelCalls.record({ ...call, costUsd: 0.25 });
    expect(await figures()).toMatchObject([{ costUsd: 0.25 }]);
    await store.modelCalls.record({ ...call, costUsd: null });
    expect(await figures()).toMatchObject([{ costUsd: null }]);
  });
});
