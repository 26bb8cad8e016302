import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addAttempt, addRunning, addTask, makeWorld, tick, type World } from '../../../db/testing/fixtures.ts';
import { openTestStore, type TestStore } from '../../../db/testing/store.ts';
import type { StoredBlueprint, TaskRecord } from '../../application/knowledge-port.ts';
import type { Store } from '../../application/store-port.ts';
import type { Conflict } from '../../domain/conflict.ts';

describe.each(['pglite', 'postgres'] as const)('what a team knows on %s', (kind) => {
  let opened: TestStore;
  let store: Store;
  let world: World;

  beforeAll(async () => {
    opened = await openTestStore(kind);
    store = opened.store;
    world = await makeWorld(store);
  });
  afterAll(() => opened.close());

  const addConflict = async (): Promise<Conflict> => {
    const session = await addRunning(store, world);
    const task = await addTask(store, session);
    const attempt = await addAttempt(store, world, session, task);
    await tick(store);
    return store.conflicts.insert({
      id: randomUUID(),
      teamId: world.team.id,
      sessionId: session.id,
      taskId: task.id,
      attemptId: attempt.id,
      baseCommit: 'base',
      oursCommit: 'ours',
      theirsCommit: 'theirs',
      files: ['src/a.js'],
      message: 'CONFLICT (content): src/a.js',
    });
  };

  test('a conflict is kept with both sides until one resolves it', async () => {
    const conflict = await addConflict();
    expect(conflict).toMatchObject({
      status: 'open',
      version: 1,
      files: ['src/a.js'],
      resolution: null,
      resolvedAt: null,
    });
    expect(await store.conflicts.get(world.team.id, conflict.id)).toEqual(conflict);
    expect(await store.conflicts.byId(conflict.id)).toEqual(conflict);
    expect(await store.conflicts.get((await makeWorld(store)).team.id, conflict.id)).toBeNull();
    expect(await store.conflicts.byId('nonsense')).toBeNull();
    expect(await store.conflicts.ofSession(conflict.sessionId)).toEqual([conflict]);

    await store.conflicts.move(conflict.id, ['open'], { status: 'waiting_for_person' });
    const resolution = [{ path: 'src/a.js', choice: 'edited' as const, content: 'both();\n' }];
    const resolvedBy = { kind: 'user' as const, id: world.user.id, name: 'Ada' };
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, () =>
        store.conflicts.move(conflict.id, ['waiting_for_person'], { status: 'resolved', resolution, resolvedBy }),
      ),
    );
    const won = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    expect(won).toMatchObject([
      { status: 'resolved', version: 3, resolution, resolvedBy, resolvedAt: expect.any(Date) },
    ]);
    await expect(
      store.conflicts.move(conflict.id, ['open', 'resolving'], { status: 'abandoned' }),
    ).rejects.toMatchObject({ code: 'CONFLICT', details: { status: 'resolved' } });
    await expect(store.conflicts.move(randomUUID(), ['open'], { status: 'abandoned' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  test('conflicts are listed with those a person must resolve first', async () => {
    const other = await makeWorld(store);
    const mine = world;
    world = other;
    const [first, second, third] = [await addConflict(), await addConflict(), await addConflict()];
    world = mine;
    await store.conflicts.move(first.id, ['open'], { status: 'waiting_for_person' });
    await store.conflicts.move(third.id, ['open'], { status: 'resolving' });
    await store.conflicts.move(third.id, ['resolving'], { status: 'abandoned' });
    const list = (filter: Parameters<Store['conflicts']['list']>[1]) =>
      store.conflicts.list(other.team.id, filter, { limit: 10 });
    const { items, total } = await list({});
    expect([items.map((one) => one.id), total]).toEqual([[first.id, second.id, third.id], 3]);
    expect(items[0]).toMatchObject({ sessionSlug: 'IND-1', sessionTitle: 'Session 1', taskTitle: 'Add a thing' });
    expect((await list({ status: ['open'] })).items.map((one) => one.id)).toEqual([second.id]);
    expect((await list({ sessionId: third.sessionId })).total).toBe(1);
    expect((await list({ sessionId: 'nonsense' })).total).toBe(0);
  });

  const blueprint = (over: Partial<StoredBlueprint> = {}) => {
    const yaml = over.yaml ?? 'key: release\n';
    return store.blueprints.insert({
      id: randomUUID(),
      teamId: world.team.id,
      key: 'release',
      version: '1',
      name: 'Release',
      description: '',
      yaml,
      checksum: `sum of ${yaml}`,
      origin: { kind: 'https', url: 'https://example.com/release.yaml', sha256: 'abc' },
      createdBy: world.user.id,
      ...over,
    });
  };

  test('a blueprint version has one text; the newest version is the current', async () => {
    const first = await blueprint();
    expect(await blueprint()).toEqual(first);
    await expect(blueprint({ yaml: 'key: other\n' })).rejects.toMatchObject({
      code: 'CONFLICT',
      details: { version: '1' },
    });
    const second = await blueprint({ version: '2', yaml: 'version: 2\n', origin: { kind: 'edited' } });
    const another = await blueprint({ key: 'audit', version: '1' });
    expect(await store.blueprints.current(world.team.id)).toEqual([another, second]);
    expect(await store.blueprints.versions(world.team.id, 'release')).toEqual([second, first]);
    expect(await store.blueprints.current((await makeWorld(store)).team.id)).toEqual([]);

    expect(await store.blueprints.remove(world.team.id, 'release')).toBe(true);
    expect(await store.blueprints.remove(world.team.id, 'release')).toBe(false);
    expect(await store.blueprints.current(world.team.id)).toEqual([another]);
    const again = await blueprint({ yaml: 'key: anew\n' });
    expect(again).toMatchObject({ id: first.id, yaml: 'key: anew\n', checksum: 'sum of key: anew\n' });
    expect(await store.blueprints.versions(world.team.id, 'release')).toEqual([again]);
  });

  test('the same version told by many at once is one row', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => blueprint({ key: 'race' })));
    expect(new Set(all.map((one) => one.id)).size).toBe(1);
    expect(await store.blueprints.versions(world.team.id, 'race')).toHaveLength(1);
  });

  test('what tasks took is recorded once each and found by key, newest first', async () => {
    const own = await makeWorld(store);
    const session = await addRunning(store, own);
    const record = async (planKey: string, over: Partial<TaskRecord> = {}) => {
      const { id: taskId } = await addTask(store, session);
      const entry = {
        id: randomUUID(),
        teamId: own.team.id,
        repositoryId: own.repository.id,
        taskId,
        planKey,
        capabilities: ['testing' as const],
        hours: 0.5,
        tokens: 3_000_000_000,
        costUsd: 0.25,
        declared: ['src/**'],
        predicted: [],
        written: ['src/a.js'],
        ...over,
      };
      await store.history.record(entry);
      await tick(store);
      return entry;
    };
    expect(await store.history.rates(own.team.id)).toEqual({ hours: 0, tokens: 0, costUsd: null, records: 0 });
    const oldest = await record('bug_fix/fix');
    await store.history.record({ ...oldest, id: randomUUID(), hours: 99 });
    const middle = await record('bug_fix/fix');
    const newest = await record('bug_fix/fix');
    const other = await record('testing', { hours: 2 });
    const of = async (keys: readonly string[], limitPerKey: number, repositoryId?: string) =>
      store.history.ofKeys(own.team.id, keys, { limitPerKey, repositoryId });
    expect(await of(['bug_fix/fix', 'testing', 'unknown'], 2)).toMatchObject([other, newest, middle]);
    expect((await of(['bug_fix/fix'], 9, own.repository.id)).map((one) => one.hours)).toEqual([0.5, 0.5, 0.5]);
    expect(await of(['bug_fix/fix'], 9, world.repository.id)).toEqual([]);
    expect(await of([], 9)).toEqual([]);
    expect(await store.history.rates(own.team.id)).toEqual({
      hours: 3.5,
      tokens: 12_000_000_000,
      costUsd: 1,
      records: 4,
    });
    await record('testing', { costUsd: null });
    expect(await store.history.rates(own.team.id)).toMatchObject({ costUsd: null, records: 5 });
  });
});
