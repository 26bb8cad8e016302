import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { nothingRemoved } from '../domain/retention.ts';
import { git } from '../infrastructure/git/git-testing.ts';
import { forgetRecords } from './forget-records.ts';
import {
  addSession,
  addTeam,
  createInstance,
  type House,
  type Instance,
  makePlace,
  openHouse,
  type Place,
  putInto,
  until,
} from './testing/house.ts';
import { createUpkeep } from './upkeep.ts';

const forEver = { sessions: null, events: null, transcripts: null, contexts: null, audit: null };

describe.each(['pglite', 'postgres'] as const)('retention on %s', (kind) => {
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

  const rows = async (statement: ReturnType<typeof sql>) => {
    const found: unknown = await house.opened.database.db.execute(statement);
    const list: unknown = Array.isArray(found) ? found : Reflect.get(Object(found), 'rows');
    return list as Record<string, unknown>[];
  };

  /** A session that was really worked on, and ended so many days ago. */
  async function ended(daysAgo: number, where = place) {
    instance.play.current = async (play) => {
      play.write('made.txt', `${randomUUID()}\n`);
      return undefined;
    };
    const { id, slug } = await addSession(instance, where, { start: true });
    await until(house, [instance.dispatcher], id, ({ status }) => status === 'completed', 110);
    await rows(
      sql`update sessions set ended_at = ended_at - make_interval(days => ${daysAgo}::int) where id = ${id}::uuid`,
    );
    return { id, slug };
  }

  const set = (days: Partial<Record<keyof typeof forEver, number>>) =>
    instance.services.retention.save(place.admin, { ...forEver, ...days }, 0);

  test('takes old sessions with everything of theirs, as the preview said, and nobody else’s', {
    timeout: 240_000,
  }, async () => {
    const other = await addTeam(house, 'other');
    const old = await ended(100);
    const young = await ended(1);
    const theirs = await putInto(house, await addSession(instance, other), 'completed');
    await rows(
      sql`update sessions set ended_at = clock_timestamp() - interval '100 days' where id = ${theirs.id}::uuid`,
    );
    const { retention } = instance.services;
    expect(await retention.preview(place.admin)).toEqual(nothingRemoved);
    expect((await retention.preview(place.admin, { ...forEver, sessions: 30 })).sessions).toBe(1);
    await set({ sessions: 30 });
    const spent = await rows(sql`select spent_tokens, spent_attempts from budget_accounts where kind = 'team'`);

    const run = await retention.runNow(place.admin);
    expect(run).toMatchObject({ removed: { ...nothingRemoved, sessions: 1 }, error: null });
    expect(await house.opened.store.retention.known([old.id, young.id, theirs.id])).toHaveLength(2);
    for (const table of ['tasks', 'attempts', 'events', 'checkpoints', 'routing_decisions'])
      expect(await rows(sql`select 1 from ${sql.identifier(table)} where session_id = ${old.id}::uuid`), table).toEqual(
        [],
      );
    expect(await rows(sql`select spent_tokens, spent_attempts from budget_accounts where kind = 'team'`)).toEqual(
      spent,
    );
    expect(git(place.source, 'for-each-ref', '--format=%(refname)', `refs/orchestrator/${old.id}/`)).toBe('');
    expect(git(place.source, 'for-each-ref', '--format=%(refname)', `refs/orchestrator/${young.id}/`)).not.toBe('');
    expect(git(place.source, 'branch', '--list', `orchestrator/${old.slug}`), 'the branch is the person’s').not.toBe(
      '',
    );

    const [shown] = await retention.runs(place.admin);
    expect(shown).toMatchObject({ by: 'ada', removed: { sessions: 1 } });
    const { items } = await instance.services.audit.list(place.admin, { action: 'retention' }, { limit: 10 });
    expect(items.map(({ action }) => action)).toEqual(['retention.run', 'retention.changed']);
    expect(await house.opened.store.audit.verify(place.team.id)).toMatchObject({ firstBroken: null });
  });

  test('empties transcripts, events and contexts of sessions that stay, and says so', {
    timeout: 180_000,
  }, async () => {
    const { id, slug } = await ended(50);
    // As the program's own loop does it: what is not handed out yet stays.
    await rows(sql`delete from outbox`);
    await rows(sql`insert into blobs (team_id, hash, content, created_at)
      values (${place.team.id}::uuid, 'nobody-asks', '\\x00', clock_timestamp() - interval '3 days')`);
    await set({ transcripts: 10 });
    const { retention, timeline } = instance.services;
    expect((await retention.runNow(place.admin)).removed).toMatchObject({ transcripts: 1, blobs: 1, events: 0 });
    expect(
      await rows(sql`select distinct prompt, system, summary from attempts where session_id = ${id}::uuid`),
    ).toEqual([{ prompt: '', system: '', summary: null }]);
    expect((await retention.ofSession(place.viewer, slug))?.transcripts).toBeInstanceOf(Date);
    expect((await retention.runNow(place.admin)).removed, 'once').toEqual(nothingRemoved);

    await retention.save(place.admin, { ...forEver, events: 20, contexts: 20 }, 1);
    const again = await retention.runNow(place.admin);
    expect(again.removed.events).toBeGreaterThan(5);
    expect((await timeline.ofSession(place.viewer, slug)).items).toEqual([]);
    expect((await instance.services.sessions.get(place.viewer, slug)).status).toBe('completed');
    expect((await retention.ofSession(place.viewer, slug))?.events).toBeInstanceOf(Date);
  });

  test('cuts the audit as a whole prefix behind an anchor, and nothing else may touch it', async () => {
    const { store } = house.opened;
    const { audit, retention } = instance.services;
    for (let number = 0; number < 5; number += 1) await audit.exportLines(place.admin);
    await set({ audit: 30 });
    await rows(sql`select 1`);
    instance.time.ahead = 40 * 86_400;
    expect((await retention.preview(place.admin)).audit).toBe(5);
    expect((await retention.runNow(place.admin)).removed.audit).toBe(5);
    const anchor = await store.audit.anchor(place.team.id);
    expect(anchor?.number).toBe(5);
    expect(await store.audit.verify(place.team.id)).toEqual({ entries: 2, firstBroken: null });
    const [first] = await store.audit.list(place.team.id, { after: 0, limit: 1 });
    expect(first).toMatchObject({ number: 6, previousHash: anchor?.hash });
    const { items } = await audit.list(place.admin, { action: 'retention.run' }, { limit: 1 });
    expect(items[0]?.after).toMatchObject({ anchor: { number: 5, hash: anchor?.hash } });
    let text = '';
    for await (const lines of await audit.exportLines(place.admin)) text += lines;
    expect(JSON.parse(text.split('\n')[0] ?? '')).toMatchObject({ anchor: { number: 5, hash: anchor?.hash } });

    await expect(rows(sql`delete from audit where number = 6`)).rejects.toThrow();
    await expect(rows(sql`update audit set action = 'x' where number = 6`)).rejects.toThrow();
    await expect(rows(sql`update audit_anchors set number = 7, hash = 'made up'`)).rejects.toThrow();
    await expect(rows(sql`delete from audit_anchors`)).rejects.toThrow();
    await rows(sql`alter table audit disable trigger user`);
    await rows(sql`update audit set reason = 'changed' where number = 7`);
    await rows(sql`alter table audit enable trigger user`);
    expect((await store.audit.verify(place.team.id)).firstBroken).toBe(7);
  });

  test('takes a deleted session when its undo is over, by the daily chore too, and before that it comes back', {
    timeout: 180_000,
  }, async () => {
    const { id, slug } = await ended(0);
    const { sessions } = instance.services;
    await sessions.remove(place.admin, slug);
    const chore = createUpkeep(instance.deps);
    expect(await chore.retain()).toEqual({ teams: 1, failed: 0 });
    await sessions.undelete(place.admin, slug);
    // The word about another session, which this one was made for, stays.
    const reviewed = await putInto(house, await addSession(instance, place), 'completed');
    await house.opened.store.reviews.insert({
      ...{ id: randomUUID(), teamId: place.team.id, sessionId: reviewed.id, decision: 'changes_requested' },
      ...{ base: 'a', head: 'b', note: 'Again.', followUpId: id, createdBy: place.admin.id },
    });
    await sessions.remove(place.admin, slug);
    await rows(sql`update sessions set deleted_at = deleted_at - interval '31 days' where id = ${id}::uuid`);
    expect((await instance.services.retention.preview(place.admin)).deleted).toBe(1);
    await chore.retain();
    expect(await house.opened.store.retention.known([id])).toEqual([]);
    const [run] = await instance.services.retention.runs(place.admin);
    expect(run).toMatchObject({ by: null, removed: { deleted: 1 } });
    expect(await house.opened.store.reviews.ofSession(reviewed.id)).toMatchObject([
      { note: 'Again.', followUpId: null },
    ]);
  });

  test('is for admins, refuses what makes no sense, and lets one of two change it', async () => {
    const { retention } = instance.services;
    for (const person of [place.viewer, place.member, place.lead])
      await expect(retention.settings(person)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(set({ sessions: 10, events: 20 })).rejects.toMatchObject({ code: 'INVALID' });
    await expect(set({ audit: 3 })).rejects.toMatchObject({ code: 'INVALID' });
    await set({ sessions: 90 });
    await expect(set({ sessions: 1 })).rejects.toMatchObject({ code: 'CONFLICT' });
    expect((await retention.settings(place.admin)).days.sessions).toBe(90);
  });

  const remotesOf = async (id: string) =>
    (await house.opened.store.attempts.bySession(id)).map(({ remoteSessionId }) => remoteSessionId);

  test('has the runtime forget a run that is over, in its time, and again until it did', {
    timeout: 120_000,
  }, async () => {
    const { id } = await ended(0);
    const [remote = ''] = await remotesOf(id);
    const forget = (after?: number) => forgetRecords(instance.deps, after);
    const soon = () => rows(sql`update left_records set due_at = clock_timestamp()`);
    await forget(0);
    expect(instance.forgotten, 'its worktree may still be needed').not.toContain(remote);
    await instance.sweeper.sweep();
    await forget();
    expect(instance.forgotten, 'a late abort finds it').not.toContain(remote);

    instance.offline.add(remote);
    expect(await forget(0)).toEqual({ forgotten: 0, failed: 1 });
    const { retention } = instance.services;
    expect(await retention.leftRecords(place.admin)).toMatchObject({
      ...{ waiting: 1, problem: 'The runtime is not online.', outOfReach: 0 },
      oldest: expect.any(Date),
    });
    instance.offline.clear();
    expect(await forget(0), 'not at once again').toEqual({ forgotten: 0, failed: 0 });
    await soon();
    expect(await forget(0)).toEqual({ forgotten: 1, failed: 0 });
    expect(instance.forgotten).toContain(remote);
    expect(await retention.leftRecords(place.admin)).toMatchObject({ waiting: 0, oldest: null, outOfReach: 0 });
    expect(await forget(0)).toEqual({ forgotten: 0, failed: 0 });
    await expect(retention.leftRecords(place.lead)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  test('a session that goes for good leaves word of what the runtime keeps, and says what nobody can reach', {
    timeout: 120_000,
  }, async () => {
    const { id, slug } = await ended(0);
    await instance.sweeper.sweep();
    const [remote = ''] = await remotesOf(id);
    const { sessions, retention } = instance.services;
    await sessions.remove(place.admin, slug);
    await rows(sql`update sessions set deleted_at = deleted_at - interval '31 days' where id = ${id}::uuid`);
    await retention.runNow(place.admin);
    expect(await house.opened.store.retention.known([id])).toEqual([]);
    const stands = () => retention.leftRecords(place.admin);
    expect(await stands()).toMatchObject({ waiting: 1, problem: null, outOfReach: 0 });
    // As one of an instance nobody has heard of.
    await rows(sql`update left_records set instance_id = 'long-gone'`);
    expect(await forgetRecords(instance.deps)).toEqual({ forgotten: 0, failed: 0 });
    expect(await stands()).toMatchObject({ waiting: 0, outOfReach: 1 });
    await rows(sql`update left_records set instance_id = ${instance.deps.instance.id}`);
    expect(await forgetRecords(instance.deps)).toEqual({ forgotten: 1, failed: 0 });
    expect(instance.forgotten).toContain(remote);
  });
});
