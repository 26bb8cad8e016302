import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeWorld, type World } from '../../../db/testing/fixtures.ts';
import { openTestStore, type TestStore } from '../../../db/testing/store.ts';
import type { Store } from '../../application/store-port.ts';

describe.each(['pglite', 'postgres'] as const)('people and repositories on %s', (kind) => {
  let opened: TestStore;
  let store: Store;
  let world: World;

  beforeAll(async () => {
    opened = await openTestStore(kind);
    store = opened.store;
    expect(await store.users.count()).toBe(0);
    world = await makeWorld(store);
  });
  afterAll(() => opened.close());

  const run = (statement: ReturnType<typeof sql>) => opened.database.db.execute(statement);

  test('a user is found by e-mail in any case and belongs to teams', async () => {
    const other = await makeWorld(store);
    await store.users.addMembership({ teamId: other.team.id, userId: world.user.id, role: 'viewer' });
    expect(await store.users.byEmail(` ${world.user.email.toUpperCase()} `)).toEqual(world.user);
    expect(await store.users.byEmail('nobody\u0000@example.com')).toBeNull();
    expect(await store.users.memberships(world.user.id)).toEqual([
      {
        teamId: world.team.id,
        userId: world.user.id,
        role: 'admin',
        teamName: world.team.name,
        teamSlug: world.team.slug,
        twoFactorRequired: false,
      },
      {
        teamId: other.team.id,
        userId: world.user.id,
        role: 'viewer',
        teamName: other.team.name,
        teamSlug: other.team.slug,
        twoFactorRequired: false,
      },
    ]);
    await store.users.setPassword(world.user.id, 'hash');
    expect((await store.users.get(world.user.id))?.passwordHash).toBe('hash');
    await expect(
      store.users.create({ ...world.user, id: randomUUID(), email: world.user.email.toUpperCase() }),
    ).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  test('a login lives until it is revoked, idle too long or expired', async () => {
    const login = (tokenHash: string, expiresAt = new Date(Date.now() + 60_000)) => ({
      id: randomUUID(),
      userId: world.user.id,
      teamId: world.team.id,
      tokenHash,
      userAgent: 'a browser',
      address: '::1',
      expiresAt,
    });
    const [kept, idle, gone] = [login('kept'), login('idle'), login('gone', new Date(Date.now() - 1000))];
    for (const one of [kept, idle, gone]) await store.logins.create(one);
    await run(sql`update login_sessions set last_seen_at = clock_timestamp() - interval '10 minutes'`);
    expect(await store.logins.byTokenHash('idle', 300)).toBeNull();
    expect(await store.logins.byTokenHash('gone', 3600)).toBeNull();
    expect(await store.logins.byTokenHash('unknown', 3600)).toBeNull();
    const found = await store.logins.byTokenHash('kept', 3600);
    expect(found).toMatchObject({ id: kept.id, userId: world.user.id, teamId: world.team.id, address: '::1' });
    expect(found).not.toHaveProperty('tokenHash');
    const touched = await store.logins.byTokenHash('kept', 300);
    expect(touched?.lastSeenAt.getTime()).toBeGreaterThan(found?.lastSeenAt.getTime() ?? 0);
    expect((await store.logins.byTokenHash('kept', 300))?.lastSeenAt).toEqual(touched?.lastSeenAt);
    expect((await store.logins.listFor(world.user.id)).map((one) => one.id)).toEqual([kept.id, idle.id]);
    await store.logins.revokeOthers(world.user.id, kept.id);
    expect((await store.logins.listFor(world.user.id)).map((one) => one.id)).toEqual([kept.id]);
    await store.logins.revoke(kept.id);
    await store.logins.revoke('nonsense');
    expect(await store.logins.byTokenHash('kept', 3600)).toBeNull();
  });

  test('a token is found by its hash until it is revoked or expired', async () => {
    const token = (tokenHash: string, expiresAt: Date | null) => ({
      id: randomUUID(),
      teamId: world.team.id,
      userId: world.user.id,
      role: null,
      createdBy: world.user.id,
      name: tokenHash,
      prefix: 'oio_ab',
      scopes: ['sessions:read', 'sessions:write'],
      expiresAt,
      tokenHash,
    });
    const made = await store.tokens.create(token('living', null));
    const expired = await store.tokens.create(token('expired', new Date(Date.now() - 1000)));
    expect(made).toMatchObject({ scopes: ['sessions:read', 'sessions:write'], lastUsedAt: null });
    expect(made).not.toHaveProperty('tokenHash');
    expect(await store.tokens.byHash('living')).toMatchObject({ id: made.id });
    expect((await store.tokens.get(world.team.id, made.id))?.lastUsedAt).toBeInstanceOf(Date);
    expect(await store.tokens.byHash('expired')).toBeNull();
    const other = await makeWorld(store);
    expect(await store.tokens.get(other.team.id, made.id)).toBeNull();
    await expect(store.tokens.revoke(other.team.id, made.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await store.tokens.listFor(world.team.id, world.user.id)).map((one) => one.id).sort()).toEqual(
      [made.id, expired.id].sort(),
    );
    expect(await store.tokens.listFor(world.team.id, other.user.id)).toEqual([]);
    await store.tokens.revoke(world.team.id, made.id);
    expect(await store.tokens.byHash('living')).toBeNull();
    expect((await store.tokens.listFor(world.team.id, null)).map((one) => one.id)).toEqual([expired.id]);
  });

  test('repositories page by name, change under their version and go', async () => {
    const { team, repository } = await makeWorld(store);
    const add = (name: string) => store.repositories.create({ ...repository, id: randomUUID(), name });
    const [upper, accent] = [await add('Zebra'), await add('ähnlich')];
    const first = await store.repositories.list(team.id, { limit: 2 });
    expect(first).toMatchObject({ total: 3, items: [{ id: upper.id }, { id: repository.id }] });
    const second = await store.repositories.list(team.id, { limit: 2, cursor: first.nextCursor ?? undefined });
    expect(second).toMatchObject({ nextCursor: null, items: [{ id: accent.id }] });
    // All of them, to choose one from: in the same order, and of this team alone.
    expect(await store.repositories.choices(team.id)).toEqual(
      [upper, repository, accent].map(({ id, name, baseBranch }) => ({ id, name, baseBranch })),
    );
    const updated = await store.repositories.update(team.id, upper.id, { verify: ['npm run check', "it's"] }, 1);
    expect(updated).toMatchObject({ version: 2, name: 'Zebra', verify: ['npm run check', "it's"] });
    await expect(store.repositories.update(team.id, upper.id, { name: 'Other' }, 1)).rejects.toMatchObject({
      code: 'CONFLICT',
      details: { version: 2 },
    });
    await expect(store.repositories.update(world.team.id, upper.id, { name: 'Other' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await store.repositories.remove(team.id, upper.id);
    expect(await store.repositories.get(team.id, upper.id)).toBeNull();
    expect((await store.repositories.list(team.id, { limit: 10 })).total).toBe(2);
    expect(await store.repositories.choices(team.id)).toHaveLength(2);
    await expect(store.repositories.remove(team.id, upper.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('running numbers of a team are never given twice', async () => {
    const { team } = await makeWorld(store);
    const numbers = await Promise.all(
      Array.from({ length: 12 }, () =>
        store.transaction(async (tx) => {
          await tx.teams.lock(team.id);
          return tx.teams.nextSessionNumber(team.id);
        }),
      ),
    );
    expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, index) => index + 1));
    await expect(store.teams.lock(randomUUID())).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('the embedded runtime keeps the id of its first start', async () => {
    const first = await store.runtimes.upsertEmbedded({ id: randomUUID(), name: 'one' });
    expect(await store.runtimes.upsertEmbedded({ id: randomUUID(), name: 'one' })).toEqual(first);
    await expect(
      store.runtimes.setState(randomUUID(), {
        state: 'online',
        detail: '',
        softwareVersion: null,
        circuit: 'closed',
        parkedUntil: null,
      }),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
