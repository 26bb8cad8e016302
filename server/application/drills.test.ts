import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  addSession,
  createInstance,
  type House,
  type Instance,
  makePlace,
  openHouse,
  type Place,
  until,
} from './testing/house.ts';

describe.each(['pglite', 'postgres'] as const)('drills, on %s', (kind) => {
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
    one.deps.instance.vitals = () => ({
      loops: [{ name: 'dispatch', everySeconds: 1, lastTickAt: new Date(Date.now() + 60_000), ticks: 1, failures: 0 }],
      sessions: 0,
      attempts: 0,
    });
  });

  const complete = async (instance: Instance) => {
    for (;;) {
      const [drill] = await instance.services.drills.list(place.admin);
      if (drill?.report) return drill;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  const audited = async () =>
    (await house.opened.store.audit.list(place.team.id, { after: 0, limit: 100 }))
      .filter(({ action }) => action.startsWith('drill.'))
      .map(({ action, after }) => ({ action, ...Object(after) }));

  test('the killed part is seen away and back, the work goes on, and the report is filed in the audit', async () => {
    one.play.current = () => new Promise(() => undefined);
    const { id } = await addSession(one, place, { start: true });
    const { slug } = await until(house, [one.dispatcher], id, (_, tasks) =>
      tasks.some((task) => task.status === 'in_progress'),
    );
    one.drillTargets.kill = async () => {
      one.runtime.state = 'offline';
      setTimeout(() => {
        one.runtime.state = 'online';
      }, 1_500);
    };
    const order = { part: 'opencode', confirmation: 'opencode' };
    await expect(one.services.drills.start(place.lead, order)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(one.services.drills.start(place.admin, { ...order, confirmation: '' })).rejects.toMatchObject({
      code: 'INVALID',
    });
    await one.services.drills.start(place.admin, order);
    await expect(one.services.drills.startHere('opencode')).rejects.toMatchObject({ code: 'CONFLICT' });
    const { report } = await complete(one);
    expect(report).toMatchObject({ sessions: 1, lost: [], wentOn: 1, begunAgain: 0 });
    expect(report?.backAfterSeconds.runtime).toBeGreaterThanOrEqual(1);
    expect(await audited()).toMatchObject([
      { action: 'drill.started', part: 'opencode', sessions: [slug] },
      { action: 'drill.completed', killed: 'the opencode of the test', lost: [] },
    ]);
    await one.dispatcher.stop();
  });

  test('a drill that killed its own process is completed by the next start, and tells what was lost', async () => {
    one.play.current = () => new Promise(() => undefined);
    const { id } = await addSession(one, place, { start: true });
    await until(house, [one.dispatcher], id, (_, tasks) => tasks.some((task) => task.status === 'in_progress'));
    // As SIGKILL leaves it: the call never returns.
    one.drillTargets.kill = () => new Promise(() => undefined);
    await one.services.drills.startHere('engine');
    await house.opened.database.db.execute("update sessions set status = 'orphaned'");
    const next = createInstance(house);
    next.deps.instance.vitals = one.deps.instance.vitals;
    await next.services.drills.goOn();
    const drill = await complete(next);
    expect(drill).toMatchObject({ part: 'engine', startedBy: 'command line', report: { lost: [expect.any(String)] } });
    expect(drill.report?.backAfterSeconds).toHaveProperty('process');
    expect((await audited()).map(({ action }) => action)).toEqual(['drill.started', 'drill.completed']);
    await one.dispatcher.stop();
  });
});
