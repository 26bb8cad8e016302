import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addAttempt, addRunning, addTask, makeWorld, system, type World } from '../../../db/testing/fixtures.ts';
import { openTestStore, type TestStore } from '../../../db/testing/store.ts';
import type { Store } from '../../application/store-port.ts';
import type { Attempt } from '../../domain/attempt.ts';
import type { Session } from '../../domain/session.ts';
import type { Task } from '../../domain/task.ts';

describe.each(['pglite', 'postgres'] as const)('what a run leaves behind on %s', (kind) => {
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
      [1, 2, 3].map(() => store.asks.answer(opened_.id, { decision: 'session' }, world.user.id)),
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
    await expect(store.asks.answer(randomUUID(), { decision: 'once' }, null)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  test('escalation and expiry are due by the clock of the database', async () => {
    const now = (await store.now()).getTime();
    const late = (await store.asks.open(ask('per_3', { escalatesAt: new Date(now - 1) }))).ask;
    const over = (await store.asks.open(ask('per_4', { escalatesAt: new Date(now - 2), expiresAt: new Date(now - 1) })))
      .ask;
    expect((await store.asks.escalateDue()).map((one) => [one.id, one.status]).sort()).toEqual(
      [
        [late.id, 'escalated'],
        [over.id, 'escalated'],
      ].sort(),
    );
    expect(await store.asks.escalateDue()).toEqual([]);
    expect((await store.asks.expiryDue()).map((one) => one.id)).toEqual([over.id]);
    expect(await store.asks.close({ id: over.id }, 'expired')).toMatchObject([{ id: over.id, status: 'expired' }]);
    expect(await store.asks.close({ id: over.id }, 'superseded')).toEqual([]);
    expect((await store.asks.openOf(session.id)).map((one) => one.id)).toContain(late.id);
    expect(await store.asks.answer(late.id, { decision: 'reject', message: 'no' }, null)).toMatchObject({
      status: 'answered',
      answeredBy: null,
    });
  });

  test('an ended attempt takes its open asks with it', async () => {
    const other = await addAttempt(store, world, session, task, 2);
    const mine = (await store.asks.open(ask('per_5', { attemptId: other.id }))).ask;
    const answered = (await store.asks.open(ask('per_6', { attemptId: other.id }))).ask;
    await store.asks.answer(answered.id, { decision: 'once' }, null);
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

  test('checkpoints take the next sequence, keep the newest hundred and never use one twice', async () => {
    const own = await addRunning(store, world);
    const make = () =>
      store.checkpoints.create(
        {
          id: randomUUID(),
          teamId: own.teamId,
          sessionId: own.id,
          reason: 'periodic',
          commit: 'abc',
          state: { tasks: [] },
        },
        system,
      );
    const made = await Promise.all([make(), make(), make()]);
    expect(made.map((one) => one.sequence).sort()).toEqual([1, 2, 3]);
    await store.transaction(async (tx) => {
      for (let n = 0; n < 147; n += 1)
        await tx.checkpoints.create(
          {
            id: randomUUID(),
            teamId: own.teamId,
            sessionId: own.id,
            reason: 'task_completed',
            commit: null,
            state: { tasks: [] },
          },
          system,
        );
    });
    const kept = await store.checkpoints.list(own.id);
    expect(kept.map((one) => one.sequence)).toEqual(Array.from({ length: 100 }, (_, index) => index + 51));
    expect(await store.checkpoints.latest(own.id)).toMatchObject({
      sequence: 150,
      undone: false,
      state: { tasks: [] },
    });
    await store.checkpoints.undoAfter(own.id, 120);
    expect((await store.checkpoints.latest(own.id))?.sequence).toBe(120);
    expect(await store.checkpoints.get(own.id, 121)).toMatchObject({ undone: true });
    expect(await store.checkpoints.get(own.id, 1)).toBeNull();
    expect((await make()).sequence).toBe(151);
    const events = await store.events.list(own.id, {
      after: own.lastSeq,
      types: ['checkpoint.created'],
      limit: 2,
      newestFirst: true,
    });
    expect(events).toMatchObject([
      { payload: { sequence: 151, reason: 'periodic', commit: 'abc' } },
      { payload: { sequence: 150 } },
    ]);
    expect((await store.sessions.byId(own.id))?.lastSeq).toBe(own.lastSeq + 151);
  });

  test('injected prompts wait for the run that takes them, once', async () => {
    const prompt = {
      id: randomUUID(),
      teamId: world.team.id,
      sessionId: session.id,
      taskId: null,
      attemptId: null,
      text: 'also this',
      remoteMessageId: 'msg_1',
      remotePartId: 'prt_1',
      createdBy: world.user.id,
    };
    const stored = await store.prompts.insert(prompt);
    expect(stored).toMatchObject({ ...prompt, deliveredAt: null });
    expect(await store.prompts.pending(session.id)).toEqual([stored]);
    await store.prompts.markDelivered(prompt.id, attempt.id);
    expect(await store.prompts.pending(session.id)).toEqual([]);
    expect(await store.prompts.all(session.id)).toMatchObject([
      { attemptId: attempt.id, deliveredAt: expect.any(Date) },
    ]);
  });

  test('a routing decision keeps its whole explanation', async () => {
    const decision = {
      id: randomUUID(),
      teamId: world.team.id,
      sessionId: session.id,
      taskId: task.id,
      attemptId: attempt.id,
      selectedAgentId: world.agent.id,
      sentence: 'Chosen.',
      candidates: [{ score: 0.98505 }, 'x'],
    };
    await store.routing.insert(decision);
    expect(await store.routing.byTask(task.id)).toMatchObject([decision]);
  });

  test('metered calls add up; a price that is unknown makes the cost unknown', async () => {
    const own = await addRunning(store, world);
    const ownTask = await addTask(store, own);
    const first = await addAttempt(store, world, own, ownTask, 1);
    const second = await addAttempt(store, world, own, ownTask, 2);
    const call = (attemptId: string, costUsd: number | null, status = 200) =>
      store.modelCalls.record({
        teamId: own.teamId,
        sessionId: own.id,
        attemptId,
        provider: 'p',
        model: 'm',
        inputTokens: 1_500_000_000,
        outputTokens: 20,
        reasoningTokens: 3,
        cacheReadTokens: 4,
        cacheWriteTokens: 5,
        costUsd,
        latencyMs: 12,
        status,
        errorClass: status === 200 ? null : 'transient',
      });
    const before = await store.modelCalls.tokensThisMonth(own.teamId);
    expect(await store.modelCalls.ofAttempt(first.id)).toEqual({
      usage: {
        inputTokens: 0,
        outputTokens: 0,
        reasoningTokens: 0,
        cacheReadTokens: 0,
        cacheWriteTokens: 0,
        costUsd: 0,
      },
      calls: 0,
      errors: 0,
    });
    await call(first.id, 0.5);
    await call(first.id, 0.25);
    await call(first.id, null, 429);
    await call(second.id, null);
    expect(await store.modelCalls.ofAttempt(first.id)).toMatchObject({
      usage: { inputTokens: 4_500_000_000, costUsd: 0.75 },
      calls: 3,
      errors: 1,
    });
    expect(await store.modelCalls.ofSession(own.id)).toMatchObject({
      usage: { outputTokens: 80, costUsd: null },
      calls: 4,
      errors: 1,
    });
    expect((await store.modelCalls.tokensThisMonth(own.teamId)) - before).toBe(4 * 1_500_000_032);
    await opened.database.db.execute(
      sql`update model_calls set at = at - interval '32 days' where attempt_id = ${second.id}::uuid`,
    );
    expect((await store.modelCalls.tokensThisMonth(own.teamId)) - before).toBe(3 * 1_500_000_032);
    expect(await store.metrics.ofSession(own.id)).toMatchObject({
      apiCalls: 4,
      apiErrors: 1,
      attempts: 2,
      retries: 0,
      checkpoints: 0,
      warnings: 0,
      usage: { costUsd: null },
      queueSeconds: expect.any(Number),
      executionSeconds: expect.any(Number),
    });
    await expect(store.metrics.ofSession(randomUUID())).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const totals = await store.metrics.totals();
    expect(totals.sessionsByStatus.running).toBeGreaterThanOrEqual(2);
    expect(totals).toMatchObject({ openAsks: expect.any(Number), attemptsByStatus: { starting: expect.any(Number) } });
    expect(totals.tokens).toBeGreaterThanOrEqual(4 * 1_500_000_032);
  });

  test('blobs are kept once per team', async () => {
    const text = 'long text \u00e4 \u0000';
    const hash = await store.blobs.put(world.team.id, text);
    expect(await store.blobs.put(world.team.id, text)).toBe(hash);
    expect(await store.blobs.get(world.team.id, hash)).toBe(text);
    const other = await makeWorld(store);
    expect(await store.blobs.get(other.team.id, hash)).toBeNull();
    expect(await store.blobs.put(other.team.id, text)).toBe(hash);
    expect(await store.blobs.get(other.team.id, hash)).toBe(text);
  });
});
