import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addAttempt, addRunning, addTask, makeWorld, system, type World } from '../../../db/testing/fixtures.ts';
import { openTestStore, type TestStore } from '../../../db/testing/store.ts';
import type { Store } from '../../application/store-port.ts';
import type { Session } from '../../domain/session.ts';
import type { NextAttempt, Task } from '../../domain/task.ts';

describe.each(['pglite', 'postgres'] as const)('what people change of a graph on %s', (kind) => {
  let opened: TestStore;
  let store: Store;
  let world: World;

  beforeAll(async () => {
    opened = await openTestStore(kind);
    store = opened.store;
    world = await makeWorld(store);
  });
  afterAll(() => opened.close());

  const link = async (session: Session, from: Task, to: Task) => {
    const edge = {
      id: randomUUID(),
      fromTaskId: from.id,
      toTaskId: to.id,
      type: 'finish_to_start' as const,
      required: true,
      lagSeconds: 0,
    };
    await store.tasks.insertDependencies(session.id, [edge]);
    return edge;
  };
  const next: NextAttempt = {
    role: 'conflict',
    reason: 'The work does not fit the branch any more.',
    sourceAttemptId: null,
    conflictId: null,
    excludedAgents: ['x'],
    preferredAgentType: 'debugger',
    preferredAgent: null,
    requiredCapabilities: ['conflict_resolution'],
  };

  test("the planner's own run is no task of the graph, of its progress or of its record", async () => {
    const session = await addRunning(store, world);
    expect(await store.tasks.planOf(session.id)).toBeNull();
    const plan = await addTask(store, session, { kind: 'plan', key: '@plan', capabilities: ['task_decomposition'] });
    expect(plan).toMatchObject({ kind: 'plan', planKey: null, predictedWrites: [], next: null, waiver: null });
    await addAttempt(store, world, session, plan, 1, { role: 'plan', probe: true });
    await store.tasks.move({
      taskId: plan.id,
      sessionId: session.id,
      from: ['pending'],
      to: 'ready',
      reason: null,
      actor: system,
      patch: { attemptCount: 3 },
    });
    const work = await addTask(store, session, { predictedWrites: ['src/**'], planKey: 'bug_fix/fix' });
    expect(work).toMatchObject({ kind: 'work', predictedWrites: ['src/**'], planKey: 'bug_fix/fix', position: 0 });
    expect(await store.tasks.bySession(session.id)).toEqual([work]);
    expect((await store.tasks.planOf(session.id))?.id).toBe(plan.id);
    expect((await store.sessions.byId(session.id))?.progress).toEqual({ completed: 0, total: 1 });
    expect(await store.metrics.ofSession(session.id)).toMatchObject({ attempts: 1, retries: 0 });
    const stopped = await store.sessions.moveAndRead({
      sessionId: session.id,
      to: 'stopped',
      guard: {},
      reason: 'test',
      actor: system,
    });
    expect(stopped.recoverable).toBe(true);
  });

  test('an attempt keeps what it is for', async () => {
    const session = await addRunning(store, world);
    const task = await addTask(store, session);
    const first = await addAttempt(store, world, session, task);
    expect(first).toMatchObject({ role: 'work', probe: false, conflictId: null, sourceAttemptId: null, verdict: null });
    const fields = { role: 'conflict' as const, probe: true, conflictId: randomUUID(), sourceAttemptId: first.id };
    const second = await addAttempt(store, world, session, task, 2, fields);
    expect(second).toMatchObject(fields);
    const verdict = { action: 'retry', reason: 'again', delaySeconds: 4 };
    await store.attempts.update(
      second.id,
      { status: 'failed', failure: 'no_progress', verdict },
      { epoch: session.epoch },
    );
    expect(await store.attempts.get(second.id)).toMatchObject({ ...fields, verdict, failure: 'no_progress' });
  });

  test('what comes next stays until a patch says otherwise, and goes with a restore', async () => {
    const session = await addRunning(store, world);
    const task = await addTask(store, session);
    const move = (from: Task['status'], to: Task['status'], patch: object = {}) =>
      store.tasks.moveAndRead({
        taskId: task.id,
        sessionId: session.id,
        from: [from],
        to,
        reason: null,
        actor: system,
        patch,
      });
    expect(await move('pending', 'ready', { next })).toMatchObject({ next });
    expect(await move('ready', 'assigned')).toMatchObject({ next });
    const waiver = { by: 'u', byName: 'Ada', reason: 'fine', at: '2026-01-01T00:00:00Z', attemptId: null };
    expect(await move('assigned', 'in_progress', { next: null, waiver })).toMatchObject({ next: null, waiver });
    await store.tasks.edit(task.id, { next }, {});
    await store.tasks.restore(task.id, { status: 'completed', proof: 'waived', mergedCommit: 'abc' });
    expect(await store.tasks.get(world.team.id, task.id)).toMatchObject({ waiver, status: 'completed' });
    await store.tasks.restore(task.id, { status: 'pending', proof: 'none', mergedCommit: null });
    expect(await store.tasks.get(world.team.id, task.id)).toMatchObject({ waiver: null, next: null });
  });

  test('an edit is guarded by version and status, tells nothing and shows the edges', async () => {
    const session = await addRunning(store, world);
    const [first, task] = [await addTask(store, session), await addTask(store, session)];
    await link(session, first, task);
    const patch = {
      title: 'Fix it \u0000',
      capabilities: ['bug_fixing' as const],
      writes: ['src/**'],
      optional: true,
      estimate: { ...task.estimate, expected: 0.2 },
      next,
    };
    const edited = await store.tasks.edit(task.id, patch, { version: 1, status: ['pending', 'ready'] });
    expect(edited).toMatchObject({ ...patch, title: 'Fix it \uFFFD', version: 2, complexity: 'trivial' });
    expect(edited.dependencies).toMatchObject([{ taskId: first.id, satisfied: false }]);
    expect(await store.tasks.get(world.team.id, task.id)).toEqual(edited);
    expect((await store.sessions.byId(session.id))?.lastSeq).toBe(session.lastSeq);
    await expect(store.tasks.edit(task.id, { title: 'No' }, { version: 1 })).rejects.toMatchObject({
      code: 'CONFLICT',
      details: { version: 2 },
    });
    await expect(store.tasks.edit(task.id, { title: 'No' }, { status: ['ready'] })).rejects.toMatchObject({
      code: 'CONFLICT',
      details: { status: 'pending' },
    });
    await expect(store.tasks.edit(randomUUID(), {}, {})).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, (_, n) => store.tasks.edit(task.id, { title: `Fix ${n}` }, { version: 2 })),
    );
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
  });

  test('a task that never ran leaves the graph with its edges; one that was tried or has parts stays', async () => {
    const session = await addRunning(store, world);
    const [first, middle, last] = [
      await addTask(store, session),
      await addTask(store, session),
      await addTask(store, session),
    ];
    await link(session, first, middle);
    await link(session, middle, last);
    await store.routing.insert({
      id: randomUUID(),
      teamId: session.teamId,
      sessionId: session.id,
      taskId: middle.id,
      attemptId: null,
      selectedAgentId: null,
      sentence: 'No agent fits.',
      candidates: [],
      request: null,
    });
    await store.tasks.remove(middle.id);
    expect((await store.tasks.bySession(session.id)).map((task) => task.id)).toEqual([first.id, last.id]);
    expect(await store.tasks.dependencies(session.id)).toEqual([]);
    await expect(store.tasks.remove(middle.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await addTask(store, session, { key: 'part', parentTaskId: last.id });
    await expect(store.tasks.remove(last.id)).rejects.toMatchObject({ code: 'CONFLICT' });
    await addAttempt(store, world, session, first);
    await expect(store.tasks.remove(first.id)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await store.tasks.bySession(session.id)).toHaveLength(3);
  });

  test('a dependency is taken away inside its session only', async () => {
    const session = await addRunning(store, world);
    const [first, second] = [await addTask(store, session), await addTask(store, session)];
    const edge = await link(session, first, second);
    const other = await addRunning(store, world);
    await expect(store.tasks.removeDependency(other.id, edge.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await store.tasks.removeDependency(session.id, edge.id);
    expect(await store.tasks.dependencies(session.id)).toEqual([]);
    await expect(store.tasks.removeDependency(session.id, edge.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
