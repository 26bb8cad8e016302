import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeWorld } from '../../db/testing/fixtures.ts';
import { git } from '../infrastructure/git/git-testing.ts';
import { addSession, createInstance, type House, makePlace, openHouse } from './testing/house.ts';
import { createUpkeep } from './upkeep.ts';

describe.each(['pglite', 'postgres'] as const)('upkeep on %s', (kind) => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse(kind);
  });
  afterAll(() => house.close());

  test('logins that ended long ago and keys past their day are forgotten, others stay', async () => {
    const { store, database } = house.opened;
    const { team, user } = await makeWorld(store);
    const upkeep = createUpkeep(createInstance(house).deps);
    const login = async (ended: string) => {
      const id = randomUUID();
      const facts = { teamId: team.id, userId: user.id, tokenHash: id, userAgent: null, address: null };
      await store.logins.create({ id, ...facts, expiresAt: new Date(Date.now() + 86_400_000) });
      await database.db.execute(sql`update login_sessions set ${sql.raw(ended)} where id = ${id}::uuid`);
    };
    await login(`expires_at = clock_timestamp() - interval '31 days'`);
    await login(`revoked_at = clock_timestamp() - interval '31 days'`);
    await login(`revoked_at = clock_timestamp() - interval '29 days'`);
    await login(`user_agent = 'alive'`);
    for (const key of ['old', 'young']) await store.idempotency.begin(team.id, user.id, key, 'hash', 'house.1');
    await database.db.execute(
      sql`update idempotency_keys set created_at = created_at - interval '25 hours' where key = 'old'`,
    );
    expect(await upkeep.prune()).toEqual({ logins: 2, idempotencyKeys: 1, deliveries: 0, work: 0, reports: 0 });
    expect(await upkeep.prune()).toEqual({ logins: 0, idempotencyKeys: 0, deliveries: 0, work: 0, reports: 0 });
    expect(await store.idempotency.begin(team.id, user.id, 'young', 'hash', 'house.1')).toMatchObject({
      state: 'running',
    });
  });

  test('refs of pruned checkpoints leave the repository', async () => {
    const place = await makePlace(house);
    const instance = createInstance(house);
    const session = await addSession(instance, place);
    const { store, database } = house.opened;
    const { workspaces } = instance.deps;
    const head = git(place.source, 'rev-parse', 'main');
    for (const number of [1, 2, 3])
      await workspaces.pinCheckpoint(place.repository, { ...session, teamSlug: 'house' }, number, head);
    await database.db.execute(sql`update sessions set last_checkpoint_sequence = 101 where id = ${session.id}::uuid`);
    const checkpoint = {
      id: randomUUID(),
      teamId: place.team.id,
      sessionId: session.id,
      reason: 'manual',
      commit: head,
    } as const;
    await store.checkpoints.create({ ...checkpoint, state: { tasks: [] } }, place.admin);
    expect(await createUpkeep(instance.deps).pruneGit()).toEqual({ refs: 2, bundles: 0 });
    const left = git(place.source, 'for-each-ref', '--format=%(refname)', `refs/orchestrator/${session.id}/`);
    expect(left).toBe(`refs/orchestrator/${session.id}/3`);
  });

  test('a broken audit chain is told to the log and to the page of the audit, until it is whole', async () => {
    const place = await makePlace(house);
    const instance = createInstance(house);
    const upkeep = createUpkeep(instance.deps);
    const { db } = house.opened.database;
    const { audit } = instance.services;
    await addSession(instance, place);
    expect(await audit.lastCheck(place.admin)).toBeNull();
    expect(await upkeep.verifyAudit()).toEqual({ teams: 1, broken: 0 });
    expect(await audit.lastCheck(place.admin)).toMatchObject({ entries: 1, firstBroken: null });
    await db.execute(sql`alter table audit disable trigger user`);
    await db.execute(sql`update audit set reason = 'none of your business'`);
    await db.execute(sql`alter table audit enable trigger user`);
    expect(await upkeep.verifyAudit()).toEqual({ teams: 1, broken: 1 });
    expect(await audit.lastCheck(place.admin)).toMatchObject({ entries: 0, firstBroken: 1 });
    const told = instance.logged.filter(({ level }) => level === 'error');
    expect(told).toEqual([expect.objectContaining({ fields: { team: 'house', entry: 1 } })]);
  });
});
