import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addAttempt, addSession as addStoredSession, addTask, endAttempt } from '../../../db/testing/fixtures.ts';
import type { RunEnd } from '../ports.ts';
import {
  addSession,
  createInstance,
  feedOf,
  type House,
  historyOf,
  type Instance,
  makePlace,
  openHouse,
  type Place,
  until,
} from '../testing/house.ts';

describe.each(['pglite', 'postgres'] as const)('what is told of agents, on %s', (kind) => {
  let house: House;
  let place: Place;
  let one: Instance;
  beforeAll(async () => {
    house = await openHouse(kind);
  });
  afterAll(() => house.close());
  beforeEach(async () => {
    place = await makePlace(house, { verify: ['test -f good.txt'] });
    one = createInstance(house);
  });

  const told = async (type: 'agent.state_changed' | 'agent.tier_changed') =>
    (await feedOf(house, place.team.id))
      .filter((event) => event.type === type)
      .map(({ payload }) => `${payload.name} ${payload.from} → ${payload.to}`);
  const name = 'AGENT-IMPLEMENTER-01';
  const agent = () => one.services.agents.get(place.viewer, name);
  const only = () =>
    house.opened.database.db.execute(
      `update agents set enabled = false where name <> '${name}' and removed_at is null`,
    );
  const silent = (seconds: number) =>
    house.opened.database.db.execute(
      `update agents set last_heartbeat_at = clock_timestamp() - interval '${seconds} seconds'`,
    );

  /** Attempts of the agent that ended so, without running them. */
  const ended = async (how: 'proven' | 'verification_failed', times: number, probe = false) => {
    const { store } = house.opened;
    const user = await store.users.get(place.admin.id);
    if (user === null) throw new Error('The admin is gone');
    const world = { ...place, user, runtimeId: one.runtime.id, agent: await agent() };
    const session = await addStoredSession(store, world);
    const task = await addTask(store, session);
    for (let number = 1; number <= times; number += 1)
      await endAttempt(store, await addAttempt(store, world, session, task, number, { probe }), how);
  };
  /** Five failures are a degraded record. */
  const fall = async () => {
    await one.sweeper.sweep();
    await ended('verification_failed', 5);
    await one.sweeper.sweep();
  };

  test('silence makes an agent degraded, then offline, and each change is told once', async () => {
    await one.sweeper.sweep();
    expect(await told('agent.state_changed')).toEqual([]);
    one.runtime.state = 'starting';
    for (const seconds of [100, 100, 301, 301]) {
      await silent(seconds);
      await one.sweeper.sweep();
    }
    one.runtime.state = 'online';
    await one.sweeper.sweep();
    await one.sweeper.sweep();
    const mine = (await told('agent.state_changed')).filter((line) => line.startsWith(name));
    expect(mine).toEqual([`${name} online → degraded`, `${name} degraded → offline`, `${name} offline → online`]);
  });

  test('what nobody could hear while the app was down is told of no agent, unless it stays silent', async () => {
    await one.sweeper.sweep();
    await silent(1_000);
    const startedAt = new Date();
    const again = createInstance(house);
    Object.assign(again.deps.instance, { startedAt });
    again.runtime.state = 'starting';
    await again.sweeper.sweep();
    again.runtime.state = 'online';
    await again.sweeper.sweep();
    expect(await told('agent.state_changed')).toEqual([]);

    await silent(1_000);
    again.runtime.state = 'starting';
    again.time.ahead = 91;
    await again.sweeper.sweep();
    expect(await told('agent.state_changed')).toContain(`${name} online → offline`);
  });

  test('a parked runtime lives: its agents are heard of', async () => {
    await silent(1_000);
    one.runtime.state = 'parked';
    await one.sweeper.sweep();
    expect((await agent()).state).toBe('online');
  });

  test('a full agent is busy, and free again when its task is done', async () => {
    await only();
    await house.opened.database.db.execute('update agents set max_concurrent_tasks = 1');
    let done = () => {};
    one.play.current = (run) =>
      new Promise((resolve) => {
        done = () => {
          run.write('good.txt', 'good\n');
          resolve(undefined);
        };
      });
    const { id } = await addSession(one, place, { start: true });
    await one.sweeper.sweep();
    await until(house, [one.dispatcher], id, (_, tasks) => tasks[0]?.status === 'in_progress');
    await one.sweeper.sweep();
    done();
    await until(house, [one.dispatcher], id, ({ status }) => status === 'completed');
    await one.sweeper.sweep();
    expect(await told('agent.state_changed')).toEqual([`${name} online → busy`, `${name} busy → online`]);
  });

  test('a degraded record rests, is probed one task at a time, and three probes bring the agent back as trainee', async () => {
    await only();
    one.play.current = async (run) => run.write('good.txt', `${run.order.attemptId}\n`) as undefined;
    await fall();
    expect(await agent()).toMatchObject({ tier: 'degraded', degradedAt: expect.any(Date), recoveredAt: null });
    expect(await told('agent.tier_changed')).toEqual([`${name} competent → degraded`]);

    const asked = { requiredCapabilities: ['code_generation'] };
    expect((await one.services.routing.dryRun(place.viewer, asked)).sentence).toContain('has the tier degraded');
    const first = await addSession(one, place, { start: true });
    for (let tick = 0; tick < 5; tick += 1) await one.dispatcher.tick();
    expect(await house.opened.store.attempts.bySession(first.id)).toEqual([]);

    one.time.ahead = 601;
    expect(await one.services.routing.dryRun(place.viewer, asked)).toMatchObject({
      candidates: expect.arrayContaining([expect.objectContaining({ name, probe: true, removedBy: null })]),
    });
    const sessions = [first, await addSession(one, place, { start: true })];
    let most = 0;
    for (const { id } of sessions) {
      await until(house, [one.dispatcher], id, async ({ status }) => {
        most = Math.max(most, await house.opened.store.attempts.countOpen(place.team.id));
        return status === 'completed';
      });
    }
    expect(most).toBe(1);
    for (const { id } of sessions)
      expect(await house.opened.store.attempts.bySession(id)).toMatchObject([{ probe: true, status: 'succeeded' }]);
    await one.sweeper.sweep();
    expect(await agent()).toMatchObject({ tier: 'degraded', recoveredAt: null });

    await ended('proven', 1, true);
    await one.sweeper.sweep();
    await one.sweeper.sweep();
    expect(await agent()).toMatchObject({ tier: 'trainee', degradedAt: null, recoveredAt: expect.any(Date) });
    expect((await told('agent.tier_changed')).at(-1)).toBe(`${name} degraded → trainee`);
    expect(await told('agent.tier_changed')).toHaveLength(2);
    const dry = await one.services.routing.dryRun(place.viewer, asked);
    expect(dry.candidates.find((candidate) => candidate.name === name)).toMatchObject({
      probe: false,
      removedBy: null,
    });
  }, 120_000);

  test('a failed probe lets the rest begin anew', async () => {
    await only();
    one.play.current = async (run) => run.write('bad.txt', `${run.order.attemptId}\n`) as undefined;
    await fall();
    const { degradedAt } = await agent();
    one.time.ahead = 601;
    const { id } = await addSession(one, place, { start: true });
    await until(house, [one.dispatcher], id, async () => {
      await one.sweeper.sweep();
      const [probe] = await house.opened.store.attempts.bySession(id);
      return probe?.status === 'failed';
    });
    await one.sweeper.sweep();
    const again = await agent();
    expect(again.degradedAt?.getTime()).toBeGreaterThan(degradedAt?.getTime() ?? 0);
    one.time.ahead = 0;
    const dry = await one.services.routing.dryRun(place.viewer, { requiredCapabilities: ['code_generation'] });
    expect(dry.selected).toBeNull();
  });

  test('an agent that went offline has its run settled once, by its runner, as after a crash', async () => {
    await only();
    let end: (how: RunEnd) => void = () => {};
    one.play.current = (run) =>
      new Promise((resolve) => {
        run.write('good.txt', 'good\n');
        if (run.order.number > 1) resolve(undefined);
        else end = resolve;
      });
    const { id } = await addSession(one, place, { start: true });
    await until(house, [one.dispatcher], id, (_, tasks) => tasks[0]?.status === 'in_progress');
    one.runtime.state = 'offline';
    for (let look = 0; look < 3; look += 1) {
      await silent(400);
      await one.sweeper.sweep();
    }
    expect((await agent()).state).toBe('offline');
    expect(await house.opened.store.attempts.bySession(id)).toMatchObject([{ status: 'running' }]);
    end({ type: 'lost', message: 'The runtime is gone' });
    await until(house, [one.dispatcher], id, async () => {
      const [attempt] = await house.opened.store.attempts.bySession(id);
      return attempt?.status === 'lost';
    });
    one.runtime.state = 'online';
    one.time.ahead = 30;
    await one.sweeper.sweep();
    await house.opened.database.db.execute('update tasks set not_before = null');
    await until(house, [one.dispatcher], id, ({ status }) => status === 'completed');
    const ended = (await historyOf(house, id)).filter(({ type }) => type === 'attempt.ended');
    expect(ended).toHaveLength(2);
    const attempts = await house.opened.store.attempts.bySession(id);
    expect(attempts.map(({ status, failure }) => [status, failure])).toEqual([
      ['lost', 'crash'],
      ['succeeded', null],
    ]);
  });
});
