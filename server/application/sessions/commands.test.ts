import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Session, type SessionStatus, sessionStatuses } from '../../domain/session.ts';
import {
  addSession,
  createInstance,
  type House,
  historyOf,
  type Instance,
  makePlace,
  openHouse,
  type Place,
  putInto,
  until,
} from '../testing/house.ts';

type Command = (place: Place, instance: Instance, id: string) => Promise<unknown>;

/** What each command makes of a session in each status it is legal in; everything else is refused. */
const table: Record<string, { run: Command; audited: string; legal: Partial<Record<SessionStatus, SessionStatus>> }> = {
  start: {
    run: (place, { services }, id) => services.sessions.start(place.admin, id, { reason: 'told so' }),
    audited: 'session.start',
    legal: { pending: 'queued' },
  },
  resume: {
    run: (place, { services }, id) => services.sessions.resume(place.admin, id),
    audited: 'session.resume',
    legal: { paused: 'queued' },
  },
  cancel: {
    run: (place, { services }, id) => services.sessions.cancel(place.admin, id),
    audited: 'session.cancel',
    legal: { pending: 'cancelled', queued: 'cancelled', paused: 'cancelled' },
  },
  pause: {
    run: (place, { services }, id) => services.sessions.pause(place.admin, id),
    audited: 'session.pause',
    legal: { queued: 'paused', running: 'paused', degraded: 'paused' },
  },
  stop: {
    run: (place, { services }, id) => services.sessions.stop(place.admin, id),
    audited: 'session.stop',
    legal: { running: 'stopped', degraded: 'stopped', paused: 'stopped' },
  },
  retry: {
    run: (place, { services }, id) => services.sessions.retry(place.admin, id),
    audited: 'session.retry',
    legal: {
      failed: 'queued',
      timeout: 'queued',
      stopped: 'queued',
      orphaned: 'queued',
      partially_completed: 'queued',
    },
  },
  accept: {
    run: (place, { services }, id) => services.sessions.acceptPlan(place.admin, id),
    audited: 'session.accept_plan',
    legal: {},
  },
  reject: {
    run: (place, { services }, id) => services.sessions.rejectPlan(place.admin, id),
    audited: 'session.reject_plan',
    legal: {},
  },
  checkpoint: {
    run: (place, { services }, id) => services.checkpoints.create(place.admin, id),
    audited: 'session.checkpoint',
    legal: {},
  },
  prompt: {
    run: (place, { services }, id) => services.sessions.prompt(place.admin, id, { text: 'More' }),
    audited: 'session.prompt',
    legal: { pending: 'pending', queued: 'queued', running: 'running', paused: 'paused', degraded: 'degraded' },
  },
};

