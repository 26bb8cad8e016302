import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { estimateOf } from '../../domain/estimate.ts';
import type { Session } from '../../domain/session.ts';
import type { DependencyType, TaskStatus } from '../../domain/task.ts';
import {
  addSession,
  createInstance,
  type House,
  historyOf,
  type Instance,
  makePlace,
  openHouse,
  type Place,
  until,
} from '../testing/house.ts';

interface Planned {
  key: string;
  optional?: boolean;
}
type Edge = [from: string, type: DependencyType, to: string, required?: boolean];

describe.each(['pglite', 'postgres'] as const)('dependencies in real runs, on %s', (kind) => {
  let house: House;
  let place: Place;
  let one: Instance;
  /** Tasks whose agent has begun, and the ones allowed to end; a key in `failing` fails for good. */
  let begun: string[];
  let release: Map<string, () => void>;
  let failing: Set<string>;

  beforeAll(async () => {
    house = await openHouse(kind);
  });
  afterAll(() => house.close());
  beforeEach(async () => {
    place = await makePlace(house);
    one = createInstance(house);
    begun = [];
    release = new Map();
    failing = new Set();
    one.play.current = async (run) => {
      const key = run.order.title.replace('Add ', '');
      begun.push(key);
      run.write(`${key}.txt`, key);
      await new Promise<void>((resolve) => {
        release.set(key, resolve);
        run.stopped.addEventListener('abort', () => resolve());
      });
      if (failing.has(key)) return { type: 'failed', failure: 'invalid', message: `${key} is broken`, retryAt: null };
      return undefined;
    };
  });

  /** A session with exactly these tasks and edges, its plan kept for a person so that nothing starts before. */
  async function planned(tasks: Planned[], edges: Edge[], fields: Record<string, unknown> = {}): Promise<Session> {
    const { store } = house.opened;
    const created = await addSession(one, place, {
      autonomy: 'plan_approval',
      parallelism: 16,
      ...fields,
      start: true,
    });
    const session = await until(house, [one.dispatcher], created.id, ({ attention }) => attention.kind === 'approval');
    // The task of the blueprint makes way for the plan of the test.
    await house.opened.database.db.execute(`delete from tasks where session_id = '${session.id}'`);
    const ids = new Map(tasks.map(({ key }) => [key, randomUUID()]));
    await store.tasks.insertAll(
      tasks.map(({ key, optional = false }, place) => ({
        id: ids.get(key) ?? '',
        teamId: session.teamId,
        sessionId: session.id,
        key,
        position: place + 1,
        parentTaskId: null,
        title: `Add ${key}`,
        description: '',
        priority: 'normal' as const,
        capabilities: ['code_generation' as const],
        technologies: [],
        optional,
        writes: [],
        verification: [],
        estimate: estimateOf({ optimistic: 1, likely: 1, pessimistic: 1 }, 'blueprint'),
      })),
    );
    await store.tasks.insertDependencies(
      session.id,
      edges.map(([from, type, to, required = true]) => ({
        id: randomUUID(),
        fromTaskId: ids.get(from) ?? '',
        toTaskId: ids.get(to) ?? '',
        type,
        required,
        lagSeconds: 0,
      })),
    );
    return one.services.sessions.acceptPlan(place.admin, session.id);
  }

  const reach = (session: Session, wanted: Record<string, TaskStatus>) =>
    until(house, [one.dispatcher], session.id, (_, tasks) =>
      Object.entries(wanted).every(([key, status]) => tasks.find((task) => task.key === key)?.status === status),
    );
  const runs = (session: Session, ...keys: string[]) =>
    until(house, [one.dispatcher], session.id, () => keys.every((key) => begun.includes(key)));
  const finish = (key: string) => release.get(key)?.();
  const taskOf = async (session: Session, key: string) =>
    (await house.opened.store.tasks.bySession(session.id)).find((task) => task.key === key);

  test('finish to start: the dependent begins after the prerequisite has completed', async () => {
    const session = await planned([{ key: 'a' }, { key: 'b' }], [['a', 'finish_to_start', 'b']]);
    await runs(session, 'a');
    await reach(session, { a: 'in_progress', b: 'pending' });
    finish('a');
    await runs(session, 'b');
    expect((await taskOf(session, 'a'))?.status).toBe('completed');
    finish('b');
    await until(house, [one.dispatcher], session.id, ({ status }) => status === 'completed');
  });

  test('start to start: the dependent begins once the prerequisite has begun, while it still runs', async () => {
    const session = await planned([{ key: 'a' }, { key: 'b' }], [['a', 'start_to_start', 'b']]);
    await runs(session, 'a', 'b');
    expect(begun).toEqual(['a', 'b']);
    expect((await taskOf(session, 'a'))?.status).toBe('in_progress');
    finish('a');
    finish('b');
    await until(house, [one.dispatcher], session.id, ({ status }) => status === 'completed');
  });

  test('finish to finish: both begin, the dependent that is done first waits to complete', async () => {
    const session = await planned([{ key: 'a' }, { key: 'b' }], [['a', 'finish_to_finish', 'b']]);
    await runs(session, 'a', 'b');
    finish('b');
    await reach(session, { b: 'blocked', a: 'in_progress' });
    expect((await taskOf(session, 'b'))?.reason).toBe('waiting_to_complete');
    finish('a');
    await until(house, [one.dispatcher], session.id, ({ status }) => status === 'completed');
    const moves = (await historyOf(house, session.id)).filter(
      ({ type, payload }) => type === 'task.status_changed' && payload.to === 'completed',
    );
    const [a, b] = [(await taskOf(session, 'a'))?.id, (await taskOf(session, 'b'))?.id];
    expect(moves.map(({ payload }) => payload.taskId)).toEqual([a, b]);
  });

  test('what is done and waits to complete is not done again after a stop and a retry', async () => {
    const session = await planned([{ key: 'a' }, { key: 'b' }], [['a', 'finish_to_finish', 'b']]);
    await runs(session, 'a', 'b');
    finish('b');
    await reach(session, { b: 'blocked', a: 'in_progress' });
    const done = await taskOf(session, 'b');
    expect(done?.mergedCommit).not.toBeNull();
    await one.services.sessions.stop(place.admin, session.id, { waitSeconds: 0 });
    await until(house, [one.dispatcher], session.id, ({ status }) => status === 'stopped');
    begun = [];
    await one.services.sessions.retry(place.admin, session.id);
    await runs(session, 'a');
    finish('a');
    await until(house, [one.dispatcher], session.id, ({ status }) => status === 'completed');
    expect(begun).toEqual(['a']);
    expect((await taskOf(session, 'b'))?.mergedCommit).toBe(done?.mergedCommit);
  });

  test('a checkpoint of before its completion keeps what is done and waits to complete', async () => {
    const session = await planned([{ key: 'a' }, { key: 'b' }], [['a', 'finish_to_finish', 'b']]);
    await runs(session, 'a', 'b');
    finish('b');
    await reach(session, { b: 'blocked', a: 'in_progress' });
    const done = await taskOf(session, 'b');
    await one.services.sessions.pause(place.admin, session.id, { waitSeconds: 0 });
    await until(house, [one.dispatcher], session.id, ({ status }) => status === 'paused');
    const [checkpoint] = (await house.opened.store.checkpoints.list(session.id)).slice(-1);
    await one.services.checkpoints.restore(place.admin, session.id, checkpoint?.sequence ?? 0);
    expect(await taskOf(session, 'b')).toMatchObject({ status: 'blocked', mergedCommit: done?.mergedCommit });
    begun = [];
    await one.services.sessions.resume(place.admin, session.id);
    await runs(session, 'a');
    finish('a');
    await until(house, [one.dispatcher], session.id, ({ status }) => status === 'completed');
    expect(begun).toEqual(['a']);
  });

  test('start to finish: the dependent may complete only after the prerequisite has begun', async () => {
    const session = await planned(
      [{ key: 'a' }, { key: 'b' }, { key: 'gate' }],
      [
        ['gate', 'finish_to_start', 'a'],
        ['a', 'start_to_finish', 'b'],
      ],
    );
    await runs(session, 'b', 'gate');
    finish('b');
    await reach(session, { b: 'blocked', a: 'pending' });
    finish('gate');
    await runs(session, 'a');
    await reach(session, { b: 'completed', a: 'in_progress' });
    finish('a');
    await until(house, [one.dispatcher], session.id, ({ status }) => status === 'completed');
  });

  test('no more tasks run at once than the session allows', async () => {
    const keys = ['a', 'b', 'c', 'd'];
    const session = await planned(
      keys.map((key) => ({ key })),
      [],
      { parallelism: 2 },
    );
    await runs(session, 'a', 'b');
    for (let look = 0; look < 5; look += 1) await one.dispatcher.tick();
    expect([...begun].sort()).toEqual(['a', 'b']);
    finish('a');
    await runs(session, 'c');
    for (const key of ['b', 'c']) finish(key);
    await runs(session, 'd');
    finish('d');
    await until(house, [one.dispatcher], session.id, ({ status }) => status === 'completed');
  });

  test('no more attempts run at once than the team allows, whatever the sessions allow', async () => {
    await house.opened.database.db.execute('update teams set max_parallel_attempts = 3');
    const sessions = [
      await planned([{ key: 'a' }, { key: 'b' }], []),
      await planned([{ key: 'c' }, { key: 'd' }], []),
      await planned([{ key: 'e' }, { key: 'f' }], []),
    ];
    await until(house, [one.dispatcher], sessions[0]?.id ?? '', () => begun.length >= 3);
    for (let look = 0; look < 5; look += 1) await one.dispatcher.tick();
    expect(await house.opened.store.attempts.countOpen(place.team.id)).toBe(3);
    await one.dispatcher.stop();
  });

  test('a failed required task skips what needs it, and the session completes partially', async () => {
    failing.add('a');
    const session = await planned(
      [{ key: 'a' }, { key: 'b' }, { key: 'c' }, { key: 'free' }],
      [
        ['a', 'finish_to_start', 'b'],
        ['b', 'finish_to_start', 'c'],
      ],
    );
    await runs(session, 'a', 'free');
    finish('a');
    finish('free');
    const over = await until(house, [one.dispatcher], session.id, ({ status }) => status === 'partially_completed');
    expect(over.error?.message).toContain('a is broken');
    for (const key of ['b', 'c']) {
      const task = await taskOf(session, key);
      expect(task?.status).toBe('skipped');
      expect(task?.reason).toMatch(/^prerequisite_failed/);
    }
    expect(begun).not.toContain('b');
  });

  test('a failed optional task is a warning: what waits for it optionally goes on and the session completes', async () => {
    failing.add('extra');
    const session = await planned(
      [{ key: 'extra', optional: true }, { key: 'main' }],
      [['extra', 'finish_to_start', 'main', false]],
    );
    await runs(session, 'extra');
    expect(begun).toEqual(['extra']);
    finish('extra');
    await runs(session, 'main');
    finish('main');
    const done = await until(house, [one.dispatcher], session.id, ({ status }) => status === 'completed');
    expect(done.error?.message).toContain('extra is broken');
  });

  test('a dependent that already runs is stopped and skipped when its prerequisite fails', async () => {
    failing.add('a');
    const session = await planned([{ key: 'a' }, { key: 'b' }, { key: 'free' }], [['a', 'start_to_start', 'b']]);
    await runs(session, 'a', 'b', 'free');
    const [attempt] = await house.opened.store.attempts.byTask((await taskOf(session, 'b'))?.id ?? '');
    finish('a');
    await reach(session, { a: 'failed', b: 'skipped' });
    await until(house, [one.dispatcher], session.id, () => one.aborted.includes(attempt?.id ?? ''));
    expect((await house.opened.store.attempts.get(attempt?.id ?? ''))?.status).toBe('superseded');
    const ended = (await historyOf(house, session.id)).filter(
      ({ type, payload }) => type === 'attempt.ended' && payload.attemptId === attempt?.id,
    );
    expect(ended).toMatchObject([{ payload: { status: 'superseded' } }]);
    finish('free');
    await until(house, [one.dispatcher], session.id, ({ status }) => status === 'partially_completed');
  });

  test('under the policy block a dependent waits for a retry, and never starts before its prerequisite', async () => {
    failing.add('a');
    const session = await planned([{ key: 'a' }, { key: 'b' }, { key: 'free' }], [['a', 'finish_to_start', 'b']], {
      dependencyPolicy: 'block',
    });
    await runs(session, 'a', 'free');
    finish('a');
    finish('free');
    await until(house, [one.dispatcher], session.id, ({ status }) => status === 'partially_completed');
    expect((await taskOf(session, 'b'))?.status).toBe('blocked');

    failing.clear();
    begun = [];
    await one.services.sessions.retry(place.admin, session.id);
    await runs(session, 'a');
    for (let look = 0; look < 5; look += 1) await one.dispatcher.tick();
    expect(begun).toEqual(['a']);
    expect((await taskOf(session, 'b'))?.status).toBe('blocked');
    finish('a');
    await runs(session, 'b');
    finish('b');
    await until(house, [one.dispatcher], session.id, ({ status }) => status === 'completed');
    expect(begun).toEqual(['a', 'b']);
  });
});
