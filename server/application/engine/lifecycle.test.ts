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

describe.each(['pglite', 'postgres'] as const)('the life of a session, on %s', (kind) => {
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
  /** A command waits for its effect, which only a tick brings. */
  const ticking = async <T>(work: Promise<T>): Promise<T> => {
    let over = false;
    const ticks = (async () => {
      while (!over) {
        await one.dispatcher.tick();
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    })();
    return work.finally(async () => {
      over = true;
      await ticks;
    });
  };
  const working = (id: string) =>
    until(house, [one.dispatcher], id, (_, tasks) => tasks.some(({ status }) => status === 'in_progress'));

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

  test('a spent budget of attempts pauses; raised, the session goes on', async () => {
    const { id } = await addSession(one, place, { blueprint: 'bug_fix', budget: { attempts: 1 }, start: true });
    const paused = await ends(id, 'paused');
    expect(paused).toMatchObject({ owner: null, cause: 'budget: all 1 attempts are used' });
    expect((await historyOf(house, id)).filter(({ type }) => type === 'budget.exhausted')).toHaveLength(1);
    await one.services.sessions.resume(place.admin, id);
    await ends(id, 'paused');
    await one.services.sessions.update(place.admin, id, { budget: { attempts: 4 } });
    await one.services.sessions.resume(place.admin, id);
    await ends(id, 'completed');
    expect(await attemptsOf(id)).toHaveLength(4);
  });

  test('pause stops the run verified, resume goes on with the same attempt in the same worktree', async () => {
    let runs = 0;
    one.play.current = async (run) => {
      runs += 1;
      run.write(`run-${runs}.txt`, 'here\n');
      if (runs === 1) return new Promise(() => undefined);
      return undefined;
    };
    const { id } = await addSession(one, place, { start: true });
    await working(id);
    const before = await house.opened.store.sessions.byId(id);
    const paused = await ticking(one.services.sessions.pause(place.admin, id));
    expect(paused).toMatchObject({ verified: true, session: { status: 'paused', owner: null, pendingCommand: null } });
    const [kept] = await attemptsOf(id);
    expect(one.aborted).toEqual([kept?.id]);
    expect(kept?.status).toBe('waiting');
    one.time.ahead = 600;
    await one.services.sessions.resume(place.admin, id);
    const done = await ends(id, 'completed');
    expect(await attemptsOf(id)).toHaveLength(1);
    expect(fileAt(place, done, 'run-1.txt')).toBe('here');
    expect(fileAt(place, done, 'run-2.txt')).toBe('here');
    expect(done.pausedSeconds).toBeGreaterThanOrEqual(590);
    const moved = (done.deadlineAt?.getTime() ?? 0) - (before?.deadlineAt?.getTime() ?? 0);
    expect(moved).toBeGreaterThanOrEqual(590_000);
  });

  test('time in the queue that was paused before the first start does not count as pause of the run', async () => {
    const { id } = await addSession(one, place, { start: true });
    await one.services.sessions.pause(place.admin, id);
    one.time.ahead = 600;
    await one.services.sessions.resume(place.admin, id);
    expect(await ends(id, 'completed')).toMatchObject({ pausedSeconds: 0 });
  });

  test('stop means stopped: verified, tasks cancelled, children with it', async () => {
    one.play.current = () => new Promise(() => undefined);
    const parent = await addSession(one, place, { start: true });
    await working(parent.id);
    const busy = await addSession(one, place, { parentId: parent.id, start: true });
    await working(busy.id);
    const waiting = await addSession(one, place, { parentId: parent.id });
    const stopped = await ticking(one.services.sessions.stop(place.admin, parent.id, { reason: 'enough' }));
    expect(stopped).toMatchObject({ verified: true, session: { status: 'stopped', owner: null } });
    await ends(busy.id, 'stopped');
    await ends(waiting.id, 'cancelled');
    for (const { id } of [parent, busy]) {
      expect((await attemptsOf(id)).map(({ status }) => status)).toEqual(['aborted']);
      expect((await house.opened.store.tasks.bySession(id)).map(({ status }) => status)).toEqual(['cancelled']);
      expect((await historyOf(house, id)).at(-1)).toMatchObject({ payload: { to: 'stopped' } });
    }
    expect(one.aborted).toHaveLength(2);
    await one.dispatcher.tick();
    expect(one.dispatcher.load()).toEqual({ sessions: 0, attempts: 0 });
  });

  test('past its deadline a session times out after its run has been aborted', async () => {
    one.play.current = () => new Promise(() => undefined);
    const { id } = await addSession(one, place, { maxDurationSeconds: 60, start: true });
    await working(id);
    await house.opened.database.db.execute("update sessions set deadline_at = clock_timestamp() - interval '1 second'");
    await one.sweeper.sweep();
    const late = await ends(id, 'timeout');
    expect(late.error).toMatchObject({ code: 'TIMEOUT' });
    expect(one.aborted).toHaveLength(1);
    expect(late.recoverable).toBe(false);
  });

  test('an injected prompt is run after the present one, by the same attempt', async () => {
    let go: (() => void) | undefined;
    one.play.current = async (run) => {
      if (run.order.prompt === 'Also write more.txt') run.write('more.txt', 'more\n');
      else {
        await new Promise<void>((resolve) => {
          go = resolve;
        });
        run.write('first.txt', 'first\n');
      }
      return undefined;
    };
    const { id } = await addSession(one, place, { start: true });
    await working(id);
    await one.services.sessions.prompt(place.admin, id, { text: 'Also write more.txt' });
    go?.();
    const done = await ends(id, 'completed');
    expect(fileAt(place, done, 'first.txt')).toBe('first');
    expect(fileAt(place, done, 'more.txt')).toBe('more');
    expect(one.started.map(({ attemptId }) => attemptId)).toHaveLength(2);
    expect(new Set(one.started.map(({ attemptId }) => attemptId)).size).toBe(1);
    expect(await house.opened.store.prompts.pending(id)).toEqual([]);
  });

  test('a plan waits for a person through pause and resume, then runs when accepted', async () => {
    const { id } = await addSession(one, place, { autonomy: 'plan_approval', start: true });
    const waits = () => until(house, [one.dispatcher], id, ({ attention }) => attention.kind === 'approval');
    await waits();
    const { session } = await ticking(one.services.sessions.pause(place.admin, id));
    expect(session).toMatchObject({ status: 'paused', attention: { kind: 'none' } });
    await one.services.sessions.resume(place.admin, id);
    expect(await waits()).toMatchObject({ status: 'running' });
    expect(one.started).toEqual([]);
    await one.services.sessions.acceptPlan(place.admin, id);
    await ends(id, 'completed');
    expect(await actionsOn(id)).toContain('session.accept_plan');
    await expect(one.services.sessions.acceptPlan(place.admin, id)).rejects.toMatchObject({
      code: 'INVALID_TRANSITION',
    });
  });

  test('a rejected plan stops the session; its retry asks again', async () => {
    const { id } = await addSession(one, place, { autonomy: 'plan_approval', start: true });
    const waits = () => until(house, [one.dispatcher], id, ({ attention }) => attention.kind === 'approval');
    await waits();
    const rejected = await one.services.sessions.rejectPlan(place.admin, id, { reason: 'Too big' });
    expect(rejected).toMatchObject({ status: 'stopped', attention: { kind: 'none' } });
    expect(await actionsOn(id)).toContain('session.reject_plan');
    await one.services.sessions.retry(place.admin, id);
    expect(await waits()).toMatchObject({ status: 'running' });
    expect(one.started).toEqual([]);
  });

  test('a session that is told to ask nobody any more goes on with the plan that waited', async () => {
    const { id } = await addSession(one, place, { autonomy: 'plan_approval', start: true });
    await until(house, [one.dispatcher], id, ({ attention }) => attention.kind === 'approval');
    const changed = await one.services.sessions.update(place.admin, id, { autonomy: 'auto' });
    expect(changed.autonomy).toBe('auto');
    const done = await ends(id, 'completed');
    expect(done.attention.kind).toBe('none');
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

  test('a runtime that is away for long makes the session degraded, and running again when it is back', async () => {
    one.runtime.state = 'offline';
    const { id } = await addSession(one, place, { start: true });
    await ends(id, 'running');
    one.time.ahead = 60;
    const degraded = await ends(id, 'degraded');
    expect(degraded.cause).toContain('offline');
    one.play.current = () => new Promise(() => undefined);
    one.runtime.state = 'online';
    expect((await ends(id, 'running')).cause).toBeNull();
    await one.dispatcher.stop();
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