describe.each(['pglite', 'postgres'] as const)('commands, on %s', (kind) => {
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
    await house.opened.database.db.execute('update teams set max_active_sessions = 100');
  });

  const now = async (id: string) => (await house.opened.store.sessions.byId(id)) as Session;
  const audit = async () => house.opened.store.audit.list(place.team.id, { after: 0, limit: 1000 });

  test.each(Object.entries(table))(
    '%s does what the table says from every status',
    async (_, { run, audited, legal }) => {
      for (const status of sessionStatuses) {
        const session = await putInto(house, await addSession(one, place), status);
        const to = legal[status];
        const entries = (await audit()).length;
        if (to === undefined) {
          await expect(run(place, one, session.id), status).rejects.toMatchObject({
            code: 'INVALID_TRANSITION',
            details: { from: status, to: expect.any(String), allowed: expect.any(Array) },
          });
          expect(await now(session.id)).toMatchObject({ status, version: session.version, lastSeq: session.lastSeq });
          expect(await audit()).toHaveLength(entries);
          continue;
        }
        const working = run(place, one, session.id);
        // A running session obeys when its owner does.
        if (status === 'running' || status === 'degraded') {
          if (to !== status) await until(house, [one.dispatcher], session.id, (seen) => seen.status === to);
        }
        await working;
        expect((await now(session.id)).status, status).toBe(to);
        const entry = (await audit()).at(-1);
        expect(entry).toMatchObject({ action: audited, subject: { kind: 'session', id: session.id } });
        await historyOf(house, session.id);
        await putInto(house, session, 'cancelled');
      }
      expect(await house.opened.store.audit.verify(place.team.id)).toMatchObject({ firstBroken: null });
    },
  );

  test('a stale version is refused by every command that takes one, and changes nothing', async () => {
    const { sessions } = one.services;
    const session = await addSession(one, place);
    const stale = { version: session.version + 7 };
    const conflict = { code: 'CONFLICT', details: { version: session.version } };
    for (const run of [sessions.start, sessions.resume, sessions.cancel, sessions.pause, sessions.stop, sessions.retry])
      await expect(run(place.admin, session.id, stale)).rejects.toMatchObject(conflict);
    await expect(sessions.update(place.admin, session.id, { title: 'Add more' }, stale)).rejects.toMatchObject(
      conflict,
    );
    await expect(sessions.remove(place.admin, session.id, stale)).rejects.toMatchObject(conflict);
    expect(await now(session.id)).toMatchObject({ version: session.version, lastSeq: session.lastSeq });
    await sessions.start(place.admin, session.id, { version: session.version });
  });

  test('of two starts at once one starts it', async () => {
    const session = await addSession(one, place);
    const results = await Promise.allSettled(
      Array.from({ length: 5 }, () => one.services.sessions.start(place.admin, session.id)),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'INVALID_TRANSITION' });
    const moves = (await historyOf(house, session.id)).filter(({ type }) => type === 'session.status_changed');
    expect(moves).toMatchObject([{ payload: { from: 'pending', to: 'queued' } }]);
  });

  test('a command names who gave it, why, and for which request', async () => {
    const session = await addSession(one, place);
    await one.services.sessions.start(place.lead, session.id, { reason: 'It is time', requestId: 'req-1' });
    expect((await audit()).at(-1)).toMatchObject({
      actor: { kind: 'user' },
      before: { status: 'pending' },
      after: { status: 'queued' },
      reason: 'It is time',
      requestId: 'req-1',
    });
    expect((await historyOf(house, session.id)).at(-1)).toMatchObject({ actor: { kind: 'user', name: 'leo' } });
  });

  test('a change keeps what it does not name, clears what is null, and moves the deadline with the limit', async () => {
    const { sessions } = one.services;
    const session = await addSession(one, place, { budget: { attempts: 3 }, tags: ['a'], model: 'rehearsal/scripted' });
    await putInto(house, session, 'running');
    await house.opened.store.sessions.update(session.id, { deadlineAt: new Date('2030-01-01T00:00:00Z') }, {});
    const changed = await sessions.update(place.admin, session.id, {
      title: 'Add more',
      budget: null,
      maxDurationSeconds: 7200,
    });
    expect(changed).toMatchObject({ title: 'Add more', budget: null, tags: ['a'], model: 'rehearsal/scripted' });
    expect(changed.deadlineAt?.toISOString()).toBe('2030-01-01T01:00:00.000Z');
    for (const [body, path] of [
      [{ title: 'Untitled' }, 'title'],
      [{ status: 'completed' }, ''],
      [{ parallelism: 99 }, 'parallelism'],
      [{ preferredAgent: 'AGENT-NOBODY-01' }, 'preferredAgent'],
    ] as const)
      await expect(sessions.update(place.admin, session.id, body)).rejects.toMatchObject({
        code: 'INVALID',
        details: [{ path: expect.stringContaining(path) }],
      });
    expect((await audit()).at(-1)).toMatchObject({ action: 'session.update' });
  });

  test('what is deleted is out of sight, its quota is free, and it can be brought back', async () => {
    const { sessions } = one.services;
    const session = await addSession(one, place, { start: true });
    await sessions.remove(place.admin, session.slug);
    await expect(sessions.get(place.admin, session.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await sessions.list(place.admin, {}, { limit: 5 })).total).toBe(0);
    expect(await sessions.undelete(place.admin, session.id)).toMatchObject({ status: 'cancelled', deletedAt: null });
    await expect(sessions.undelete(place.admin, session.id)).rejects.toMatchObject({ code: 'INVALID_TRANSITION' });
    const running = await putInto(house, await addSession(one, place), 'running');
    await expect(sessions.remove(place.admin, running.id)).rejects.toMatchObject({
      code: 'INVALID_TRANSITION',
      details: { from: 'running' },
    });
    expect((await audit()).map(({ action }) => action)).toContain('session.undelete');
  });

  test('a session is retried three times at most, and a checkpoint is needed once work began', async () => {
    const session = await putInto(house, await addSession(one, place), 'failed');
    for (let retry = 1; retry <= 3; retry += 1) {
      expect((await one.services.sessions.retry(place.admin, session.id)).retryCount).toBe(retry);
      await putInto(house, session, 'failed');
    }
    expect((await now(session.id)).recoverable).toBe(false);
    await expect(one.services.sessions.retry(place.admin, session.id)).rejects.toMatchObject({
      code: 'INVALID_TRANSITION',
      message: expect.stringContaining('3'),
    });
    const types = (await historyOf(house, session.id)).map(({ type }) => type);
    expect(types.filter((type) => type === 'session.retried')).toHaveLength(3);
  });

  test('a retry needs a free place in the quota', async () => {
    const session = await putInto(house, await addSession(one, place), 'failed');
    await house.opened.database.db.execute('update teams set max_active_sessions = 1');
    await addSession(one, place);
    await expect(one.services.sessions.retry(place.admin, session.id)).rejects.toMatchObject({
      code: 'QUOTA_EXCEEDED',
    });
    expect((await now(session.id)).status).toBe('failed');
  });

  test('a stop that comes as the work ends leaves no command pending, and says which of the two it was', async () => {
    let go: (() => void) | undefined;
    one.play.current = () =>
      new Promise((resolve) => {
        go = () => resolve(undefined);
      });
    const { id } = await addSession(one, place, { start: true });
    await until(house, [one.dispatcher], id, (_, tasks) => tasks[0]?.status === 'in_progress');
    go?.();
    const asked = one.services.sessions.stop(place.admin, id).then(
      ({ session, verified }) => ({ status: session.status, verified }),
      ({ code, details }) => ({ code, from: details.from }),
    );
    await until(house, [one.dispatcher], id, ({ owner }) => owner === null);
    const session = await now(id);
    expect(session.pendingCommand).toBeNull();
    expect(['completed', 'stopped']).toContain(session.status);
    expect(await asked).toEqual(
      session.status === 'stopped'
        ? { status: 'stopped', verified: true }
        : { code: 'INVALID_TRANSITION', from: 'completed' },
    );
  });

  test('a prompt is checked like a session’s own, and must name its task where several run', async () => {
    const { sessions } = one.services;
    one.play.current = () => new Promise(() => undefined);
    const { id } = await addSession(one, place, { blueprint: 'crud', start: true });
    await until(house, [one.dispatcher], id, () => one.started.length === 2);
    const wrong: [Record<string, unknown>, RegExp][] = [
      [{ text: '' }, /^text/],
      [{ text: 'x'.repeat(10_001) }, /^text/],
      [{ text: '```rehearsal\n- fly: away\n```' }, /^text/],
      [{ text: 'Go on' }, /^taskId/],
      [{ text: 'Go on', taskId: '00000000-0000-4000-8000-00000000dead' }, /^taskId/],
    ];
    for (const [body, path] of wrong)
      await expect(sessions.prompt(place.admin, id, body)).rejects.toMatchObject({
        code: 'INVALID',
        details: [{ path: expect.stringMatching(path) }],
      });
    const [task] = await house.opened.store.tasks.bySession(id);
    expect(await sessions.prompt(place.admin, id, { text: 'Go on', taskId: task?.id })).toMatchObject({
      taskId: task?.id,
      deliveredAt: null,
    });
    await one.dispatcher.stop();
  });

  test('what is deleted while a retry waits for it stays deleted and over', async () => {
    const { store } = house.opened;
    const { id } = await putInto(house, await addSession(one, place), 'stopped');
    const [deleted, commit] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const deleting = store.transaction(async (tx) => {
      await tx.sessions.lock(id);
      await tx.sessions.update(id, { deletedAt: new Date() }, {});
      deleted.resolve();
      await commit.promise;
    });
    await deleted.promise;
    const retried = one.services.sessions.retry(place.admin, id).catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 300));
    commit.resolve();
    await deleting;
    expect(await retried).toMatchObject({ code: 'NOT_FOUND' });
    expect(await store.sessions.byId(id)).toMatchObject({ status: 'stopped', retryCount: 0 });
  });
});
