// What every verb asks of the database is asked by one that forgets its team: on a server the wall has to hold it back.
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rowsOf } from '../db/rows.ts';
import { addSession } from '../db/testing/fixtures.ts';
import type { Store } from './application/store-port.ts';
import {
  addTeam,
  createInstance,
  type House,
  type Instance,
  makePlace,
  openHouse,
  type Place,
  setupCode,
} from './application/testing/house.ts';
import type { UserActor } from './domain/actor.ts';
import { everything } from './domain/event-filter.ts';
import { inTeams } from './in-teams.ts';
import { createServices, type Services } from './services.ts';
import { socketGate } from './socket-gate.ts';

let house: House;
let one: Instance;
let ours: Place;
let theirs: Place;
let forgetful: Services;

beforeAll(async () => {
  house = await openHouse('postgres');
  ours = await makePlace(house);
  theirs = await addTeam(house, 'theirs');
  one = createInstance(house);
  for (const place of [ours, theirs]) {
    const world = { ...place, user: place.admin, runtimeId: one.runtime.id } as unknown as Parameters<
      typeof addSession
    >[1];
    const session = await addSession(house.opened.store, world);
    await one.services.sessions.start(place.admin, session.id);
    await one.services.approvals.request.budgetRaise(place.lead, {
      tokens: 900_000_000_000,
      reason: 'It is needed before the month is over.',
    });
  }
  const options = { setupCode, runtimeId: one.runtime.id };
  forgetful = createServices({ ...one.deps, store: withoutTeams(house.opened.store) }, options);
});
afterAll(() => house.close());

const teamsIn = async (table: string) =>
  rowsOf(await house.opened.database.db.execute(sql.raw(`select team_id as "teamId", * from ${table}`)));

/** The store with verbs that leave the team out of their condition. */
function withoutTeams(store: Store): Store {
  const of = (table: string) => () => teamsIn(table) as Promise<never>;
  return {
    ...store,
    audit: { ...store.audit, list: of('audit') },
    events: { ...store.events, team: of('events'), list: of('events') },
    approvals: {
      ...store.approvals,
      list: async () => ({ items: (await teamsIn('approvals')) as never[], total: 0, nextCursor: null }),
    },
  };
}

const whose = (rows: readonly unknown[]) => [...new Set(rows.map((row) => Reflect.get(Object(row), 'teamId')))];

async function linesOf(texts: AsyncIterable<string>): Promise<unknown[]> {
  let all = '';
  for await (const text of texts) all += text;
  return all
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

test('without an actor the same verbs see both teams: they do forget', async () => {
  for (const table of ['audit', 'events', 'approvals']) expect(whose(await teamsIn(table)), table).toHaveLength(2);
});

test('an export that is read long after its verb was called is read as the team of who asked', async () => {
  const { admin } = ours;
  const audit = await forgetful.audit.exportLines(admin);
  const lines = await linesOf(audit);
  expect(lines.length).toBeGreaterThan(0);
  // A line names the team it was asked for, so the entries are told apart by who acted in them.
  const text = JSON.stringify(lines);
  expect(text).toContain(admin.id);
  expect(text).not.toContain(theirs.admin.id);

  const events = await linesOf(await forgetful.telemetry.exportLines(admin, everything));
  expect(events.length).toBeGreaterThan(0);
  expect(JSON.stringify(events)).not.toContain(theirs.admin.id);
});

test('requests for a second person are read, asked for and decided as the team of who asked', async () => {
  const { items } = await forgetful.approvals.list(ours.lead, {}, { limit: 10 });
  expect(whose(items)).toEqual([ours.team.id]);
  expect(whose((await forgetful.approvals.inbox(ours.lead)).items)).toEqual([ours.team.id]);
  const asked: string[] = [];
  const counted = inTeams(house.opened.store, {
    approvals: {
      request: {
        budgetRaise: async (actor: UserActor) =>
          asked.push(...(whose(await teamsIn('approvals')) as string[]), actor.id),
      },
    },
  });
  await counted.approvals.request.budgetRaise(ours.lead);
  expect(asked, 'verbs in a group keep to the team as well').toEqual([ours.team.id, ours.lead.id]);
});

test('a generator keeps to the team at each step, also when it is left early or made to fail', async () => {
  const seen: unknown[] = [];
  async function* steps(_: UserActor) {
    try {
      yield 'first';
      yield 'second';
    } finally {
      seen.push(...whose(await teamsIn('audit')));
    }
  }
  const { walled } = inTeams(house.opened.store, {
    walled: { steps, later: async (actor: UserActor) => steps(actor) },
  });
  for await (const _ of walled.steps(ours.admin)) break;
  expect(seen.splice(0)).toEqual([ours.team.id]);
  for await (const _ of await walled.later(ours.admin)) break;
  expect(seen.splice(0)).toEqual([ours.team.id]);
  const thrown = walled.steps(ours.admin);
  await thrown.next();
  await expect(thrown.throw(new Error('no more'))).rejects.toThrow('no more');
  expect(seen).toEqual([ours.team.id]);
});

test('what a socket is sent is read as the team of who watches', async () => {
  const gate = socketGate(one.services, withoutTeams(house.opened.store));
  expect(whose(await gate.readEvents('any', 0, 10, ours.team.id))).toEqual([ours.team.id]);
  expect(whose(await gate.readTeam(ours.team.id, 0, 10))).toEqual([ours.team.id]);
});

test('deleting a team asks about the others, and is decided beside the wall; its undo too', async () => {
  const { approvals, sessions } = one.services;
  for (const session of (await sessions.list(theirs.admin, {}, { limit: 10 })).items)
    await sessions.cancel(theirs.admin, session.id, {});
  const { id } = await approvals.request.teamDelete(theirs.admin, { reason: 'Its work is over for good and all.' });
  one.time.ahead = 16 * 60;
  await approvals.approve(theirs.admin, id, { confirmation: theirs.team.slug, note: 'Yes.' });
  expect(await house.opened.store.teams.get(theirs.team.id)).toMatchObject({ deletedAt: expect.any(Date) });
  await house.opened.store.users.addMembership({ teamId: ours.team.id, userId: theirs.admin.id, role: 'viewer' });
  const elsewhere: UserActor = { ...theirs.admin, teamId: ours.team.id, role: 'viewer' };
  expect((await approvals.teamUndo.deleted(elsewhere)).map((team) => team.id)).toEqual([theirs.team.id]);
  await approvals.teamUndo.undelete(elsewhere, theirs.team.id);
  expect(await house.opened.store.teams.get(theirs.team.id)).toMatchObject({ deletedAt: null });
});
