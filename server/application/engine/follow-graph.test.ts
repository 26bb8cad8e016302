import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { RunEnd } from '../ports.ts';
import {
  addSession,
  createInstance,
  type House,
  type Instance,
  landed,
  makePlace,
  openHouse,
  type Place,
  until,
} from '../testing/house.ts';
import { followGraph } from './follow-graph.ts';
import { inRepository } from './lane.ts';

const pair = `key: pair
name: Pair
version: 1.0.0
description: The second begins with the first.
tasks:
  - { key: first, title: Add first, description: First, capabilities: [code_generation], estimate: { likely: 1 } }
  - { key: second, title: Add second, description: Second, capabilities: [code_generation], estimate: { likely: 1 }, dependsOn: [{ key: first, type: start_to_start }] }
`;

let house: House;
let place: Place;
let one: Instance;
beforeAll(async () => {
  house = await openHouse('pglite');
});
afterAll(() => house.close());
beforeEach(async () => {
  place = await makePlace(house);
  one = createInstance(house);
});
afterEach(() => one.dispatcher.stop());

test('a prerequisite that is retried while its failure waits to be followed takes nobody along', async () => {
  const refused: RunEnd = { type: 'failed', failure: 'invalid', message: 'no', retryAt: null };
  let fail: () => void = () => undefined;
  const mayFail = new Promise<void>((resolve) => {
    fail = resolve;
  });
  let finish: () => void = () => undefined;
  const mayFinish = new Promise<void>((resolve) => {
    finish = resolve;
  });
  one.play.current = async (run) => {
    const first = run.order.title === 'Add first';
    await (first ? mayFail : mayFinish);
    if (first && run.order.number === 1) return refused;
    run.write(`${run.order.title}.txt`, 'own\n');
    return undefined;
  };
  await one.services.blueprints.create(place.admin, { yaml: pair });
  const { id } = await addSession(one, place, { blueprint: 'pair', start: true });
  await until(house, [one.dispatcher], id, () => one.started.length === 2);

  // Something else lands just now, and what is to follow from the failure has to wait for it.
  let landing: () => void = () => undefined;
  const { store } = house.opened;
  const running = await store.sessions.byId(id);
  if (!running) throw new Error('The session is gone');
  const busy = inRepository(
    one.deps,
    running,
    () =>
      new Promise<void>((resolve) => {
        landing = resolve;
      }),
  );
  fail();
  const task = async (key: string) => (await store.tasks.bySession(id)).find((known) => known.key === key);
  await expect.poll(async () => (await task('first'))?.status, { timeout: 20_000 }).toBe('failed');
  const session = await store.sessions.byId(id);
  if (!session) throw new Error('The session is gone');
  const following = followGraph(one.deps, session);
  await new Promise((resolve) => setTimeout(resolve, 300));
  await one.services.taskEdits.retry(place.lead, (await task('first'))?.id ?? '');
  landing();
  await busy;
  await following;
  expect((await task('second'))?.status).toBe('in_progress');
  finish();
  const done = await until(house, [one.dispatcher], id, ({ status }) => status !== 'running');
  expect(done.status).toBe('completed');
  expect(landed(place, done)).toHaveLength(2);
});

test('what died between the move of the branch and its row is completed by a cancel that another instance serves', async () => {
  one.play.current = async (run) => {
    run.write('done.txt', 'done\n');
    return undefined;
  };
  let died = false;
  one.fault.at = (point) => {
    died ||= point === 'before_checkpoint';
    if (died) throw new Error('killed');
  };
  const { id } = await addSession(one, place, { start: true });
  const session = await until(house, [one.dispatcher], id, () => died);
  await one.dispatcher.stop();
  expect(landed(place, session)).toHaveLength(1);
  const [task] = await house.opened.store.tasks.bySession(id);
  expect(task?.status).toBe('in_progress');

  const two = createInstance(house, { owner: 'house.2' });
  const cancelled = two.services.taskEdits.cancel(place.lead, task?.id ?? '');
  await expect(cancelled).rejects.toMatchObject({ code: 'INVALID_TRANSITION' });
  expect(await house.opened.store.tasks.get(place.team.id, task?.id ?? '')).toMatchObject({ status: 'completed' });
  expect(landed(place, session)).toHaveLength(1);
});
