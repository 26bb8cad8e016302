import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  addSession,
  createInstance,
  fileAt,
  type House,
  historyOf,
  type Instance,
  makePlace,
  openHouse,
  type Place,
  until,
  whileTicking,
} from '../testing/house.ts';
import { finishSession } from './finish.ts';

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
  const working = (id: string) =>
    until(house, [one.dispatcher], id, (_, tasks) => tasks.some(({ status }) => status === 'in_progress'));

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
    const paused = await whileTicking(one.dispatcher, one.services.sessions.pause(place.admin, id));
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
    const stopped = await whileTicking(
      one.dispatcher,
      one.services.sessions.stop(place.admin, parent.id, { reason: 'enough' }),
    );
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

  test('a stop that comes as the last task ends finds the session completed, and stops its children all the same', async () => {
    const { store } = house.opened;
    let held = true;
    one.fault.at = (point) => {
      if (held && point === 'before_final') throw new Error('not yet');
    };
    const parent = await addSession(one, place, { start: true });
    const child = await addSession(one, place, { parentId: parent.id });
    const session = await until(house, [one.dispatcher], parent.id, (_, tasks) =>
      tasks.some(({ status }) => status === 'completed'),
    );
    await store.sessions.setPendingCommand(parent.id, 'stop', { status: ['running'] });
    held = false;
    await finishSession(one.deps, session);
    expect(await store.sessions.byId(parent.id)).toMatchObject({ status: 'completed', pendingCommand: null });
    expect(await store.sessions.byId(child.id)).toMatchObject({ status: 'cancelled' });
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
    const { session } = await whileTicking(one.dispatcher, one.services.sessions.pause(place.admin, id));
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

  test('a runtime that is away for long makes the session degraded, and running again when it is back', async () => {
    one.runtime.state = 'offline';
    const { id } = await addSession(one, place, { start: true });
    // However late the wait is noticed, it has lasted a minute at the next look.
    const degraded = await until(house, [one.dispatcher], id, ({ status }) => {
      one.time.ahead += 60;
      return status === 'degraded';
    });
    expect(degraded.cause).toContain('offline');
    one.play.current = () => new Promise(() => undefined);
    one.runtime.state = 'online';
    expect((await ends(id, 'running')).cause).toBeNull();
    await one.dispatcher.stop();
  });
});
