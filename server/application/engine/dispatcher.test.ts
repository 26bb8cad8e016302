import { sql } from 'drizzle-orm';
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

describe.each(['pglite', 'postgres'] as const)('who runs a session, on %s', (kind) => {
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

  const runOut = (id: string) =>
    house.opened.database.db.execute(
      sql`update sessions set lease_expires_at = clock_timestamp() - interval '1 second' where id = ${id}::uuid`,
    );
  const running = (instance: Instance, id: string) =>
    until(house, [instance.dispatcher], id, (_, tasks) => tasks[0]?.status === 'in_progress');

  test('a session is claimed, planned, run, committed, merged and completed, each once', async () => {
    one.play.current = async (run) => run.write('src/sum.js', 'export const sum = 1\n') as undefined;
    const { id } = await addSession(one, place, { start: true });
    const done = await until(house, [one.dispatcher], id, (session) => session.status === 'completed');
    expect(done).toMatchObject({ owner: null, pendingCommand: null, proof: 'unverified', epoch: 1 });
    expect(landed(place, done)).toMatchObject([{ key: 'task' }]);
    expect(fileAt(place, done, 'src/sum.js')).toBe('export const sum = 1');
    expect(done.result).toMatchObject({ headCommit: git(place.source, 'rev-parse', done.branch ?? '') });
    const types = (await historyOf(house, id)).map((event) => event.type);
    for (const type of ['merge.completed', 'checkpoint.created', 'plan.proposed', 'session.completed'])
      expect(types.filter((known) => known === type)).toHaveLength(1);
    await one.sweeper.sweep();
    expect(await house.opened.store.attempts.unretired(id)).toEqual([]);
  });

  test('another owner takes over after the lease ran out; the former one lets go and writes nothing more', async () => {
    const two = createInstance(house, { owner: 'house.2' });
    let first = true;
    const play = async () => {
      if (!first) return undefined;
      first = false;
      return new Promise<undefined>(() => undefined);
    };
    one.play.current = play;
    two.play.current = play;
    const { id } = await addSession(one, place, { start: true });
    await running(one, id);
    const before = await house.opened.store.attempts.bySession(id);
    await two.dispatcher.tick();
    expect((await house.opened.store.sessions.byId(id))?.owner).toBe('house.1');

    await runOut(id);
    await two.dispatcher.tick();
    const taken = await house.opened.store.sessions.byId(id);
    expect(taken).toMatchObject({ owner: 'house.2', epoch: 2, recoveries: 1 });
    await expect(
      house.opened.store.attempts.update(before[0]?.id ?? '', { summary: 'late' }, { epoch: 1 }),
    ).rejects.toMatchObject({ code: 'CONFLICT' });

    await one.dispatcher.renew();
    expect(one.dispatcher.load().attempts).toBe(0);
    expect(one.aborted).toEqual([before[0]?.id]);
    const done = await until(house, [one.dispatcher, two.dispatcher], id, ({ status }) => status === 'completed');
    const attempts = await house.opened.store.attempts.bySession(id);
    expect(attempts.map(({ status, epoch }) => [status, epoch])).toEqual([['succeeded', 2]]);
    expect(done.recoveries).toBe(0);
    const events = await historyOf(house, id);
    expect(events.filter(({ type }) => type === 'recovery.taken_over')).toMatchObject([
      { payload: { from: 'house.1', epoch: 2 } },
    ]);
  });

  test('an instance that slept past its own lease claims again under the next epoch', async () => {
    one.play.current = () => new Promise<undefined>(() => undefined);
    const { id } = await addSession(one, place, { start: true });
    await running(one, id);
    await runOut(id);
    await one.dispatcher.renew();
    await one.dispatcher.tick();
    expect(await house.opened.store.sessions.byId(id)).toMatchObject({ owner: 'house.1', epoch: 2 });
    await one.dispatcher.stop();
  });

  test('the fourth loss without progress orphans the session and ends its run', async () => {
    one.play.current = () => new Promise<undefined>(() => undefined);
    const { id } = await addSession(one, place, { start: true });
    await running(one, id);
    for (let losses = 1; losses <= 3; losses += 1) {
      await runOut(id);
      await until(house, [one.dispatcher], id, ({ recoveries }) => recoveries === losses);
      await until(house, [one.dispatcher], id, () => one.dispatcher.load().attempts === 1);
    }
    await runOut(id);
    await one.dispatcher.tick();
    const lost = await house.opened.store.sessions.byId(id);
    expect(lost).toMatchObject({ status: 'orphaned', owner: null, error: { code: 'ORPHANED' } });
    const [attempt] = await house.opened.store.attempts.bySession(id);
    expect(attempt?.status).toBe('superseded');
    expect(one.aborted).toContain(attempt?.id);
    // A step that was under way may have begun to drive once more; the next look lets go of it.
    await until(house, [one.dispatcher], id, () => one.dispatcher.load().attempts === 0);
    expect(one.dispatcher.load()).toEqual({ sessions: 0, attempts: 0 });
  });

  test('a loss is not counted against a session that had nothing under way', async () => {
    await house.opened.database.db.execute(
      sql`update teams set max_parallel_attempts = 1 where id = ${place.team.id}::uuid`,
    );
    one.play.current = () => new Promise<undefined>(() => undefined);
    const busy = await addSession(one, place, { start: true });
    await running(one, busy.id);
    const { id } = await addSession(one, place, { start: true });
    await until(house, [one.dispatcher], id, ({ status, plannedAt }) => status === 'running' && plannedAt !== null);
    for (let losses = 1; losses <= 5; losses += 1) {
      await runOut(id);
      await until(house, [one.dispatcher], id, ({ epoch }) => epoch === losses + 1);
    }
    expect(await house.opened.store.sessions.byId(id)).toMatchObject({ status: 'running', recoveries: 0 });
    expect(await house.opened.store.attempts.bySession(id)).toEqual([]);
  });

  test('clean stops are no losses, however many there are', async () => {
    one.play.current = () => new Promise<undefined>(() => undefined);
    const { id } = await addSession(one, place, { start: true });
    await running(one, id);
    await one.dispatcher.stop();
    for (let start = 2; start <= 6; start += 1) {
      const next = createInstance(house, { owner: `house.${start}` });
      next.play.current = one.play.current;
      await until(house, [next.dispatcher], id, () => next.dispatcher.load().attempts === 1);
      await next.dispatcher.stop();
    }
    expect(await house.opened.store.sessions.byId(id)).toMatchObject({ status: 'running', recoveries: 0, owner: null });
  });

  test('a former life of the same directory is taken over at once, without waiting for its lease', async () => {
    one.play.current = () => new Promise<undefined>(() => undefined);
    const { id } = await addSession(one, place, { start: true });
    await running(one, id);
    const next = createInstance(house, { owner: 'house.2', formerOwners: ['house.1'] });
    next.play.current = async () => undefined;
    await until(house, [next.dispatcher], id, ({ status }) => status === 'completed');
    expect((await historyOf(house, id)).filter(({ type }) => type === 'recovery.taken_over')).toHaveLength(1);
  });

  test('a session that was deleted with its parent leaves no run behind', async () => {
    one.play.current = () => new Promise<undefined>(() => undefined);
    const parent = await addSession(one, place);
    const child = await addSession(one, place, { parentId: parent.slug, start: true });
    await running(one, child.id);
    await one.services.sessions.remove(place.admin, parent.id);
    expect(await house.opened.store.sessions.byId(child.id)).toMatchObject({ status: 'orphaned' });
    await until(house, [one.dispatcher], child.id, () => one.dispatcher.load().attempts === 0);
    await until(house, [one.dispatcher], child.id, () => one.aborted.length === 1);
  });

  test('a restore that died between database and git is followed at the next claim', async () => {
    one.play.current = async (run) => run.write(`${run.order.title}.txt`, 'done\n') as undefined;
    const { id } = await addSession(one, place, { blueprint: 'bug_fix', budget: { attempts: 2 }, start: true });
    const paused = await until(house, [one.dispatcher], id, ({ status }) => status === 'paused');
    expect(landed(place, paused)).toHaveLength(2);
    const [first] = await house.opened.store.checkpoints.list(id);
    const broken = createInstance(house);
    broken.deps.workspaces.resetBranch = async () => {
      throw new Error('The machine stopped here');
    };
    await expect(broken.services.checkpoints.restore(place.admin, id, first?.sequence ?? 0)).rejects.toThrow('stopped');
    expect(await house.opened.store.sessions.byId(id)).toMatchObject({ resetTo: first?.commit });
    await one.services.sessions.update(place.admin, id, { budget: null });
    await one.services.sessions.resume(place.admin, id);
    const done = await until(house, [one.dispatcher], id, ({ status }) => status === 'completed');
    expect(done.resetTo).toBeNull();
    expect(landed(place, done).map(({ key }) => key)).toEqual(['reproduce', 'fix', 'verify', 'review']);
  });

  test('an idle instance asks the database fewer than five questions a second', async () => {
    let asked = 0;
    const { db } = house.opened.database;
    const execute = db.execute.bind(db);
    db.execute = ((statement: Parameters<typeof execute>[0]) => {
      asked += 1;
      return execute(statement);
    }) as typeof db.execute;
    try {
      await one.sweeper.sweep();
      asked = 0;
      await one.dispatcher.tick();
      const tick = asked;
      asked = 0;
      await one.sweeper.sweep();
      await one.dispatcher.renew();
      // drizzle's builder: the heartbeat of the agents and the list of worktrees. The outbox is read every five seconds.
      expect(tick + (asked + 2) / 5 + 1 / 5).toBeLessThan(5);
    } finally {
      db.execute = execute;
    }
  });
});
