import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  addSession,
  createInstance,
  feedOf,
  type House,
  type Instance,
  makePlace,
  openHouse,
  type Place,
  until,
} from '../testing/house.ts';

describe.each(['pglite', 'postgres'] as const)('what time decides, on %s', (kind) => {
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

  test('a change of the runtime is told to the team once, not at every look', async () => {
    const told = async () =>
      (await feedOf(house, place.team.id)).filter(({ type }) => type === 'runtime.state_changed');
    await one.sweeper.sweep();
    one.runtime.state = 'offline';
    for (let look = 0; look < 3; look += 1) await one.sweeper.sweep();
    expect((await told()).map(({ payload }) => payload.state)).toEqual(['offline']);
  });

  test('the pool is as good as the best of the living instances, told once whoever looks', async () => {
    const { database } = house.opened;
    const other = createInstance(house, { owner: 'other.1' });
    const sweepBoth = async () => {
      await Promise.all([one.sweeper.sweep(), other.sweeper.sweep()]);
    };
    await other.sweeper.sweep();
    one.runtime.state = 'offline';
    await sweepBoth();
    other.runtime.state = 'offline';
    await sweepBoth();
    one.runtime.state = 'online';
    await sweepBoth();
    // What an instance that died last said of itself counts no more.
    await database.db.execute("update instances set last_seen_at = now() - interval '1 minute' where id = 'house'");
    await other.sweeper.sweep();
    const states = (await feedOf(house, place.team.id)).filter(({ type }) => type === 'runtime.state_changed');
    expect(states.map(({ payload }) => payload.state)).toEqual(['offline', 'online', 'offline']);
    await expect(one.services.system.overview(place.lead)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const { instances, database: kept } = await one.services.system.overview(place.admin);
    expect(instances.map(({ id, presence, here }) => ({ id, presence, here }))).toEqual([
      { id: 'other', presence: 'alive', here: false },
      { id: 'house', presence: 'gone', here: true },
    ]);
    expect(kept).toMatchObject({ kind });
  });

  test('agents are heard of only while their runtime is online', async () => {
    await house.opened.database.db.execute("update agents set last_heartbeat_at = now() - interval '1 hour'");
    one.runtime.state = 'offline';
    await one.sweeper.sweep();
    const states = async () => (await one.services.agents.list(place.viewer)).map(({ state }) => state);
    expect(new Set(await states())).toEqual(new Set(['offline']));
    one.runtime.state = 'online';
    await one.sweeper.sweep();
    expect(new Set(await states())).toEqual(new Set(['online']));
  });

  test('what did not land is bundled before its worktree goes; what landed needs none', async () => {
    await house.opened.store.repositories.update(place.team.id, place.repository.id, { verify: ['cat good.txt'] });
    one.play.current = async (run) => {
      run.write(run.order.number === 1 ? 'bad.txt' : 'good.txt', 'work\n');
      return undefined;
    };
    const { id } = await addSession(one, place, { start: true });
    await until(house, [one.dispatcher], id, ({ status }) => status === 'completed');
    await one.sweeper.sweep();
    const attempts = await house.opened.store.attempts.bySession(id);
    expect(attempts.map(({ retiredAt }) => retiredAt !== null)).toEqual([true, true]);
    expect(attempts[0]?.bundle).not.toBeNull();
    expect(attempts[1]?.bundle).toBeNull();
  });

  test('a worktree that cannot be taken away is told of once and keeps no other', async () => {
    one.play.current = async (run) => run.write('new.txt', 'new\n') as undefined;
    const first = await addSession(one, place, { start: true });
    await until(house, [one.dispatcher], first.id, ({ status }) => status === 'completed');
    const second = await addSession(one, place, { start: true });
    await until(house, [one.dispatcher], second.id, ({ status }) => status === 'completed');
    const { retireWorktree } = one.deps.workspaces;
    one.deps.workspaces.retireWorktree = async (repository, worktree, label) => {
      if (label.startsWith(first.slug)) throw new Error('The folder is locked');
      return retireWorktree(repository, worktree, label);
    };
    for (let look = 0; look < 3; look += 1) await one.sweeper.sweep();
    expect(one.logged.filter(({ message }) => message.includes('worktree'))).toHaveLength(1);
    expect((await house.opened.store.attempts.unretired(null)).map(({ sessionId }) => sessionId)).toEqual([first.id]);
  });

  test('a stop that is already asked for is not turned into a time-out', async () => {
    one.play.current = () => new Promise(() => undefined);
    const { id } = await addSession(one, place, { start: true });
    await until(house, [one.dispatcher], id, (_, tasks) => tasks[0]?.status === 'in_progress');
    await house.opened.store.sessions.setPendingCommand(id, 'stop', {});
    await house.opened.database.db.execute("update sessions set deadline_at = clock_timestamp() - interval '1 second'");
    await one.sweeper.sweep();
    expect((await house.opened.store.sessions.byId(id))?.pendingCommand).toBe('stop');
    await until(house, [one.dispatcher], id, ({ status }) => status === 'stopped');
  });

  test('a session past its deadline that cannot be ended holds up none of those behind it', async () => {
    one.play.current = () => new Promise(() => undefined);
    const [first, behind] = [
      await addSession(one, place, { start: true }),
      await addSession(one, place, { start: true }),
    ];
    for (const { id } of [first, behind])
      await until(house, [one.dispatcher], id, (_, tasks) => tasks[0]?.status === 'in_progress');
    const { store, database } = house.opened;
    await database.db.execute(
      sql`update sessions set deadline_at = clock_timestamp() - make_interval(secs => case when id = ${first.id}::uuid then 2 else 1 end)`,
    );
    await database.db.execute(
      sql.raw(
        `alter table sessions add constraint stuck check (id <> '${first.id}' or pending_command is distinct from 'timeout')`,
      ),
    );
    try {
      await one.sweeper.sweep();
    } finally {
      await database.db.execute('alter table sessions drop constraint stuck');
    }
    expect((await store.sessions.byId(first.id))?.pendingCommand).toBeNull();
    await until(house, [one.dispatcher], behind.id, ({ status }) => status === 'timeout');
    expect(one.logged.filter(({ message }) => message.includes('past its deadline'))).toHaveLength(1);
    await one.sweeper.sweep();
    await until(house, [one.dispatcher], first.id, ({ status }) => status === 'timeout');
  });

  test('the lamps say what waits, what failed and what is full', async () => {
    const lamps = async () =>
      Object.fromEntries((await one.services.system.annunciator(place.viewer)).map((tile) => [tile.key, tile]));
    expect(Object.values(await lamps()).filter(({ lit }) => lit)).toEqual([]);
    one.play.current = async (run) => {
      await run.ask({ title: 'bash: npm publish' });
      return undefined;
    };
    const { id } = await addSession(one, place, { start: true });
    await until(house, [one.dispatcher], id, ({ attention }) => attention.kind === 'permission');
    await house.opened.database.db.execute('update teams set max_active_sessions = 1');
    one.runtime.state = 'offline';
    const lit = await lamps();
    expect(lit.needs_you).toMatchObject({ lit: true, count: 1, detail: 'IND-1: bash: npm publish' });
    expect(lit.quota).toMatchObject({ lit: true, detail: '1 of 1 active sessions.' });
    expect(lit.runtime).toMatchObject({ lit: true });
    expect(lit.failed).toMatchObject({ lit: false });
    // Coming up is not being wrong.
    one.runtime.state = 'starting';
    expect((await lamps()).runtime).toMatchObject({ lit: false, count: 0 });
    await one.dispatcher.stop();
  });
});
