import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  addAttempt,
  addRunning,
  addSession,
  addTask,
  endAttempt,
  makeWorld,
  system,
  type World,
} from '../../../db/testing/fixtures.ts';
import { openTestStore, type TestStore } from '../../../db/testing/store.ts';
import type { Store } from '../../application/store-port.ts';
import type { SessionStatus } from '../../domain/session.ts';
import type { TaskStatus } from '../../domain/task.ts';

describe.each(['pglite', 'postgres'] as const)('the overview on %s', (kind) => {
  let opened: TestStore;
  let store: Store;
  let world: World;

  beforeAll(async () => {
    opened = await openTestStore(kind);
    store = opened.store;
  });
  afterAll(() => opened.close());

  const move = (sessionId: string, to: SessionStatus) =>
    store.sessions.moveAndRead({ sessionId, to, guard: {}, reason: 'test', actor: system });
  const since = (seconds: number) => new Date(Date.now() - seconds * 1_000);

  test('a track holds how a session stands and every change that led there, of its own team only', async () => {
    world = await makeWorld(store);
    const other = await makeWorld(store);
    await addSession(store, other);
    const { id, slug } = await addSession(store, world, { title: 'Ours' });
    await move(id, 'queued');
    await move(id, 'running');
    await store.sessions.setAttention(id, 'question', system);
    const { tracks, total, unreadBefore } = await store.overview.tracks(world.team.id, { from: since(60), limit: 20 });
    expect({ total, unreadBefore }).toEqual({ total: 1, unreadBefore: null });
    expect(tracks).toMatchObject([{ id, slug, title: 'Ours', status: 'running', attention: 'question', lastSeq: 3 }]);
    expect(tracks[0]?.changes).toMatchObject([
      { seq: 1, what: 'status', from: 'pending', to: 'queued' },
      { seq: 2, what: 'status', from: 'queued', to: 'running' },
      { seq: 3, what: 'attention', from: 'none', to: 'question' },
    ]);
    expect(tracks[0]?.changes[0]?.at).toBeInstanceOf(Date);
    // Changes from before the time asked for are not read.
    await new Promise((done) => setTimeout(done, 5));
    const later = await store.overview.tracks(world.team.id, { from: await store.now(), limit: 20 });
    expect(later.tracks[0]?.changes).toEqual([]);
  });

  test('with too little room those that need somebody stay, in the order of their creation', async () => {
    world = await makeWorld(store);
    const ended = await addSession(store, world);
    await move(ended.id, 'cancelled');
    const waiting = await addRunning(store, world);
    const quiet = await addSession(store, world);
    const failed = await addSession(store, world);
    await move(failed.id, 'failed');
    await store.sessions.setAttention(waiting.id, 'permission', system);
    const slugs = async (limit: number, seconds = 60) => {
      const read = await store.overview.tracks(world.team.id, { from: since(seconds), limit });
      return [read.total, ...read.tracks.map((track) => track.slug)];
    };
    expect(await slugs(1)).toEqual([4, waiting.slug]);
    expect(await slugs(2)).toEqual([4, waiting.slug, failed.slug]);
    expect(await slugs(20)).toEqual([4, ended.slug, waiting.slug, quiet.slug, failed.slug]);
    expect(await slugs(20, -60)).toEqual([2, waiting.slug, quiet.slug]);
  });

  test('flow counts what was completed, what ended and how long the queue waits', async () => {
    world = await makeWorld(store);
    expect(await store.overview.flow(world.team.id)).toMatchObject({
      ended: {},
      queuedSince: null,
      today: { costUsd: 0, inputTokens: 0 },
    });
    const session = await addRunning(store, world);
    const group = await addTask(store, session);
    const part = await addTask(store, session, { parentTaskId: group.id });
    const plan = await addTask(store, session, { kind: 'plan' });
    const way = ['pending', 'ready', 'assigned', 'in_progress', 'completed'] as const;
    // The plan and the group are no work beside the part.
    for (const { id: taskId } of [plan, part, group])
      for (const [place, to] of way.slice(1).entries()) {
        const from: readonly TaskStatus[] = [way[place] ?? 'pending'];
        await store.tasks.move({ taskId, sessionId: session.id, from, to, reason: null, actor: system });
      }
    await move(session.id, 'completed');
    const queued = await move((await addSession(store, world)).id, 'queued');
    const flow = await store.overview.flow(world.team.id);
    expect(flow.tasksByHour).toHaveLength(24);
    expect(flow.tasksByHour.at(-1)).toBe(1);
    expect(flow.ended).toEqual({ completed: 1 });
    expect(flow.queuedSince).toEqual(queued.queuedAt);
  });

  test('milestones come newest first with their session, and only of the types asked for', async () => {
    world = await makeWorld(store);
    const { id, slug } = await addSession(store, world);
    await move(id, 'queued');
    await store.events.appendTeam(world.team.id, {
      type: 'runtime.state_changed',
      actor: system,
      payload: { to: 'x' },
    });
    const read = (types: Parameters<Store['overview']['milestones']>[1]['types']) =>
      store.overview.milestones(world.team.id, { from: since(60), types, limit: 5 });
    expect(await read(['runtime.state_changed', 'session.status_changed'])).toMatchObject([
      { type: 'runtime.state_changed', sessionSlug: null },
      { type: 'session.status_changed', sessionSlug: slug },
    ]);
    expect(await read(['session.failed'])).toEqual([]);
  });

  test('names are told of the own team only, and ids that are none are left out', async () => {
    world = await makeWorld(store);
    const other = await makeWorld(store);
    const ours = await addRunning(store, world);
    const theirs = await addSession(store, other);
    const [task, plan] = [await addTask(store, ours), await addTask(store, ours, { kind: 'plan' })];
    const attempt = await addAttempt(store, world, ours, task);
    const names = await store.overview.names(world.team.id, {
      sessions: [ours.id, theirs.id, 'nonsense'],
      attempts: [attempt.id],
      tasks: [task.id, plan.id, (await addTask(store, theirs)).id],
    });
    expect(names).toEqual({
      slugs: { [ours.id]: ours.slug },
      agents: { [attempt.id]: world.agent.name },
      tasks: { [task.id]: task.key, [plan.id]: null },
    });
  });

  test('a task that another agent finished was taken over from the first', async () => {
    world = await makeWorld(store);
    const session = await addRunning(store, world);
    const task = await addTask(store, session);
    const { id: _, name: __, ...seed } = world.agent;
    const second = randomUUID();
    await store.agents.create({ ...seed, id: second, name: 'AGENT-SECOND-01' });
    await endAttempt(store, await addAttempt(store, world, session, task), 'refused');
    await endAttempt(store, await addAttempt(store, world, session, task, 2, { agentId: second }), 'proven');
    const { shares, handovers } = await store.overview.handovers(world.team.id, since(60));
    expect(shares.toSorted((a, b) => b.failed - a.failed)).toEqual([
      { agentId: world.agent.id, given: 1, failed: 1 },
      { agentId: second, given: 1, failed: 0 },
    ]);
    expect(handovers).toEqual([{ from: world.agent.id, to: second, flowed: 0, rerouted: 1 }]);
    expect((await store.overview.handovers(world.team.id, since(-60))).shares).toEqual([]);
  });

  test('before the queue was ever opened there is no job', async () => {
    expect(await store.jobs.queues()).toEqual([]);
  });
});
