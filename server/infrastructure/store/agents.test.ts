import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  addAttempt,
  addRunning,
  addTask,
  endAttempt,
  makeWorld,
  tick,
  type World,
} from '../../../db/testing/fixtures.ts';
import { openTestStore, type TestStore } from '../../../db/testing/store.ts';
import type { Store } from '../../application/store-port.ts';
import type { Agent } from '../../domain/agent.ts';
import type { Attempt } from '../../domain/attempt.ts';
import type { Session } from '../../domain/session.ts';
import type { Task } from '../../domain/task.ts';

describe.each(['pglite', 'postgres'] as const)('agents on %s', (kind) => {
  let opened: TestStore;
  let store: Store;
  let world: World;
  let session: Session;
  let task: Task;
  let number = 0;

  beforeAll(async () => {
    opened = await openTestStore(kind);
    store = opened.store;
  });
  beforeEach(async () => {
    world = await makeWorld(store);
    session = await addRunning(store, world);
    task = await addTask(store, session, { capabilities: ['code_generation', 'testing'], technologies: ['rust'] });
    number = 0;
  });
  afterAll(() => opened.close());

  type Fields = Parameters<typeof addAttempt>[5];
  const attempt = async (fields: Fields = {}): Promise<Attempt> => {
    number += 1;
    await tick(store);
    return addAttempt(store, world, session, task, number, fields);
  };
  const end = async (how: Parameters<typeof endAttempt>[2], fields: Fields = {}, calls = 1) => {
    const ended = await endAttempt(store, await attempt(fields), how, calls);
    await tick(store);
    return ended;
  };
  const agent = async (): Promise<Agent> => {
    const found = await store.agents.get(world.team.id, world.agent.id);
    if (found === null) throw new Error('The agent is gone');
    return found;
  };
  const age = (id: string, days: number) =>
    opened.database.db.execute(sql`update attempts set ended_at = ended_at - make_interval(days => ${days}),
      started_at = ended_at - make_interval(days => ${days}) - interval '10 seconds' where id = ${id}::uuid`);
  const watched = async () => (await store.agents.watch()).find((one) => one.agent.id === world.agent.id);

  test('an agent is changed under its version, and a name is one agent only', async () => {
    const { id } = world.agent;
    const patch = {
      name: 'AGENT-OTHER',
      model: 'p/m',
      maxConcurrentTasks: 2,
      avoidedTechnologies: ['php'],
      enabled: false,
    };
    const changed = await store.agents.update(world.team.id, id, patch, 1);
    expect(changed).toMatchObject({ ...patch, version: 2, primaryCapabilities: world.agent.primaryCapabilities });
    expect(await agent()).toEqual(changed);
    await expect(store.agents.update(world.team.id, id, { draining: true }, 1)).rejects.toMatchObject({
      code: 'CONFLICT',
      details: { version: 2 },
    });
    expect(await store.agents.update(world.team.id, id, { draining: true })).toMatchObject({
      version: 3,
      draining: true,
    });
    const { team } = await makeWorld(store);
    await expect(store.agents.update(team.id, id, { draining: false })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const { state: _, tier: __, load: ___, performance: ____, version: _____, createdAt: ______, ...seed } = changed;
    const { lastHeartbeatAt: _h, degradedAt: _d, recoveredAt: _r, ...fields } = { ...seed, id: randomUUID() };
    await expect(store.agents.create(fields)).rejects.toMatchObject({ code: 'CONFLICT' });
    await store.agents.create({ ...fields, name: 'AGENT-SECOND' });
    await expect(store.agents.update(world.team.id, fields.id, { name: 'AGENT-OTHER' })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
  });

  test('an agent leaves the fleet once it is idle; its name is free and its attempts stay', async () => {
    const { id, name, teamId, ...rest } = world.agent;
    const open = await attempt();
    await expect(store.agents.remove(teamId, id)).rejects.toMatchObject({
      code: 'CONFLICT',
      details: { openAttempts: 1 },
    });
    await endAttempt(store, open, 'proven');
    await store.agents.remove(teamId, id);
    expect(await store.agents.list(teamId)).toEqual([]);
    expect(await store.agents.get(teamId, id)).toBeNull();
    expect(await store.agents.get(teamId, name)).toBeNull();
    expect(await watched()).toBeUndefined();
    expect(await store.agents.idle(teamId)).toEqual([]);
    await expect(store.agents.remove(teamId, id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(store.agents.update(teamId, id, { enabled: true })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(store.agents.told(id, { state: 'online' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await store.agents.create({ ...rest, id: randomUUID(), name, teamId });
    expect((await store.agents.list(teamId)).map((one) => one.name)).toEqual([name]);
    expect(await store.attempts.get(open.id)).toMatchObject({ agentId: id, status: 'succeeded' });
    expect(await store.agents.attempts(id, 5)).toHaveLength(1);
  });

  test('an agent is not removed under the hands of one who gives it a task', async () => {
    const locked = Promise.withResolvers<void>();
    const removing = locked.promise.then(() => store.agents.remove(world.team.id, world.agent.id));
    // Expected before it can be: it is refused at the commit, which may be before the transaction answers here.
    const refused = expect(removing).rejects.toMatchObject({ code: 'CONFLICT', details: { openAttempts: 1 } });
    await store.transaction(async (tx) => {
      await tx.agents.lockAll(world.team.id);
      locked.resolve();
      // The server is given the time to look at the agent before the attempt is there.
      for (let n = 0; n < 50; n += 1) await tx.teams.get(world.team.id);
      expect(await tx.agents.list(world.team.id)).toHaveLength(1);
      await addAttempt(tx, world, session, task);
    });
    await refused;
    expect(await store.agents.list(world.team.id)).toHaveLength(1);
  });

  test('plans and conflicts count for a record, a waiver and what a person resolved do not', async () => {
    await end('proven', { role: 'plan' });
    await end('claimed', { role: 'conflict' });
    await end('proven', { role: 'waiver' }, 0);
    for (const failure of ['crash', 'quota_exhausted', 'auth'] as const) await end(failure);
    for (const failure of ['verification_failed', 'no_progress', 'timeout'] as const) await end(failure);
    const conflict = await store.conflicts.insert({
      id: randomUUID(),
      teamId: session.teamId,
      sessionId: session.id,
      taskId: task.id,
      attemptId: (await attempt()).id,
      baseCommit: 'a',
      oursCommit: 'b',
      theirsCommit: 'c',
      files: ['x'],
      message: 'both',
    });
    await end('conflict', { role: 'conflict', conflictId: conflict.id });
    await store.conflicts.move(conflict.id, ['open'], { status: 'resolving', resolution: [] });
    const own = await attempt({ role: 'conflict', conflictId: conflict.id });
    await attempt({ role: 'waiver' });
    expect((await agent()).load.current).toBe(1);
    await endAttempt(store, own, 'proven', 0);
    expect((await agent()).performance).toMatchObject({ total: 6, successful: 1, partial: 1, failed: 4 });
    const roles = (await store.agents.attempts(world.agent.id, 20)).map((one) => one.role);
    expect(roles.filter((role) => role === 'conflict')).toHaveLength(2);
    expect(roles).not.toContain('waiver');
  });

  test('a recovered agent is a trainee whose record begins anew', async () => {
    for (let n = 0; n < 6; n += 1) await end('verification_failed');
    expect(await agent()).toMatchObject({ tier: 'degraded', performance: { total: 6, overall: 0 } });
    const since = new Date();
    await store.agents.told(world.agent.id, { tier: 'degraded', degradedAt: since });
    expect(await watched()).toMatchObject({
      toldTier: 'degraded',
      toldState: null,
      degradedAt: since,
      probesInARow: 0,
    });
    const last = (await store.attempts.byTask(task.id)).at(-1);
    expect(await store.agents.idle(world.team.id)).toEqual([
      { agentId: world.agent.id, idleSince: last?.endedAt, probing: false },
    ]);

    const probe = await attempt({ probe: true });
    expect(await store.agents.idle(world.team.id)).toMatchObject([{ probing: true }]);
    await endAttempt(store, probe, 'proven');
    await tick(store);
    await end('verification_failed', { probe: true });
    await end('proven', { probe: true });
    await end('crash', { probe: true });
    await end('claimed', { probe: true });
    expect((await watched())?.probesInARow).toBe(2);
    await end('proven', { probe: true });
    expect((await watched())?.probesInARow).toBe(3);

    await store.agents.told(world.agent.id, { tier: 'trainee', degradedAt: null, recoveredAt: await store.now() });
    expect(await watched()).toMatchObject({ degradedAt: null, probesInARow: 0, agent: { tier: 'trainee' } });
    for (let n = 0; n < 4; n += 1) await end('proven');
    expect(await agent()).toMatchObject({ tier: 'trainee', performance: { total: 4 }, version: 1 });
    await end('proven');
    expect(await agent()).toMatchObject({ tier: 'advanced', performance: { total: 5, successful: 5 } });
    expect((await store.agents.record(world.agent.id)).total).toBe(16);
  });

  test('a record shows means, and success by capability, technology and day', async () => {
    const none = { total: 0, successful: 0, partial: 0, failed: 0 };
    const empty = await store.agents.record(world.agent.id);
    expect(empty).toMatchObject({ ...none, quality: null, meanSeconds: null, meanTokens: null, meanCostUsd: null });
    expect([empty.byCapability, empty.byTechnology]).toEqual([[], []]);
    expect(empty.days).toHaveLength(30);

    await age((await end('proven')).id, 0);
    await age((await end('verification_failed', {}, 3)).id, 2);
    await age((await end('claimed', {}, 0)).id, 40);
    const conflict = await attempt({ role: 'conflict' });
    await store.routing.insert({
      id: randomUUID(),
      teamId: session.teamId,
      sessionId: session.id,
      taskId: task.id,
      attemptId: conflict.id,
      selectedAgentId: world.agent.id,
      sentence: 'Chosen.',
      candidates: [],
      request: {
        teamId: session.teamId,
        requiredCapabilities: ['conflict_resolution'],
        technologies: [],
        sessionType: 'execution',
        complexity: 'simple',
        preferredAgent: null,
        preferredAgentType: null,
      },
    });
    await endAttempt(store, conflict, 'proven', 0);
    await age(conflict.id, 2);
    await attempt();
    const record = await store.agents.record(world.agent.id);
    expect(record).toMatchObject({
      total: 4,
      successful: 2,
      partial: 1,
      failed: 1,
      meanTokens: 2000,
      meanCostUsd: 0.5,
    });
    expect(record.quality).toBeCloseTo((1 + 0 + 0.5 + 0.75) / 4, 9);
    expect(record.meanSeconds).toBeCloseTo(10, 3);
    const used = { total: 3, successful: 1, partial: 1, failed: 1 };
    expect(record.byCapability).toEqual([
      { capability: 'code_generation', ...used },
      { capability: 'testing', ...used },
      { capability: 'conflict_resolution', ...none, total: 1, successful: 1 },
    ]);
    expect(record.byTechnology).toEqual([{ technology: 'rust', ...used }]);
    const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
    expect(record.days.map((one) => one.day)).toEqual(Array.from({ length: 30 }, (_, n) => day(29 - n)));
    expect(record.days.filter((one) => one.total > 0)).toEqual([
      { day: day(2), total: 2, successful: 1, partial: 0, failed: 1 },
      { day: day(0), total: 1, successful: 1, partial: 0, failed: 0 },
    ]);
    await expect(store.agents.record('nonsense')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const [latest, ...earlier] = await store.agents.attempts(world.agent.id, 3);
    expect(latest).toMatchObject({
      taskId: task.id,
      taskTitle: 'Add a thing',
      sessionSlug: 'IND-1',
      status: 'starting',
    });
    expect(earlier).toHaveLength(2);
  });

  test('decisions are found by session, by moment and by candidate', async () => {
    const decide = async (candidates: unknown[]) => {
      await tick(store);
      const id = randomUUID();
      await store.routing.insert({
        id,
        teamId: session.teamId,
        sessionId: session.id,
        taskId: task.id,
        attemptId: null,
        selectedAgentId: null,
        sentence: 'No agent fits.',
        candidates,
        request: null,
      });
      return id;
    };
    const first = await decide([{ agentId: world.agent.id, name: 'a' }, { agentId: randomUUID() }]);
    const second = await decide([]);
    await tick(store);
    const since = await store.now();
    const third = await decide([{ name: world.agent.id }]);
    const recent = async (query: { since?: Date; agentId?: string }, limit = 9) =>
      (await store.routing.recent(world.team.id, { ...query, limit })).map((one) => one.id);
    expect(await recent({})).toEqual([third, second, first]);
    expect(await recent({}, 1)).toEqual([third]);
    expect(await recent({ since })).toEqual([third]);
    expect(await recent({ agentId: world.agent.id })).toEqual([first]);
    expect(await recent({ agentId: 'nonsense' })).toEqual([]);
    expect((await store.routing.ofSession(session.id)).map((one) => one.id)).toEqual([first, second, third]);
    expect(await store.routing.recent(world.team.id, { limit: 1 })).toMatchObject([
      { sessionSlug: 'IND-1', taskTitle: 'Add a thing', request: null, createdAt: expect.any(Date) },
    ]);
  });
});
