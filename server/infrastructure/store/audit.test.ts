import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeWorld, type World } from '../../../db/testing/fixtures.ts';
import { openTestStore, type TestStore } from '../../../db/testing/store.ts';
import type { AuditFilter } from '../../application/record-port.ts';
import type { Store } from '../../application/store-port.ts';
import type { PageRequest } from '../../application/team-port.ts';
import type { Actor } from '../../domain/actor.ts';

describe.each(['pglite', 'postgres'] as const)('the audit on %s', (kind) => {
  let opened: TestStore;
  let store: Store;

  beforeAll(async () => {
    opened = await openTestStore(kind);
    store = opened.store;
  });
  afterAll(() => opened.close());

  const by = (world: World): Actor => ({
    kind: 'user',
    id: world.user.id,
    teamId: world.team.id,
    role: 'admin',
    name: 'Ada Lovelace',
    email: 'ada@example.com',
  });
  const note = (world: World, n: number, store_: Pick<Store, 'audit'> = store) =>
    store_.audit.append({
      teamId: world.team.id,
      actor: by(world),
      action: 'session.update',
      subject: { kind: 'session', id: `s${n % 2}` },
      before: n === 0 ? '12' : { n, nested: { b: 1.5, a: [null, 'ü\u0000', 1e21] }, at: new Date(0) },
      after: n === 1 ? null : n,
      reason: 'because',
      requestId: `r${n}`,
    });

  test('entries are numbered per team, keep ids only, and chain', async () => {
    const world = await makeWorld(store);
    const other = await makeWorld(store);
    for (let n = 0; n < 4; n += 1) await note(world, n);
    await note(other, 9);
    const entries = await store.audit.list(world.team.id, { after: 0, limit: 10 });
    expect(entries.map((entry) => entry.number)).toEqual([1, 2, 3, 4]);
    expect(entries[0]).toMatchObject({
      actor: { kind: 'user', id: world.user.id },
      before: '12',
      after: 0,
      reason: 'because',
      requestId: 'r0',
    });
    expect(entries[1]).toMatchObject({ after: null, before: { n: 1, at: '1970-01-01T00:00:00.000Z' } });
    expect(JSON.stringify(entries)).not.toMatch(/Ada|example\.com/);
    expect(new Set(entries.map((entry) => entry.hash)).size).toBe(4);
    expect(await store.audit.verify(world.team.id)).toEqual({ entries: 4, firstBroken: null });
    expect(await store.audit.verify(other.team.id)).toEqual({ entries: 1, firstBroken: null });
    const about = await store.audit.list(world.team.id, {
      after: 0,
      limit: 10,
      subject: { kind: 'session', id: 's1' },
    });
    expect(about.map((entry) => entry.number)).toEqual([2, 4]);
  });

  test('the record is searched by what is said of an entry, newest first, and its pages hold while it grows', async () => {
    const world = await makeWorld(store);
    const search = (filter: AuditFilter, page: PageRequest = { limit: 2 }) =>
      store.audit.search(world.team.id, filter, page);
    for (let n = 0; n < 5; n += 1) await note(world, n);
    await store.audit.append({
      teamId: world.team.id,
      actor: { kind: 'system', teamId: null, name: 'test' },
      action: 'sessions.counted',
      subject: { kind: 'team', id: world.team.id },
    });
    const numbers = async (filter: AuditFilter) => (await search(filter, { limit: 9 })).items.map((one) => one.number);
    const first = await search({});
    expect([first.items.map((one) => one.number), first.total]).toEqual([[6, 5], 6]);
    await note(world, 9);
    const second = await search({}, { limit: 9, cursor: first.nextCursor ?? '' });
    expect([second.items.map((one) => one.number), second.nextCursor, second.total]).toEqual([[4, 3, 2, 1], null, 7]);
    expect(await numbers({ action: 'session' })).toEqual([7, 5, 4, 3, 2, 1]);
    expect(await numbers({ action: 'sessions.counted' })).toEqual([6]);
    expect(await numbers({ actor: 'system' })).toEqual([6]);
    expect(await numbers({ actor: world.user.id, subject: 's1' })).toEqual([7, 4, 2]);
    const at = second.items[0]?.at ?? new Date(0);
    expect(await numbers({ to: at })).not.toContain(4);
    expect(await numbers({ from: at })).toContain(4);
    await expect(search({}, { limit: 2, cursor: 'x' })).rejects.toMatchObject({ code: 'INVALID' });
  });

  test('many writers at once make one chain, and a rollback leaves no link', async () => {
    const world = await makeWorld(store);
    await Promise.allSettled(
      Array.from({ length: 20 }, (_, n) =>
        store.transaction(async (tx) => {
          await note(world, n + 2, tx);
          if (n % 5 === 0) throw new Error('change of mind');
        }),
      ),
    );
    expect(await store.audit.verify(world.team.id)).toEqual({ entries: 16, firstBroken: null });
  });

  test('the database refuses to change, delete or empty', async () => {
    const world = await makeWorld(store);
    await note(world, 2);
    const { db } = opened.database;
    const refused = expect.objectContaining({ message: expect.stringContaining('append-only') });
    const team = sql`team_id = ${world.team.id}::uuid`;
    await expect(db.execute(sql`update audit set action = 'x' where ${team}`)).rejects.toMatchObject({
      cause: refused,
    });
    await expect(db.execute(sql`delete from audit where ${team}`)).rejects.toMatchObject({ cause: refused });
    await expect(db.execute(sql`truncate audit`)).rejects.toMatchObject({ cause: refused });
    expect(await store.audit.verify(world.team.id)).toEqual({ entries: 1, firstBroken: null });
  });

  test.each([
    ['a changed field', sql`update audit set after = '{"n": 7}' where number = 3`, 3],
    ['a changed reason', sql`update audit set reason = 'other' where number = 2`, 2],
    ['a hash made anew for one entry', sql`update audit set hash = previous_hash where number = 4`, 4],
    ['a missing entry', sql`delete from audit where number = 3`, 4],
    ['a missing first entry', sql`delete from audit where number = 1`, 2],
  ])('%s breaks the chain, and the first broken entry is named', async (_, tamper, broken) => {
    const world = await makeWorld(store);
    for (let n = 0; n < 5; n += 1) await note(world, n);
    const { db } = opened.database;
    await db.execute(sql`alter table audit disable trigger user`);
    await db.execute(sql`${tamper} and team_id = ${world.team.id}::uuid`);
    await db.execute(sql`alter table audit enable trigger user`);
    expect((await store.audit.verify(world.team.id)).firstBroken).toBe(broken);
  });
});
