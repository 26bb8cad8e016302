import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { git } from '../../infrastructure/git/git-testing.ts';
import {
  addSession,
  createInstance,
  type House,
  historyOf,
  type Instance,
  landed,
  makePlace,
  openHouse,
  type Place,
  until,
} from '../testing/house.ts';

describe.each(['pglite', 'postgres'] as const)('what crosses and what is in the way, on %s', (kind) => {
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

  afterEach(() => one.dispatcher.stop());

  const ends = (id: string, status: string) =>
    until(house, [one.dispatcher], id, (session) => session.status === status);
  const working = (id: string) =>
    until(house, [one.dispatcher], id, (_, tasks) => tasks.some(({ status }) => status === 'in_progress'));

  test('a stop that comes while a pause is being verified is carried out, not forgotten', async () => {
    one.play.current = () => new Promise(() => undefined);
    const { id } = await addSession(one, place, { start: true });
    await working(id);
    const { abort } = one.deps.runner;
    let asked = false;
    let verified: () => void = () => undefined;
    one.deps.runner.abort = async (order) => {
      asked = true;
      await new Promise<void>((resolve) => {
        verified = resolve;
      });
      one.deps.runner.abort = abort;
      return abort(order);
    };
    // Whoever asked for the pause is told that something else came of it.
    const pausing = expect(one.services.sessions.pause(place.admin, id)).rejects.toMatchObject({
      code: 'INVALID_TRANSITION',
      details: { from: 'stopped', to: 'paused' },
    });
    await until(house, [one.dispatcher], id, () => asked);
    const stopping = one.services.sessions.stop(place.admin, id);
    await until(house, [], id, ({ pendingCommand }) => pendingCommand === 'stop');
    verified();
    await ends(id, 'stopped');
    expect((await stopping).session.status).toBe('stopped');
    await pausing;
  });

  test('a stop between the merge and the row that tells of it keeps the work, and a retry does not do it again', async () => {
    one.play.current = async (run) => run.write(`made-${run.order.number}.txt`, 'made\n') as undefined;
    one.fault.at = (point) => {
      // As a crash at this point leaves it: on the branch, and nobody knows.
      if (point === 'before_checkpoint') throw new Error('cut');
    };
    const { id } = await addSession(one, place, { start: true });
    await until(house, [one.dispatcher], id, () => one.faults.includes('before_checkpoint'));
    await one.dispatcher.stop();
    one = createInstance(house, { owner: 'house.2' });
    const stopping = one.services.sessions.stop(place.admin, id);
    await until(house, [], id, ({ pendingCommand }) => pendingCommand === 'stop');
    const stopped = await ends(id, 'stopped');
    await stopping;
    expect(landed(place, stopped)).toHaveLength(1);
    expect((await house.opened.store.tasks.bySession(id)).map(({ status }) => status)).toEqual(['completed']);
    await one.services.sessions.retry(place.admin, id);
    expect(landed(place, await ends(id, 'completed'))).toHaveLength(1);
  });

  test('an attempt that fails again and again after its merge is completed, not tried anew on top of its own work', async () => {
    one.play.current = async (run) => run.write(`made-${run.order.number}.txt`, 'made\n') as undefined;
    one.fault.at = (point) => {
      if (point === 'before_checkpoint') throw new Error('cut');
    };
    const { id } = await addSession(one, place, { start: true });
    const done = await ends(id, 'completed');
    expect(landed(place, done)).toHaveLength(1);
    expect((await house.opened.store.attempts.bySession(id)).map(({ status }) => status)).toEqual(['succeeded']);
  });

  test('a session given up between the merge and the row that tells of it keeps the work as completed', async () => {
    one.play.current = async (run) => run.write('made.txt', 'made\n') as undefined;
    one.fault.at = (point) => {
      if (point === 'before_checkpoint') throw new Error('cut');
    };
    const { id } = await addSession(one, place, { start: true });
    await until(house, [one.dispatcher], id, () => one.faults.includes('before_checkpoint'));
    // Its owner is gone, and was lost three times before without any progress.
    await house.opened.database.db.execute(
      sql`update sessions set recoveries = 3, lease_expires_at = clock_timestamp() - interval '1 hour' where id = ${id}::uuid`,
    );
    const other = createInstance(house, { owner: 'house.2' });
    const ended = await until(house, [other.dispatcher], id, ({ status }) => status === 'orphaned');
    await other.dispatcher.stop();
    expect(landed(place, ended)).toHaveLength(1);
    expect((await house.opened.store.tasks.bySession(id)).map(({ status }) => status)).toEqual(['completed']);
  });

  test('a prerequisite that fails between the merge and the row that tells of it does not take the work back', async () => {
    const yaml = `key: pair
name: Pair
version: 1.0.0
description: One starts with the other.
tasks:
  - { key: left, title: Add left, description: Left, capabilities: [code_generation], estimate: { likely: 1 } }
  - { key: right, title: Add right, description: Right, capabilities: [code_generation], estimate: { likely: 1 },
      dependsOn: [{ key: left, type: start_to_start }] }
`;
    await one.services.blueprints.create(place.admin, { yaml });
    let fail: () => void = () => undefined;
    const failing = new Promise<void>((resolve) => {
      fail = resolve;
    });
    one.play.current = async (run) => {
      if (run.order.title === 'Add right') return run.write('right.txt', 'right\n') as undefined;
      await failing;
      return { type: 'failed', failure: 'invalid', message: 'no', retryAt: null };
    };
    let cut = true;
    one.fault.at = (point) => {
      if (point === 'before_checkpoint' && cut) throw new Error('cut');
    };
    const { id } = await addSession(one, place, { blueprint: 'pair', start: true });
    await until(house, [one.dispatcher], id, () => one.faults.includes('before_checkpoint'));
    fail();
    await until(house, [], id, (_, tasks) => tasks.some(({ status }) => status === 'failed'));
    cut = false;
    const ended = await ends(id, 'partially_completed');
    expect(landed(place, ended).map(({ key }) => key)).toEqual(['right']);
    expect((await house.opened.store.tasks.bySession(id)).map(({ status }) => status)).toEqual(['failed', 'completed']);
  });

  test('what a paused session keeps open takes nobody’s place', async () => {
    await house.opened.database.db.execute(sql`update teams set max_parallel_attempts = 1`);
    one.play.current = () => new Promise(() => undefined);
    const { id } = await addSession(one, place, { start: true });
    await working(id);
    const pausing = one.services.sessions.pause(place.admin, id);
    await ends(id, 'paused');
    await pausing;
    const loads = (await house.opened.store.agents.list(place.team.id)).map(({ load }) => load.current);
    expect(loads.every((current) => current === 0)).toBe(true);
    one.play.current = async () => undefined;
    const other = await addSession(one, place, { start: true });
    await ends(other.id, 'completed');
  });

  test('a prompt for a task that is completed is refused, since nobody would ever run it', async () => {
    one.play.current = async ({ order }) => (order.title.startsWith('Investigate') ? undefined : new Promise(() => {}));
    const { id } = await addSession(one, place, { blueprint: 'bug_fix', start: true });
    await until(house, [one.dispatcher], id, (_, tasks) => tasks[0]?.status === 'completed');
    const [first] = await house.opened.store.tasks.bySession(id);
    await expect(
      one.services.sessions.prompt(place.admin, id, { text: 'More', taskId: first?.id }),
    ).rejects.toMatchObject({ code: 'INVALID' });
  });

  test('a stop that cannot be verified says so once, and goes on trying', async () => {
    one.play.current = () => new Promise(() => undefined);
    const { id } = await addSession(one, place, { start: true });
    await working(id);
    const { abort } = one.deps.runner;
    let tries = 0;
    one.deps.runner.abort = async (order) => {
      tries += 1;
      return tries < 3 ? { rung: 'unverified', detail: 'it would not end' } : abort(order);
    };
    const stopping = one.services.sessions.stop(place.admin, id);
    await ends(id, 'stopped');
    expect((await stopping).verified).toBe(true);
    const told = (await historyOf(house, id)).filter(({ payload }) => payload.rungs !== undefined);
    expect(told.map(({ payload }) => payload.reason)).toEqual(['not verified yet: it would not end']);
  });

  test('a prompt that comes too late for any run is told of at the end', async () => {
    one.play.current = async () => undefined;
    const { id } = await addSession(one, place, { start: true });
    let late: Promise<unknown> | undefined;
    // Asked for when the run has idled and its work is about to be proven.
    const endOrphans = async () => {
      late ??= one.services.sessions.prompt(place.admin, id, { text: 'Also this' });
      await late;
      return 0;
    };
    Object.assign(one.deps, { endOrphans });
    await ends(id, 'completed');
    const [prompt] = await house.opened.store.prompts.pending(id);
    const told = (await historyOf(house, id)).find(({ payload }) => payload.undelivered !== undefined);
    expect(told?.payload.undelivered).toEqual([prompt?.id]);
  });

  test('a repository that takes no branch of ours fails the session with the reason', async () => {
    // A branch of this very name leaves no room for branches below it.
    git(place.source, 'branch', 'orchestrator');
    const { id } = await addSession(one, place, { start: true });
    const failed = await ends(id, 'failed');
    expect(failed.error).toMatchObject({ code: 'WORKSPACE', message: expect.stringContaining('orchestrator') });
    expect((await historyOf(house, id)).at(-1)?.type).toBe('session.failed');
  });

  test('a session that cannot begin, for whatever reason, is given up with it and not tried for ever', async () => {
    const openBranch = async () => {
      throw new Error('the folder of the repository cannot be written');
    };
    Object.assign(one.deps.workspaces, { openBranch });
    const { id } = await addSession(one, place, { start: true });
    const failed = await ends(id, 'failed');
    expect(failed.error).toMatchObject({
      code: 'WORKSPACE',
      message: 'the folder of the repository cannot be written',
    });
    expect(failed.recoverable).toBe(true);
  });
});
