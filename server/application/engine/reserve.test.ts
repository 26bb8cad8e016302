import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addTask } from '../../../db/testing/fixtures.ts';
import { monthOf } from '../../domain/budget-words.ts';
import {
  addSession,
  createInstance,
  type House,
  type Instance,
  makePlace,
  openHouse,
  type Place,
} from '../testing/house.ts';
import { reserveFor } from './reserve.ts';

describe.each(['pglite', 'postgres'] as const)('draws that race, on %s', (kind) => {
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

  test('twenty sessions that start at once on the rest of a month get exactly what is there', async () => {
    await house.opened.database.db.execute(
      sql`update teams set tokens_per_month = 120000, max_active_sessions = 20 where id = ${place.team.id}::uuid`,
    );
    const { store } = house.opened;
    const agent = (await store.agents.list(place.team.id))[0];
    if (!agent) throw new Error('There is no fleet');
    const draws = [];
    for (let n = 0; n < 20; n += 1) {
      const session = await addSession(one, place, { title: `Add thing ${n}` });
      const task = await addTask(store, session);
      const { id } = await store.attempts.insert({
        id: randomUUID(),
        teamId: place.team.id,
        sessionId: session.id,
        taskId: task.id,
        number: 1,
        epoch: session.epoch,
        agentId: agent.id,
        runtimeId: agent.runtimeId,
        ...one.deps.secrets.remoteIds(),
        prompt: 'Do it.',
        system: '',
        model: null,
      });
      draws.push({ session, id });
    }
    const results = await Promise.all(
      draws.map(({ session, id }) => store.transaction((tx) => reserveFor(tx, one.deps, session, id, agent, 2))),
    );
    const got = results.flatMap((result) => ('entry' in result ? [result.entry.reserved.tokens] : []));
    expect(got.toSorted((a, b) => a - b)).toEqual([20_000, 50_000, 50_000]);
    const refusals = results.flatMap((result) => ('refused' in result ? [result] : []));
    expect(refusals).toHaveLength(17);
    for (const refusal of refusals) expect(refusal).toMatchObject({ scope: 'team', usedUp: false, what: 'tokens' });
    expect((await store.budgets.teamMonth(place.team.id, monthOf(new Date()))).reserved.tokens).toBe(120_000);
  });
});
