import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createRuntimeWatch } from './engine/watch-runtimes.ts';
import { healthy } from './testing/fleet-by-hand.ts';
import {
  addSession,
  addTeam,
  createInstance,
  feedOf,
  type House,
  historyOf,
  type Instance,
  makePlace,
  openHouse,
  type Place,
  until,
} from './testing/house.ts';

const input = { name: 'far', url: 'https://far.example:4096/', password: 'correct horse', capacity: 1 };
const agent = {
  name: 'AGENT-FAR-1',
  type: 'implementer',
  primaryCapabilities: ['code_generation'],
  model: 'far/large',
};

describe.each(['pglite', 'postgres'] as const)('servers elsewhere, on %s', (kind) => {
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

  const runtimes = () => one.services.runtimes;
  const watch = () => createRuntimeWatch(one.deps);
  /** One that is enrolled, healthy and has an agent; the rest of the fleet is disabled when it stands alone. */
  async function enrolled(alone: boolean) {
    const runtime = await runtimes().enrol(place.lead, input);
    one.fleet.sights.set(runtime.id, healthy);
    const made = await one.services.agents.create(place.lead, { ...agent, runtimeId: runtime.id });
    if (alone)
      for (const other of await one.services.agents.list(place.admin))
        if (other.id !== made.id) await one.services.agents.setEnabled(place.admin, other.id, false);
    await watch().tick();
    return { runtime, made };
  }

  /** With looks as seldom as the engine's own, so that a session that waits does not keep the other from its work. */
  const completed = async (id: string) => {
    while ((await house.opened.store.sessions.byId(id))?.status !== 'completed') {
      await one.dispatcher.tick();
      await sleep(300);
    }
  };

  test('a server is enrolled by a lead, with its password sealed and nowhere shown', async () => {
    const code = (error: string) => ({ code: error });
    await expect(runtimes().enrol(place.member, input)).rejects.toMatchObject(code('FORBIDDEN'));
    await expect(runtimes().enrol(place.lead, { ...input, url: 'ftp://x' })).rejects.toMatchObject(code('INVALID'));
    const wrong = { ...input, url: 'https://ada:secret@far.example' };
    await expect(runtimes().enrol(place.lead, wrong)).rejects.toThrow(/in clear/);
    await expect(runtimes().enrol(place.lead, { ...input, password: 'wrong' })).rejects.toMatchObject({
      details: [{ path: 'password' }],
    });
    const made = await runtimes().enrol(place.lead, input);
    expect(made).toMatchObject({ name: 'far', url: 'https://far.example:4096', capacity: 1, state: 'online' });
    await expect(runtimes().enrol(place.lead, { ...input, name: 'again' })).rejects.toThrow(/enrolled already, as far/);
    const other = { ...input, url: 'https://near.example' };
    await expect(runtimes().enrol(place.lead, other)).rejects.toMatchObject(code('CONFLICT'));
    const everything = JSON.stringify([
      await runtimes().list(place.viewer),
      await house.opened.store.audit.list(place.team.id, { after: 0, limit: 50 }),
    ]);
    expect(everything).toContain('runtime.enrolled');
    expect(everything).not.toContain('correct horse');
    await watch().tick();
    expect(one.fleet.kept).toEqual([
      { id: made.id, url: 'https://far.example:4096', username: 'opencode', password: 'correct horse' },
    ]);
  });

  test('another team does not see it', async () => {
    const { runtime } = await enrolled(false);
    const stranger = await addTeam(house, 'other');
    await expect(runtimes().get(stranger.admin, runtime.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await runtimes().list(stranger.admin)).map(({ name }) => name)).toEqual(['opencode-embedded']);
    await expect(one.services.agents.create(stranger.lead, { ...agent, runtimeId: runtime.id })).rejects.toMatchObject({
      details: [{ path: 'runtimeId' }],
    });
  });

  test('an agent on it names a model it has', async () => {
    const { runtime, made } = await enrolled(false);
    const nameless = { ...agent, name: 'AGENT-FAR-2', model: null, runtimeId: runtime.id };
    await expect(one.services.agents.create(place.lead, nameless)).rejects.toThrow(
      /far has no model rehearsal\/scripted: name one of its own \(far\/large\)/,
    );
    const { id } = await runtimes()
      .list(place.lead)
      .then((all) => all.find(({ kind: of }) => of === 'opencode_embedded') ?? { id: '' });
    const moved = await one.services.agents.update(place.lead, made.id, { runtimeId: id });
    expect(moved.runtimeId).toBe(id);
    await expect(
      one.services.agents.update(place.lead, made.id, { runtimeId: runtime.id, model: 'far/tiny' }),
    ).rejects.toThrow(/no model far\/tiny/);
  });

  test('it takes no more than its capacity, and nothing new while it drains; what runs is finished', async () => {
    const { runtime } = await enrolled(true);
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    one.play.current = async () => {
      await held;
      return undefined;
    };
    const first = await addSession(one, place, { start: true });
    await until(house, [one.dispatcher], first.id, async () => one.started.length === 1);
    const second = await addSession(one, place, { start: true });
    await until(house, [one.dispatcher], second.id, (session) => session.status === 'running');
    for (let turn = 0; turn < 5; turn += 1) await one.dispatcher.tick();
    expect(await runtimes().get(place.viewer, runtime.id)).toMatchObject({ open: 1, sessions: 1, agents: 1 });
    expect(one.started).toHaveLength(1);
    const dry = await one.services.routing.dryRun(place.viewer, { requiredCapabilities: ['code_generation'] });
    expect(JSON.stringify(dry)).toContain('is full (1 of 1 attempts)');
    await runtimes().setDraining(place.lead, runtime.id, true);
    await expect(runtimes().remove(place.lead, runtime.id)).rejects.toThrow(/1 agent stands on it/);
    release();
    await completed(first.id);
    for (let turn = 0; turn < 5; turn += 1) await one.dispatcher.tick();
    expect(one.started).toHaveLength(1);
    await runtimes().setDraining(place.lead, runtime.id, false);
    await completed(second.id);
    await one.services.agents.remove(place.lead, agent.name);
    await runtimes().remove(place.lead, runtime.id);
    expect((await runtimes().list(place.lead)).map(({ name }) => name)).toEqual(['opencode-embedded']);
    // The name and the address are free again, and what ran there is still told.
    await runtimes().enrol(place.lead, input);
    expect((await house.opened.store.attempts.bySession(first.id))[0]?.runtimeId).toBe(runtime.id);
  });

  test('a server that is gone loses its attempt without burning a try, and another agent goes on from the checkpoint', async () => {
    const { runtime, made } = await enrolled(false);
    const gone = { ...healthy, state: 'offline' as const, circuit: 'open' as const, detail: 'Nobody answers' };
    one.play.current = async (run) => {
      if (run.order.runtimeId !== runtime.id) return undefined;
      one.fleet.sights.set(runtime.id, gone);
      await watch().tick();
      return { type: 'lost', message: 'The runtime is gone, and what ran on it is taken up anew: Nobody answers' };
    };
    const { id } = await addSession(one, place, { start: true, preferredAgent: made.name });
    await until(house, [one.dispatcher], id, (session) => session.status === 'completed');
    const attempts = await house.opened.store.attempts.bySession(id);
    expect(attempts.map(({ status, failure }) => [status, failure])).toEqual([
      ['lost', 'crash'],
      ['succeeded', null],
    ]);
    expect(attempts[0]?.runtimeId).toBe(runtime.id);
    expect(attempts[1]?.runtimeId).not.toBe(runtime.id);
    const story = JSON.stringify(await historyOf(house, id));
    expect(story).toContain('The runtime is gone, and what ran on it is taken up anew');
    const changes = (await feedOf(house, place.team.id)).filter(({ type }) => type === 'runtime.state_changed');
    expect(changes.at(-1)?.payload).toMatchObject({
      runtimeId: runtime.id,
      name: 'far',
      state: 'offline',
      circuit: 'open',
    });

    // Back again: what was given up may still run there, and is ended.
    const looking = watch();
    await looking.tick();
    one.fleet.sights.set(runtime.id, healthy);
    await looking.tick();
    expect(one.aborted).toEqual([attempts[0]?.id]);
  });

  test('the token for the gateway is kept as a hash, and a new one ends the one before', async () => {
    const { runtime } = await enrolled(false);
    const { token, config } = await runtimes().gatewayToken(place.lead, runtime.id);
    expect(config).toContain(token);
    const { store, database } = house.opened;
    const hash = (text: string) => one.deps.secrets.sha256(text);
    expect(await store.runtimes.byGatewayToken(hash(token))).toBe(runtime.id);
    const again = await runtimes().gatewayToken(place.lead, runtime.id);
    expect(await store.runtimes.byGatewayToken(hash(token))).toBeNull();
    expect(await store.runtimes.byGatewayToken(hash(again.token))).toBe(runtime.id);
    const rows = JSON.stringify(await database.db.execute('select * from runtimes'));
    expect(rows).not.toContain(again.token);
    await expect(runtimes().recycle(place.lead, runtime.id)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(runtimes().recycle(place.admin, runtime.id)).rejects.toMatchObject({ code: 'INVALID_TRANSITION' });
  });
});
