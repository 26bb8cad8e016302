import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { scratchFolder, scratchWorkspaces } from '../../infrastructure/git/git-testing.ts';
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
  whileTicking,
} from '../testing/house.ts';

describe.each(['pglite', 'postgres'] as const)('instances with data directories of their own, on %s', (kind) => {
  let house: House;
  let place: Place;
  let one: Instance;
  let other: Instance;
  beforeAll(async () => {
    house = await openHouse(kind);
  });
  afterAll(() => house.close());
  beforeEach(async () => {
    place = await makePlace(house);
    one = createInstance(house, { owner: 'one.1' });
    other = createInstance(house, { owner: 'other.1' });
    other.play.current = async (run) => run.write('done.txt', 'done\n') as undefined;
  });

  const runOut = (id: string) =>
    house.opened.database.db.execute(
      sql`update sessions set lease_expires_at = clock_timestamp() - interval '1 second' where id = ${id}::uuid`,
    );
  const running = (id: string) => until(house, [one.dispatcher], id, (_, [task]) => task?.status === 'in_progress');
  const attemptsOf = (id: string) => house.opened.store.attempts.bySession(id);

  test('a dead owner is followed by another instance, which gives up what it cannot reach and works anew', async () => {
    one.play.current = (run) => {
      run.write('half.txt', 'half\n');
      return new Promise<undefined>(() => undefined);
    };
    const { id } = await addSession(one, place, { start: true });
    await running(id);
    await runOut(id);
    const done = await until(house, [other.dispatcher], id, ({ status }) => status === 'completed');
    expect((await attemptsOf(id)).map(({ status, instanceId, epoch }) => [status, instanceId, epoch])).toEqual([
      ['superseded', 'one', 2],
      ['succeeded', 'other', 2],
    ]);
    expect(landed(place, done)).toHaveLength(1);
    const events = await historyOf(house, id);
    expect(events.find(({ type }) => type === 'recovery.taken_over')?.payload).toMatchObject({
      from: 'one.1',
      adopted: false,
    });
    // The frozen one comes back: it is refused, ends its run, and writes nothing more.
    await one.dispatcher.renew();
    expect(one.aborted).toHaveLength(1);
    await one.dispatcher.tick();
    expect(await historyOf(house, id)).toEqual(events);
    // Its worktree is its own to bundle and take away, with the half work in it.
    const [first] = await attemptsOf(id);
    await other.sweeper.sweep();
    expect((await attemptsOf(id)).map(({ retiredAt }) => retiredAt !== null)).toEqual([false, true]);
    await one.sweeper.sweep();
    expect((await attemptsOf(id))[0]?.bundle).toContain(first?.id);
  });

  test('a graceful stop is followed at once, and burns neither a recovery nor a try', async () => {
    one.play.current = () => new Promise<undefined>(() => undefined);
    const { id } = await addSession(one, place, { start: true });
    await running(id);
    await one.dispatcher.stop();
    await other.dispatcher.tick();
    expect(await house.opened.store.sessions.byId(id)).toMatchObject({ owner: 'other.1', recoveries: 0 });
    await until(house, [other.dispatcher], id, ({ status }) => status === 'completed');
    expect((await attemptsOf(id)).map(({ failure }) => failure)).toEqual([null, null]);
  });

  test('a session paused on one instance goes on on another', async () => {
    one.play.current = () => new Promise<undefined>(() => undefined);
    const { id } = await addSession(one, place, { start: true });
    await running(id);
    await whileTicking(one.dispatcher, one.services.sessions.pause(place.admin, id));
    await other.services.sessions.resume(place.admin, id);
    const done = await until(house, [other.dispatcher], id, ({ status }) => status === 'completed');
    expect(landed(place, done)).toHaveLength(1);
    expect((await attemptsOf(id)).map(({ status }) => status)).toEqual(['superseded', 'succeeded']);
  });

  test('what landed before its owner died is completed, not done again', async () => {
    one.play.current = async (run) => run.write('once.txt', 'once\n') as undefined;
    one.fault.at = (point) => {
      if (point === 'before_checkpoint') throw new Error('The machine stopped here');
    };
    const { id } = await addSession(one, place, { start: true });
    await until(house, [one.dispatcher], id, () => one.faults.includes('before_checkpoint'));
    await one.dispatcher.stop();
    const done = await until(house, [other.dispatcher], id, ({ status }) => status === 'completed');
    expect(landed(place, done)).toHaveLength(1);
    expect((await attemptsOf(id)).map(({ status, instanceId }) => [status, instanceId])).toEqual([
      ['succeeded', 'one'],
    ]);
  });

  test('work on a repository by URL goes on in the mirror of another instance, with what was done before', async () => {
    const ssh = join(scratchFolder(), 'ssh');
    writeFileSync(ssh, '#!/bin/sh\nfor last; do :; done; exec sh -c "$last"\n', { mode: 0o755 });
    for (const { deps } of [one, other]) {
      const { workspaces } = scratchWorkspaces({
        environment: { ...process.env, GIT_SSH_COMMAND: ssh },
        mayReach: async () => ['192.0.2.1'],
      });
      Object.assign(deps, { workspaces, instance: { ...deps.instance, clustered: true } });
    }
    await house.opened.database.db.execute(sql`update repositories set kind = 'url',
      source = ${`ssh://git@host.test${place.source}`} where id = ${place.repository.id}::uuid`);
    const play: Instance['play']['current'] = async (run) =>
      run.write(`${run.order.title}.txt`, `${run.order.title}\n`) as undefined;
    other.play.current = play;
    one.play.current = (run) => (one.started.length === 1 ? play(run) : new Promise<undefined>(() => undefined));
    const { id } = await addSession(one, place, { blueprint: 'bug_fix', start: true });
    await until(house, [one.dispatcher], id, (_, tasks) => {
      const [first, second] = tasks.toSorted((a, b) => a.position - b.position);
      return first?.status === 'completed' && second?.status === 'in_progress';
    });
    await one.dispatcher.stop();
    const done = await until(house, [other.dispatcher], id, ({ status }) => status === 'completed');
    const tasks = await house.opened.store.tasks.bySession(id);
    expect(new Set((await attemptsOf(id)).map(({ instanceId }) => instanceId))).toEqual(new Set(['one', 'other']));
    // The first instance's mirror never saw the rest; it shows it all the same.
    const diffs = await Promise.all([one, other].map(({ services }) => services.diffs.ofSession(place.admin, id)));
    for (const { head, files } of diffs) {
      expect(head).toBe(done.headCommit);
      expect(files.map(({ path }) => path).toSorted()).toEqual(tasks.map(({ title }) => `${title}.txt`).toSorted());
    }
  });

  test('eighty claims of three instances on fifty sessions give each of them once', async () => {
    const { store, database } = house.opened;
    await database.db.execute(sql`update teams set max_active_sessions = 100`);
    const first = await addSession(one, place, { start: true });
    await database.db.execute(sql`insert into sessions (id, team_id, slug, title, prompt, repository_id, status, queued_at)
      select gen_random_uuid(), team_id, slug || '-' || n, title, prompt, repository_id, 'queued', clock_timestamp()
      from sessions, generate_series(1, 49) n where id = ${first.id}::uuid`);
    const owners = ['one.1', 'two.1', 'three.1'];
    const claims = await Promise.all(
      Array.from({ length: 80 }, (_, n) => store.sessions.claimQueued(owners[n % 3] ?? '', 30, 1)),
    );
    const claimed = claims.flat().map(({ id }) => id);
    expect(claimed).toHaveLength(50);
    expect(new Set(claimed).size).toBe(50);
  });
});
