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
      request: null,
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
      reported: 0,
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
