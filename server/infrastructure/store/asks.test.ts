import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addAttempt, addRunning, addTask, makeWorld, type World } from '../../../db/testing/fixtures.ts';
import { openTestStore, type TestStore } from '../../../db/testing/store.ts';
import type { Store } from '../../application/store-port.ts';
import type { Attempt } from '../../domain/attempt.ts';
import type { Session } from '../../domain/session.ts';
import type { Task } from '../../domain/task.ts';

describe.each(['pglite', 'postgres'] as const)('asks on %s', (kind) => {
  let opened: TestStore;
  let store: Store;
  let world: World;
  let session: Session;
  let task: Task;
  let attempt: Attempt;

  beforeAll(async () => {
    opened = await openTestStore(kind);
    store = opened.store;
    world = await makeWorld(store);
    session = await addRunning(store, world);
    task = await addTask(store, session);
    attempt = await addAttempt(store, world, session, task);
  });
  afterAll(() => opened.close());

  const ask = (remoteAskId: string, fields: { escalatesAt?: Date; expiresAt?: Date; attemptId?: string } = {}) => ({
    id: randomUUID(),
    teamId: world.team.id,
    sessionId: session.id,
    taskId: task.id,
    attemptId: attempt.id,
    kind: 'permission' as const,
    title: 'npm publish',
    command: 'npm publish',
    paths: ['/w'],
    patterns: ['npm publish *'],
    permission: 'bash',
    question: null,
    options: [],
    remoteAskId,
    remoteSessionId: attempt.remoteSessionId,
    escalatesAt: new Date(Date.now() + 900_000),
    expiresAt: new Date(Date.now() + 86_400_000),
    ...fields,
  });

  test('the same remote ask is opened once, by however many tell it', async () => {
    const told = await Promise.all([1, 2, 3, 4].map(() => store.asks.open(ask('per_1'))));
    expect(told.filter((one) => one.opened)).toHaveLength(1);
    expect(new Set(told.map((one) => one.ask.id)).size).toBe(1);
    expect(told[0]?.ask).toMatchObject({
      status: 'open',
      patterns: ['npm publish *'],
      options: [],
      answer: null,
      deliveredAt: null,
    });
  });

  test('of several answers one counts, and it waits to be delivered', async () => {
    const { ask: opened_ } = await store.asks.open(ask('per_2'));
    const results = await Promise.allSettled(
      [1, 2, 3].map(() => store.asks.answer(opened_.id, { decision: 'session' }, { userId: world.user.id })),
    );
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    for (const result of results)
      if (result.status === 'rejected')
        expect(result.reason).toMatchObject({ code: 'CONFLICT', details: { status: 'answered' } });
    expect(await store.asks.undelivered(session.id)).toMatchObject([
      { id: opened_.id, answer: { decision: 'session' }, answeredBy: world.user.id },
    ]);
    await store.asks.markDelivered(opened_.id);
    expect(await store.asks.undelivered(session.id)).toEqual([]);
    expect(await store.asks.sessionRules(session.id)).toEqual([{ permission: 'bash', patterns: ['npm publish *'] }]);
    await expect(store.asks.answer(randomUUID(), { decision: 'once' }, { userId: null })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  test('escalation and expiry are due by the clock of the database', async () => {
    const now = (await store.now()).getTime();
    const late = (await store.asks.open(ask('per_3', { escalatesAt: new Date(now - 1) }))).ask;
    const over = (await store.asks.open(ask('per_4', { escalatesAt: new Date(now - 2), expiresAt: new Date(now - 1) })))
      .ask;
    expect((await store.asks.overdue()).map((one) => one.id)).toEqual([over.id, late.id]);
    for (const { id } of [late, over]) expect(await store.asks.escalate(id)).toMatchObject({ id, status: 'escalated' });
    expect(await store.asks.escalate(late.id)).toBeNull();
    expect((await store.asks.overdue()).map((one) => one.id)).toEqual([over.id]);
    expect(await store.asks.close({ id: over.id }, 'expired')).toMatchObject([{ id: over.id, status: 'expired' }]);
    expect(await store.asks.close({ id: over.id }, 'superseded')).toEqual([]);
    expect((await store.asks.openOf(session.id)).map((one) => one.id)).toContain(late.id);
    expect(await store.asks.answer(late.id, { decision: 'reject', message: 'no' }, { userId: null })).toMatchObject({
      status: 'answered',
      answeredBy: null,
    });
  });

  test('an ended attempt takes its open asks with it', async () => {
    const other = await addAttempt(store, world, session, task, 2);
    const mine = (await store.asks.open(ask('per_5', { attemptId: other.id }))).ask;
    const answered = (await store.asks.open(ask('per_6', { attemptId: other.id }))).ask;
    await store.asks.answer(answered.id, { decision: 'once' }, { userId: null });
    expect((await store.asks.close({ attemptId: other.id }, 'superseded')).map((one) => one.id)).toEqual([mine.id]);
  });

  test('the list shows open asks first, with their names, inside the team', async () => {
    const page = await store.asks.list(world.team.id, {}, { limit: 100 });
    expect(page.total).toBe(6);
    expect(page.items[0]).toMatchObject({
      status: 'open',
      sessionSlug: session.slug,
      sessionTitle: session.title,
      taskTitle: task.title,
      sessionCreatedBy: world.user.id,
    });
    const open = await store.asks.list(world.team.id, { status: ['open'], sessionId: session.id }, { limit: 100 });
    expect(open.items.every((one) => one.status === 'open')).toBe(true);
    const other = await makeWorld(store);
    expect((await store.asks.list(other.team.id, {}, { limit: 10 })).total).toBe(0);
    expect(await store.asks.get(other.team.id, page.items[0]?.id ?? '')).toBeNull();
    expect(await store.asks.get(world.team.id, page.items[0]?.id ?? '')).toMatchObject({ id: page.items[0]?.id });
  });
});
