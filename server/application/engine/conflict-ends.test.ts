import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  addSession,
  createInstance,
  fileAt,
  type House,
  type Instance,
  landed,
  makePlace,
  openHouse,
  type Place,
  until,
  whileTicking,
} from '../testing/house.ts';

const pair = `key: pair
name: Pair
version: 1.0.0
description: Two tasks at the same time.
tasks:
  - { key: left, title: Add left, description: Left, capabilities: [code_generation], estimate: { likely: 1 } }
  - { key: right, title: Add right, description: Right, capabilities: [code_generation], estimate: { likely: 1 } }
`;
const over = ['completed', 'partially_completed', 'failed'];

describe.each(['pglite', 'postgres'] as const)('a conflict that waits for a person, on %s', (kind) => {
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
    await one.services.blueprints.create(place.admin, { yaml: pair });
  });
  afterEach(() => one.dispatcher.stop());

  const conflictsOf = (id: string) => house.opened.store.conflicts.ofSession(id);

  /** Two tasks change the same line, and whoever is to bring both together leaves the markers where they are. */
  async function waiting() {
    let together: () => void = () => undefined;
    const both = new Promise<void>((resolved) => {
      together = resolved;
    });
    let begun = 0;
    one.play.current = async (run) => {
      if (run.order.prompt.includes('Merge both sides')) return undefined;
      begun += 1;
      if (begun === 2) together();
      await both;
      run.write('a.txt', `one\n${run.order.title}\nthree\n`);
      return undefined;
    };
    const { id } = await addSession(one, place, { blueprint: 'pair', start: true });
    await until(house, [one.dispatcher], id, ({ attention }) => attention.kind === 'conflict');
    const task = (await house.opened.store.tasks.bySession(id)).find(({ status }) => status === 'blocked');
    const [conflict] = await conflictsOf(id);
    if (!task || !conflict) throw new Error('Nothing waits');
    return { id, task, conflict };
  }

  test('ends with its task when that is cancelled, and nobody is asked any more', async () => {
    const { id, task } = await waiting();
    await one.services.taskEdits.cancel(place.lead, task.id, {});
    expect((await conflictsOf(id)).map(({ status }) => status)).toEqual(['abandoned']);
    const done = await until(house, [one.dispatcher], id, ({ status }) => over.includes(status));
    expect(done).toMatchObject({ status: 'partially_completed', attention: { kind: 'none' } });
  });

  test('keeps its task in one piece: what was done for it would be done again by its parts', async () => {
    const { id, task, conflict } = await waiting();
    const hours = { optimistic: 1, likely: 2, pessimistic: 3 };
    const parts = [{ key: 'part', title: 'Add part', estimate: hours }];
    for (const raw of [{ tasks: parts }, {}])
      await expect(one.services.taskEdits.decompose(place.lead, task.id, raw)).rejects.toMatchObject({
        code: 'INVALID_TRANSITION',
      });
    await one.services.conflicts.resolve(place.lead, conflict.id, { files: [{ path: 'a.txt', choice: 'theirs' }] });
    const done = await until(house, [one.dispatcher], id, ({ status }) => over.includes(status));
    expect(done.status).toBe('completed');
    expect(fileAt(place, done, 'a.txt')).toBe(`one\n${task.title}\nthree`);
  });

  test('is over when a checkpoint before it is restored: its sides belong to work that was undone', async () => {
    const { id, conflict } = await waiting();
    await whileTicking(one.dispatcher, one.services.sessions.pause(place.admin, id));
    const restored = await one.services.checkpoints.restore(place.admin, id, 1);
    expect(restored.attention.kind).toBe('none');
    expect((await conflictsOf(id)).map(({ status }) => status)).toEqual(['abandoned']);
    const choice = { files: [{ path: 'a.txt', choice: 'theirs' }] };
    await expect(one.services.conflicts.resolve(place.lead, conflict.id, choice)).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    one.play.current = async (run) => run.write(`${run.order.title}.txt`, 'own\n') as undefined;
    await one.services.sessions.resume(place.admin, id);
    const done = await until(house, [one.dispatcher], id, ({ status }) => over.includes(status));
    expect(done).toMatchObject({ status: 'completed', attention: { kind: 'none' } });
    expect(landed(place, done)).toHaveLength(2);
  });

  test('is carried out under another name when the agent whose work it is has left the fleet', async () => {
    const { id, conflict } = await waiting();
    const source = await house.opened.store.attempts.get(conflict.attemptId);
    await one.services.agents.remove(place.lead, source?.agentId ?? '');
    await one.services.conflicts.resolve(place.lead, conflict.id, { files: [{ path: 'a.txt', choice: 'theirs' }] });
    const done = await until(house, [one.dispatcher], id, ({ status }) => over.includes(status));
    expect(done.status).toBe('completed');
    expect(landed(place, done)).toHaveLength(2);
  });
});
