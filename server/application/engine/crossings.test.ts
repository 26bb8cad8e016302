import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { git } from '../../infrastructure/git/git-testing.ts';
import {
  addSession,
  createInstance,
  type House,
  historyOf,
  type Instance,
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
    const pausing = one.services.sessions.pause(place.admin, id);
    await until(house, [one.dispatcher], id, () => asked);
    const stopping = one.services.sessions.stop(place.admin, id);
    await until(house, [], id, ({ pendingCommand }) => pendingCommand === 'stop');
    verified();
    await ends(id, 'stopped');
    expect((await stopping).session.status).toBe('stopped');
    await pausing;
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

  test('a repository that takes no branch of ours fails the session with the reason', async () => {
    // A branch of this very name leaves no room for branches below it.
    git(place.source, 'branch', 'orchestrator');
    const { id } = await addSession(one, place, { start: true });
    const failed = await ends(id, 'failed');
    expect(failed.error).toMatchObject({ code: 'WORKSPACE', message: expect.stringContaining('orchestrator') });
    expect((await historyOf(house, id)).at(-1)?.type).toBe('session.failed');
  });
});
