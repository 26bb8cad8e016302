import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { rowsOf } from '../../db/rows.ts';
import { addTask } from '../../db/testing/fixtures.ts';
import {
  addSession,
  addTeam,
  createInstance,
  type House,
  type Instance,
  makePlace,
  openHouse,
  type Place,
} from './testing/house.ts';

describe.each(['pglite', 'postgres'] as const)('data of people and sessions on %s', (kind) => {
  let house: House;
  let place: Place;
  let instance: Instance;

  beforeAll(async () => {
    house = await openHouse(kind);
  });
  afterAll(() => house.close());
  beforeEach(async () => {
    place = await makePlace(house);
    instance = createInstance(house);
  });

  test('a person gets what is kept of them, an admin what the team keeps, and no secret is in it', async () => {
    const { peopleData } = instance.services;
    const session = await addSession(instance, place, { title: 'Made by Mia' }, place.member);
    await house.opened.store.users.setPassword(place.member.id, 'argon-hash-of-mia');
    await house.opened.store.tokens.create({
      id: crypto.randomUUID(),
      role: null,
      createdBy: null,
      teamId: place.team.id,
      userId: place.member.id,
      name: 'ci',
      prefix: 'oio_abc',
      tokenHash: 'hash-of-the-token',
      scopes: [],
      expiresAt: null,
    });
    const own = await peopleData.exportOwn(place.member);
    expect(own.tables.sessions).toMatchObject([{ id: session.id, title: 'Made by Mia' }]);
    expect(own.tables.users).toMatchObject([{ email: place.member.email }]);
    expect(own.tables.events?.length).toBeGreaterThan(0);
    expect(own.teams).toMatchObject([{ slug: 'house', role: 'member' }]);
    expect(JSON.stringify(own)).not.toMatch(/argon-hash-of-mia|hash-of-the-token/);

    const given = await peopleData.exportOf(place.admin, place.member.id);
    expect(given.tables.sessions).toHaveLength(1);
    const { items } = await instance.services.audit.list(place.admin, { action: 'person' }, { limit: 5 });
    expect(items.map(({ action, subject }) => [action, subject.id])).toEqual([
      ['person.exported', place.member.id],
      ['person.exported', place.member.id],
    ]);
    const other = await addTeam(house, 'other');
    await expect(peopleData.exportOf(other.admin, place.member.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(peopleData.exportOf(place.lead, place.member.id)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  test('who is erased is a former member everywhere but in the audit, where the id stands', async () => {
    const { peopleData, audit, timeline } = instance.services;
    const { store } = house.opened;
    const session = await addSession(instance, place, {}, place.member);
    await expect(peopleData.erase(place.admin, place.member.id, 'somebody')).rejects.toMatchObject({ code: 'INVALID' });
    await expect(peopleData.erase(place.admin, place.admin.id, place.admin.email)).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    await peopleData.erase(place.admin, place.member.id, place.member.email);

    const former = `Former member ${place.member.id.slice(0, 8)}`;
    const { items } = await timeline.ofSession(place.viewer, session.slug);
    expect(items[0]?.actor).toEqual({ kind: 'user', id: place.member.id, name: former });
    expect(await store.users.byEmail(place.member.email)).toBeNull();
    expect(await store.users.memberships(place.member.id)).toEqual([]);
    expect((await peopleData.list(place.admin)).map(({ name }) => name)).not.toContain(former);
    const entries = await audit.list(place.admin, { actor: place.member.id }, { limit: 5 });
    expect(entries.items.length, 'the pseudonym stays').toBeGreaterThan(0);
    expect(await store.audit.verify(place.team.id)).toMatchObject({ firstBroken: null });
    const found: unknown = await house.opened.database.db.execute(
      sql`select count(*)::int as number from events where actor->>'name' = 'mia'`,
    );
    const rows = Array.isArray(found) ? found : Reflect.get(Object(found), 'rows');
    expect(rows).toEqual([{ number: 0 }]);
  });

  test('somebody who is kept out or was only invited is exported and erased too, with every way in', async () => {
    const { peopleData, members } = instance.services;
    const { store } = house.opened;
    await store.identities.link({ issuer: 'https://id.example', subject: 'mia', userId: place.member.id });
    await store.secondFactors.begin(place.member.id, 'sealed');
    await members.update(place.admin, place.member.id, { active: false });
    const { member: ivy } = await members.create(place.admin, {
      email: 'ivy@example.org',
      name: 'Ivy',
      role: 'viewer',
    });
    expect((await peopleData.exportOf(place.admin, place.member.id)).teams).toMatchObject([{ role: 'member' }]);
    await peopleData.erase(place.admin, place.member.id, place.member.email);
    await peopleData.erase(place.admin, ivy.id, 'ivy@example.org');
    expect(await store.identities.userOf('https://id.example', 'mia')).toBeNull();
    expect(await store.secondFactors.get(place.member.id)).toBeNull();
    expect(await store.invitations.openFor(ivy.id)).toEqual([]);
    expect((await peopleData.list(place.admin)).map(({ name }) => name)).not.toContain('Ivy');
  });

  test('the program’s sentences of what an erased person did lose the name too, those of another with it keep theirs', async () => {
    const { peopleData, sessions, taskEdits } = instance.services;
    const { store, database } = house.opened;
    const namesake = { ...place.other, name: place.member.name };
    const kept: Record<string, string> = {};
    for (const [whose, actor] of [['mine', place.member] as const, ['hers', namesake] as const]) {
      const session = await addSession(instance, place, { title: `Made by ${whose}` }, actor);
      await store.sessions.update(session.id, { plannedAt: new Date() }, {});
      const task = await addTask(store, session, { title: 'Add a thing of mia' });
      await taskEdits.cancel(actor, task.id, {});
      const tasks = await store.tasks.bySession(session.id);
      const state = {
        tasks: tasks.map(({ id, key, status, reason, proof, attemptCount, mergedCommit }) => ({
          id,
          key,
          status,
          reason,
          proof,
          attemptCount,
          mergedCommit,
        })),
      };
      await store.checkpoints.create(
        {
          id: crypto.randomUUID(),
          teamId: place.team.id,
          sessionId: session.id,
          reason: 'manual',
          commit: null,
          state,
        },
        actor,
      );
      await sessions.cancel(actor, session.id, {});
      kept[whose] = session.id;
    }
    const told = async (whose: string) => {
      const rows = rowsOf(
        await database.db.execute(sql`select to_jsonb(t)::text as row from tasks t where session_id = ${kept[whose]}::uuid
          union all select payload::text from events where session_id = ${kept[whose]}::uuid
          union all select state::text from checkpoints where session_id = ${kept[whose]}::uuid
          union all select coalesce(cause, '') from sessions where id = ${kept[whose]}::uuid`),
      );
      return rows.map(({ row }) => String(row)).join('\n');
    };
    expect(await told('mine')).toContain('cancelled by mia');
    await peopleData.erase(place.admin, place.member.id, place.member.email);
    const former = `cancelled by Former member ${place.member.id.slice(0, 8)}`;
    expect(await told('mine')).not.toContain('by mia');
    expect(
      (await told('mine')).split(former).length - 1,
      'task, its events, the checkpoint, the session',
    ).toBeGreaterThan(3);
    expect(await told('mine'), 'what somebody wrote stays as written').toContain('Add a thing of mia');
    expect(await told('hers')).toContain('cancelled by mia');
  });

  test('a member of two teams is not erased by one of them', async () => {
    const other = await addTeam(house, 'other');
    await house.opened.store.users.addMembership({ teamId: other.team.id, userId: place.member.id, role: 'viewer' });
    const { peopleData } = instance.services;
    const refusal = async () => (await peopleData.list(place.admin)).find(({ id }) => id === place.member.id)?.refusal;
    expect(await refusal()).toContain('another team');
    // Also while the other team keeps them out, or is deleted and may come back.
    await house.opened.store.members.update(other.team.id, place.member.id, { active: false });
    expect(await refusal()).toContain('another team');
    await house.opened.store.teams.setDeleted(other.team.id, new Date());
    await expect(peopleData.erase(place.admin, place.member.id, place.member.email)).rejects.toMatchObject({
      code: 'CONFLICT',
    });
  });

  test('a whole session is taken out, for whoever may read it', async () => {
    const session = await addSession(instance, place, { title: 'To be taken' });
    const { db } = house.opened.database;
    // More than is read at once.
    await db.execute(`insert into events (id, team_id, session_id, seq, type, at, actor, payload, v)
      select gen_random_uuid(), team_id, session_id, seq + n, type, at, actor, payload, v
        from events, generate_series(1, 1200) n where session_id = '${session.id}' and seq = (select max(seq) from events where session_id = '${session.id}')`);
    const exported = await instance.services.sessionExport.ofSession(place.viewer, session.slug);
    const taken = await documentOf(exported.text);
    expect(taken.complete).toBe(true);
    expect(taken.tables.events?.length).toBeGreaterThan(1200);
    expect(new Set(taken.tables.events?.map(({ id }) => id)).size).toBe(taken.tables.events?.length);
    expect(taken.session).toMatchObject({ id: session.id, title: 'To be taken' });
    expect(taken.tables.sessions).toHaveLength(1);
    expect(taken.tables.events?.map(({ seq }) => seq)).toEqual(taken.tables.events?.map((_, place) => place + 1));
    const other = await addTeam(house, 'other');
    await expect(instance.services.sessionExport.ofSession(other.admin, session.id)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  test('two admins who erase each other at the same moment leave one of them', async () => {
    const { store } = house.opened;
    const email = 'eve@house.example';
    const user = await store.users.create({ id: crypto.randomUUID(), email, name: 'eve', passwordHash: null });
    await store.users.addMembership({ teamId: place.team.id, userId: user.id, role: 'admin' });
    const eve = { ...place.admin, id: user.id, name: 'eve', email };
    const { peopleData } = instance.services;
    const outcomes = await Promise.allSettled([
      peopleData.erase(place.admin, eve.id, eve.email),
      peopleData.erase(eve, place.admin.id, place.admin.email),
    ]);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(await store.members.activeAdmins(place.team.id)).toHaveLength(1);
  });
});

async function documentOf(text: AsyncIterable<string>) {
  const pieces: string[] = [];
  for await (const piece of text) pieces.push(piece);
  return JSON.parse(pieces.join('')) as {
    session: Record<string, unknown>;
    tables: Record<string, Record<string, unknown>[]>;
    complete?: boolean;
  };
}
