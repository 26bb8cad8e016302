import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addAttempt, addRunning, addTask, makeWorld, system, type World } from '../../../db/testing/fixtures.ts';
import { openTestStore, type TestStore } from '../../../db/testing/store.ts';
import type { Store } from '../../application/store-port.ts';
import { canMoveTask, type TaskStatus, taskStatuses } from '../../domain/task.ts';

describe.each(['pglite', 'postgres'] as const)('tasks and attempts on %s', (kind) => {
  let opened: TestStore;
  let store: Store;
  let world: World;

  beforeAll(async () => {
    opened = await openTestStore(kind);
    store = opened.store;
    world = await makeWorld(store);
  });
  afterAll(() => opened.close());

  const move = (sessionId: string, taskId: string, from: TaskStatus, to: TaskStatus, more: object = {}) =>
    store.tasks.moveAndRead({ taskId, sessionId, from: [from], to, reason: null, actor: system, ...more });

  test('a task is stored as it was planned', async () => {
    const session = await addRunning(store, world);
    const task = await addTask(store, session);
    expect(task).toMatchObject({
      key: '1',
      status: 'pending',
      version: 1,
      complexity: 'moderate',
      dependencies: [],
      proof: 'none',
      verification: [],
    });
    expect(await store.tasks.bySession(session.id)).toEqual([task]);
    expect(await store.tasks.get((await makeWorld(store)).team.id, task.id)).toBeNull();
    expect(await store.tasks.get(world.team.id, 'nonsense')).toBeNull();
  });

  test('a move changes the row, tells it with the next seq and sets what the patch names', async () => {
    const session = await addRunning(store, world);
    const task = await addTask(store, session);
    const ready = await move(session.id, task.id, 'pending', 'ready', { reason: 'nothing holds it' });
    expect(ready).toMatchObject({
      status: 'ready',
      version: 2,
      reason: 'nothing holds it',
      readyAt: expect.any(Date),
      endedAt: null,
    });
    const notBefore = new Date(Date.now() + 60_000);
    const assigned = await move(session.id, task.id, 'ready', 'assigned', {
      epoch: session.epoch,
      patch: { agentId: world.agent.id, attemptCount: 1, notBefore },
    });
    expect(assigned).toMatchObject({ agentId: world.agent.id, attemptCount: 1, notBefore, reason: null });
    const events = await store.events.list(session.id, { after: session.lastSeq, limit: 10 });
    expect(events).toMatchObject([
      {
        seq: session.lastSeq + 1,
        type: 'task.status_changed',
        payload: { taskId: task.id, from: 'pending', to: 'ready', reason: 'nothing holds it' },
      },
      { seq: session.lastSeq + 2, payload: { from: 'ready', to: 'assigned', reason: null } },
    ]);
    expect((await store.sessions.byId(session.id))?.lastSeq).toBe(session.lastSeq + 2);
  });

  test('every edge outside the table is refused, and a stale one is a CONFLICT', async () => {
    const session = await addRunning(store, world);
    const task = await addTask(store, session);
    for (const to of taskStatuses.filter((status) => !canMoveTask('pending', status))) {
      await expect(move(session.id, task.id, 'pending', to)).rejects.toMatchObject({
        code: 'INVALID_TRANSITION',
        details: { from: 'pending', to },
      });
    }
    await expect(move(session.id, task.id, 'blocked', 'ready')).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(move(session.id, task.id, 'pending', 'ready', { epoch: session.epoch + 1 })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    await expect(move(session.id, randomUUID(), 'pending', 'ready')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const other = await addRunning(store, world);
    await expect(move(other.id, task.id, 'pending', 'ready')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await store.sessions.byId(session.id))?.lastSeq).toBe(session.lastSeq);
  });

  test('of many who assign the same task one succeeds', async () => {
    const session = await addRunning(store, world);
    const task = await addTask(store, session);
    await move(session.id, task.id, 'pending', 'ready');
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, () => move(session.id, task.id, 'ready', 'assigned')),
    );
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    for (const result of results)
      if (result.status === 'rejected') expect(['CONFLICT', 'INVALID_TRANSITION']).toContain(result.reason.code);
  });

  test('dependencies show whether they are satisfied', async () => {
    const session = await addRunning(store, world);
    const first = await addTask(store, session);
    const second = await addTask(store, session);
    const edge = {
      id: randomUUID(),
      fromTaskId: first.id,
      toTaskId: second.id,
      type: 'start_to_start' as const,
      required: true,
      lagSeconds: 0,
    };
    await store.tasks.insertDependencies(session.id, [edge]);
    await store.tasks.insertDependencies(session.id, []);
    expect(await store.tasks.dependencies(session.id)).toEqual([edge]);
    const shown = { id: edge.id, taskId: first.id, type: 'start_to_start', required: true, lagSeconds: 0 };
    expect((await store.tasks.get(world.team.id, second.id))?.dependencies).toEqual([{ ...shown, satisfied: false }]);
    await move(session.id, first.id, 'pending', 'ready');
    await move(session.id, first.id, 'ready', 'assigned');
    await move(session.id, first.id, 'assigned', 'in_progress');
    expect((await move(session.id, second.id, 'pending', 'ready')).dependencies).toEqual([
      { ...shown, satisfied: true },
    ]);
    const again = { ...edge, id: randomUUID(), type: 'finish_to_start' as const };
    await expect(store.tasks.insertDependencies(session.id, [again])).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  test('a restore sets the status beside the table and tells nothing', async () => {
    const session = await addRunning(store, world);
    const task = await addTask(store, session);
    await move(session.id, task.id, 'pending', 'ready');
    await move(session.id, task.id, 'ready', 'assigned', { patch: { agentId: world.agent.id } });
    await move(session.id, task.id, 'assigned', 'in_progress');
    await move(session.id, task.id, 'in_progress', 'completed', {
      patch: { proof: 'proven', result: 'done', mergedCommit: 'abc' },
    });
    const before = (await store.sessions.byId(session.id))?.lastSeq;
    await store.tasks.restore(task.id, { status: 'pending', proof: 'none', mergedCommit: null });
    expect(await store.tasks.get(world.team.id, task.id)).toMatchObject({
      status: 'pending',
      proof: 'none',
      mergedCommit: null,
      endedAt: null,
      startedAt: null,
      agentId: null,
    });
    expect((await store.sessions.byId(session.id))?.lastSeq).toBe(before);
    await expect(
      store.tasks.restore(randomUUID(), { status: 'pending', proof: 'none', mergedCommit: null }),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('an attempt keeps its ids and prompt, and is found by its remote session', async () => {
    const session = await addRunning(store, world);
    const task = await addTask(store, session);
    const attempt = await addAttempt(store, world, session, task);
    expect(attempt).toMatchObject({
      status: 'starting',
      setupDone: false,
      usage: { inputTokens: 0, costUsd: 0 },
      evidence: null,
      retiredAt: null,
    });
    expect(await store.attempts.get(attempt.id)).toEqual(attempt);
    expect(await store.attempts.byRemoteSession(attempt.remoteSessionId)).toEqual(attempt);
    expect(await store.attempts.byTask(task.id)).toEqual([attempt]);
    expect(await store.attempts.bySession(session.id)).toEqual([attempt]);
    expect(await store.attempts.byRemoteSession('ses_unknown')).toBeNull();
    expect(await store.attempts.get('nonsense')).toBeNull();
    await expect(store.transaction((tx) => tx.attempts.insert({ ...attempt, id: randomUUID() }))).rejects.toMatchObject(
      { code: 'CONFLICT' },
    );
  });

  test('an attempt changes under its fence, along its table, until it has ended', async () => {
    const session = await addRunning(store, world);
    const attempt = await addAttempt(store, world, session, await addTask(store, session));
    const fence = { epoch: session.epoch };
    const evidence = {
      commands: [{ command: 'npm test', exitCode: 0, durationMs: 12, output: 'ok \u0000', timedOut: false }],
      files: ['src/a.js'],
      filesTotal: 1,
      treeHash: 'tree',
      claimed: false,
      verifiedAt: '2026-01-01T00:00:00.000Z',
    };
    await store.attempts.update(attempt.id, { status: 'running', worktree: '/w', baseCommit: 'abc' }, fence);
    await expect(store.attempts.update(attempt.id, { status: 'succeeded' }, fence)).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    await expect(
      store.attempts.update(attempt.id, { status: 'verifying' }, { ...fence, status: ['waiting'] }),
    ).rejects.toMatchObject({ code: 'CONFLICT' });
    await store.attempts.update(attempt.id, { setupDone: true }, fence);
    await store.attempts.update(attempt.id, { status: 'verifying', evidence }, fence);
    const over = await store.attempts.update(
      attempt.id,
      { status: 'succeeded', mergedCommit: 'def' },
      { ...fence, status: ['verifying'] },
    );
    expect(over).toMatchObject({
      status: 'succeeded',
      worktree: '/w',
      setupDone: true,
      endedAt: expect.any(Date),
      evidence: { ...evidence, commands: [{ output: 'ok \uFFFD' }] },
    });
    await expect(store.attempts.update(attempt.id, { status: 'failed' }, fence)).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    await expect(store.attempts.update(attempt.id, { summary: 'late' }, fence)).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    await expect(store.attempts.update(randomUUID(), { summary: 'none' }, fence)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  test('ended worktrees are listed until they are taken away', async () => {
    const session = await addRunning(store, world);
    const task = await addTask(store, session);
    const [over, open] = [
      await addAttempt(store, world, session, task, 1),
      await addAttempt(store, world, session, task, 2),
    ];
    const fence = { epoch: session.epoch };
    for (const { id } of [over, open])
      await store.attempts.update(id, { status: 'running', worktree: `/w/${id}` }, fence);
    await expect(store.attempts.markRetired(over.id, null)).rejects.toMatchObject({ code: 'CONFLICT' });
    await store.attempts.update(over.id, { status: 'lost' }, fence);
    expect((await store.attempts.unretired(session.id)).map((one) => one.id)).toEqual([over.id]);
    expect((await store.attempts.unretired(null)).map((one) => one.id)).toContain(over.id);
    await store.attempts.markRetired(over.id, '/bundles/1');
    await store.attempts.markRetired(over.id, null);
    expect(await store.attempts.unretired(session.id)).toEqual([]);
    expect(await store.attempts.get(over.id)).toMatchObject({ bundle: '/bundles/1', retiredAt: expect.any(Date) });
  });

  test('failures on purpose are counted by step', async () => {
    const session = await addRunning(store, world);
    const attempt = await addAttempt(store, world, session, await addTask(store, session));
    const counts = await Promise.all([1, 2, 3].map(() => store.attempts.countRehearsalFailure(attempt.id, 4)));
    expect(counts.sort()).toEqual([1, 2, 3]);
    expect(await store.attempts.countRehearsalFailure(attempt.id, 5)).toBe(1);
  });

  test('load and record of an agent come from its attempts', async () => {
    const other = await makeWorld(store);
    expect(other.agent).toMatchObject({
      state: 'offline',
      tier: 'competent',
      load: { current: 0, level: 'idle' },
      performance: { total: 0, quality: null, overall: 0.75 },
    });
    await store.agents.heartbeat(other.runtimeId);
    const session = await addRunning(store, other);
    const task = await addTask(store, session);
    const fence = { epoch: session.epoch };
    const evidence = (claimed: boolean) => ({
      commands: [],
      files: [],
      filesTotal: 0,
      treeHash: null,
      claimed,
      verifiedAt: '2026-01-01T00:00:00.000Z',
    });
    const finish = async (number: number, how: 'proven' | 'claimed' | 'failed' | 'crash') => {
      const { id } = await addAttempt(store, other, session, task, number);
      await store.attempts.update(id, { status: 'running' }, fence);
      if (how === 'failed')
        return store.attempts.update(id, { status: 'failed', failure: 'verification_failed' }, fence);
      if (how === 'crash') return store.attempts.update(id, { status: 'lost', failure: 'crash' }, fence);
      await store.attempts.update(id, { status: 'verifying', evidence: evidence(how === 'claimed') }, fence);
      return store.attempts.update(id, { status: 'succeeded' }, fence);
    };
    await finish(1, 'proven');
    await finish(2, 'proven');
    await finish(3, 'claimed');
    await finish(4, 'failed');
    await finish(5, 'crash');
    await addAttempt(store, other, session, task, 6);
    const agent = await store.agents.get(other.team.id, other.agent.name);
    expect(agent).toMatchObject({
      state: 'online',
      load: { current: 1, max: 5, utilisation: 0.2 },
      performance: { total: 4, successful: 2, partial: 1, failed: 1, quality: (1 + 0.75 + 0.5 + 0) / 4 },
    });
    expect(await store.attempts.countOpen(other.team.id)).toBe(1);
    expect(await store.agents.list(other.team.id)).toEqual([agent]);
    expect(await store.agents.get(world.team.id, other.agent.id)).toBeNull();
    await store.transaction(async (tx) => tx.agents.lockAll(other.team.id));
    await store.runtimes.setState(other.runtimeId, {
      state: 'offline',
      detail: 'gone',
      softwareVersion: '1.18.33',
      circuit: 'open',
      parkedUntil: null,
    });
    expect((await store.agents.get(other.team.id, other.agent.id))?.state).toBe('offline');
  });
});
