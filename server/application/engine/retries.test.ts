import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { git } from '../../infrastructure/git/git-testing.ts';
import {
  addSession,
  createInstance,
  fileAt,
  type House,
  historyOf,
  type Instance,
  landed,
  makePlace,
  openHouse,
  type Place,
  until,
} from '../testing/house.ts';

describe.each(['pglite', 'postgres'] as const)('attempts and retries, on %s', (kind) => {
  let house: House;
  let place: Place;
  let one: Instance;
  beforeAll(async () => {
    house = await openHouse(kind);
  });
  afterAll(() => house.close());
  beforeEach(async () => {
    place = await makePlace(house);
    one = createInstance(house);
  });

  const ends = (id: string, status: string) =>
    until(house, [one.dispatcher], id, (session) => session.status === status);
  const actionsOn = async (id: string) =>
    (
      await house.opened.store.audit.list(place.team.id, { after: 0, limit: 100, subject: { kind: 'session', id } })
    ).map(({ action }) => action);
  const attemptsOf = (id: string) => house.opened.store.attempts.bySession(id);

  test('work that fails its verification is tried again, told why, and completes proven', async () => {
    await house.opened.store.repositories.update(place.team.id, place.repository.id, { verify: ['cat good.txt'] });
    one.play.current = async (run) => {
      if (run.order.number === 2) run.write('good.txt', 'good\n');
      else run.write('bad.txt', 'bad\n');
      return undefined;
    };
    const { id } = await addSession(one, place, { start: true });
    const done = await ends(id, 'completed');
    expect(done.proof).toBe('proven');
    const attempts = await attemptsOf(id);
    expect(attempts.map(({ status, failure }) => [status, failure])).toEqual([
      ['failed', 'verification_failed'],
      ['succeeded', null],
    ]);
    expect(attempts[1]?.prompt).toContain('cat good.txt');
    expect(attempts[1]?.evidence?.commands).toMatchObject([{ command: 'cat good.txt', exitCode: 0 }]);
    expect(git(place.source, 'ls-tree', '--name-only', done.branch ?? '').split('\n')).not.toContain('bad.txt');
    expect(landed(place, done)).toHaveLength(1);
    const types = (await historyOf(house, id)).map(({ type }) => type);
    expect(types.indexOf('verification.failed')).toBeLessThan(types.indexOf('verification.passed'));
  });

  test('three failed verifications fail the session; a retry has three attempts of its own', async () => {
    await house.opened.store.repositories.update(place.team.id, place.repository.id, { verify: ['cat good.txt'] });
    const { id } = await addSession(one, place, { start: true });
    await until(house, [one.dispatcher], id, ({ headCommit }) => headCommit !== null);
    await one.services.checkpoints.create(place.admin, id);
    await ends(id, 'failed');
    expect(await attemptsOf(id)).toHaveLength(3);
    one.play.current = async (run) => {
      if (run.order.number === 5) run.write('good.txt', 'good\n');
      return undefined;
    };
    await one.services.sessions.retry(place.admin, id);
    const done = await ends(id, 'completed');
    expect(done.retryCount).toBe(1);
    expect(await attemptsOf(id)).toHaveLength(5);
  });

  test('a set-up command that fails is told like a failed verification, and runs once per worktree', async () => {
    await house.opened.store.repositories.update(place.team.id, place.repository.id, {
      setup: ['echo made > made.txt'],
    });
    one.play.current = async (run) => run.write('new.txt', 'new\n') as undefined;
    const { id } = await addSession(one, place, { start: true });
    const done = await ends(id, 'completed');
    expect(fileAt(place, done, 'new.txt')).toBe('new');
    await house.opened.store.repositories.update(place.team.id, place.repository.id, { setup: ['cat nothing'] });
    const second = await addSession(one, place, { start: true });
    const failed = await ends(second.id, 'failed');
    expect(failed.error?.message).toContain('cat nothing');
    expect((await attemptsOf(second.id)).map(({ failure }) => failure)).toEqual(Array(3).fill('verification_failed'));
  });

  test('two tasks that change the same line: the later one is tried again on the new head', async () => {
    let both: (() => void) | undefined;
    const together = new Promise<void>((resolve) => {
      both = resolve;
    });
    one.play.current = async (run) => {
      if (run.order.number === 1) {
        if (one.started.filter(({ number }) => number === 1).length === 2) both?.();
        await together;
      }
      const contested = /create|read/.test(run.order.title);
      run.write(contested ? 'a.txt' : `${run.order.taskId}.txt`, `${run.order.title} ${run.order.number}\n`);
      return undefined;
    };
    const { id } = await addSession(one, place, { blueprint: 'crud', start: true });
    const done = await ends(id, 'completed');
    const attempts = await attemptsOf(id);
    expect(attempts.some(({ failure }) => failure === 'conflict')).toBe(true);
    expect(landed(place, done)).toHaveLength(5);
    expect((await historyOf(house, id)).filter(({ type }) => type === 'conflict.detected').length).toBeGreaterThan(0);
    const merged = attempts.filter(({ status }) => status === 'succeeded').map((attempt) => attempt.id);
    expect(new Set(landed(place, done).map(({ attempt }) => attempt))).toEqual(new Set(merged));
  });

  test('a plan that cannot be made fails the session with the reason', async () => {
    const { id } = await addSession(one, place, { blueprint: 'bug_fix', start: true });
    await house.opened.database.db.execute("update sessions set blueprint = 'forgotten'");
    const failed = await ends(id, 'failed');
    expect(failed.error).toMatchObject({ code: 'PLANNING' });
    expect(failed.recoverable).toBe(true);
  });

  test('a base branch that vanished fails the session with the reason', async () => {
    const { id } = await addSession(one, place, { start: true });
    git(place.source, 'branch', '--move', 'main', 'trunk');
    const failed = await ends(id, 'failed');
    expect(failed.error).toMatchObject({ code: 'WORKSPACE', message: expect.stringContaining('main') });
    git(place.source, 'branch', '--move', 'trunk', 'main');
    await one.services.sessions.retry(place.admin, id);
    await ends(id, 'completed');
  });

  test('a retry keeps completed tasks and their commits', async () => {
    let broken = true;
    one.play.current = async (run) => {
      run.write(`${run.order.title.split(' ')[0]}.txt`, 'done\n');
      if (broken && run.order.title.startsWith('Fix'))
        return { type: 'failed', failure: 'invalid', message: 'no', retryAt: null };
      return undefined;
    };
    const { id } = await addSession(one, place, { title: 'The thing', blueprint: 'bug_fix', start: true });
    const partial = await ends(id, 'partially_completed');
    expect(landed(place, partial).map(({ key }) => key)).toEqual(['reproduce']);
    const first = landed(place, partial)[0]?.commit;
    broken = false;
    const queued = await one.services.sessions.retry(place.admin, id);
    expect(queued).toMatchObject({ status: 'queued', retryCount: 1, error: null, endedAt: null });
    const done = await ends(id, 'completed');
    expect(landed(place, done).map(({ key }) => key)).toEqual(['reproduce', 'fix', 'verify', 'review']);
    expect(landed(place, done)[0]?.commit).toBe(first);
    expect(one.started.filter(({ title }) => title.startsWith('Investigate'))).toHaveLength(1);
  });

  test('a restored checkpoint resets graph and branch, keeps the former head, and marks what came later', async () => {
    one.play.current = async (run) => run.write(`${run.order.title.split(' ')[0]}.txt`, 'done\n') as undefined;
    const { id } = await addSession(one, place, {
      title: 'The thing',
      blueprint: 'bug_fix',
      budget: { attempts: 3 },
      start: true,
    });
    const paused = await ends(id, 'paused');
    const former = git(place.source, 'rev-parse', paused.branch ?? '');
    const restored = await one.services.checkpoints.restore(place.admin, id, 1);
    expect(restored).toMatchObject({ status: 'paused', resetTo: null });
    expect(await actionsOn(id)).toContain('session.restore');
    expect(landed(place, restored).map(({ key }) => key)).toEqual(['reproduce']);
    expect(git(place.source, 'for-each-ref', '--contains', former, '--format=%(refname)')).not.toBe('');
    expect((await one.services.checkpoints.list(place.admin, id)).map(({ undone }) => undone)).toEqual([
      false,
      true,
      true,
    ]);
    const events = await historyOf(house, id);
    const undone = events.filter(({ type, payload }) => type === 'task.restored' && payload.from === 'completed');
    expect(undone).toHaveLength(2);
    await one.services.sessions.update(place.admin, id, { budget: null });
    await one.services.sessions.resume(place.admin, id);
    const done = await ends(id, 'completed');
    expect(landed(place, done).map(({ key }) => key)).toEqual(['reproduce', 'fix', 'verify', 'review']);
  });

  test('a run that breaks off without an end is not driven in a circle', async () => {
    let calls = 0;
    one.deps.runner.run = async function* () {
      calls += 1;
      yield { type: 'started', runtimeId: 'broken', adopted: false };
    };
    const { id } = await addSession(one, place, { start: true });
    await until(house, [one.dispatcher], id, async () => (await attemptsOf(id))[0]?.status === 'failed');
    expect(calls).toBe(3);
  });

  test('a step of an attempt that throws for a reason of our own is tried thrice and then settled as a crash', async () => {
    let calls = 0;
    one.deps.runner.run = () => {
      calls += 1;
      throw new TypeError('broken');
    };
    const { id } = await addSession(one, place, { start: true });
    await until(house, [one.dispatcher], id, async () => (await attemptsOf(id))[0]?.status === 'failed');
    expect(calls).toBe(3);
    const [attempt] = await attemptsOf(id);
    expect(attempt).toMatchObject({ failure: 'crash', error: { message: 'broken' } });
    const [task] = await house.opened.store.tasks.bySession(id);
    expect(task?.notBefore?.getTime()).toBeGreaterThan(Date.now() - 1000);
  });
});
