import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { emptyDatabase } from '../../db/testing/database.ts';
import { createServices } from '../services.ts';
import type { SecondStep, SignedIn } from './auth.ts';
import { createInstance, type House, type Instance, openHouse, setupCode } from './testing/house.ts';

/** A sign-in that the password was enough for. */
function whole(opened: SignedIn | SecondStep): SignedIn {
  if ('second' in opened) throw new Error('A code is asked for');
  return opened;
}

const client = { address: '10.0.0.1', userAgent: 'a browser' };
const password = 'five odd otters juggle';
const input = { code: setupCode, teamName: 'Forge', name: 'Ada', email: 'Ada@Example.com', password };

describe.each(['pglite', 'postgres'] as const)('signing in, on %s', (kind) => {
  let house: House;
  let one: Instance;
  beforeAll(async () => {
    house = await openHouse(kind);
  });
  afterAll(() => house.close());
  beforeEach(async () => {
    await emptyDatabase(house.opened.database);
    const runtime = { id: '00000000-0000-4000-8000-00000000c0de', name: 'opencode-embedded' };
    await house.opened.store.runtimes.upsertEmbedded(runtime);
    one = createInstance(house, {}, runtime.id);
  });
  const auth = () => one.services.auth;

  test('the first run makes one team, its admin and a fleet that holds every capability', async () => {
    expect(await auth().needsSetup()).toBe(true);
    const { token, actor } = await auth().setup(input, client);
    expect(actor).toMatchObject({ role: 'admin', email: 'ada@example.com' });
    expect(await auth().needsSetup()).toBe(false);
    expect(await auth().actorFromLogin(token)).toMatchObject({ actor, teamName: 'Forge' });
    expect(await one.services.agents.list(actor)).toHaveLength(8);
    expect(await house.opened.store.audit.verify(actor.teamId)).toEqual({ entries: 1, firstBroken: null });
    await expect(auth().setup({ ...input, email: 'eve@example.com' }, client)).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    expect(await auth().setupUnattended({ email: 'eve@example.com', password })).toBe(false);
  });

  test('a wrong code makes nobody, and guessing it is limited', async () => {
    for (let guess = 0; guess < 10; guess += 1)
      await expect(auth().setup({ ...input, code: `guess-${guess}` }, client)).rejects.toMatchObject({
        code: 'INVALID',
        details: [{ path: 'code' }],
      });
    await expect(auth().setup(input, client)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    expect(await auth().needsSetup()).toBe(true);
  });

  test('of two first admins at the same moment one wins', async () => {
    const results = await Promise.allSettled([
      auth().setup(input, client),
      auth().setup({ ...input, teamName: 'Anvil', email: 'eve@example.com' }, client),
      auth().setupUnattended({ email: 'root@example.com', password }),
    ]);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'CONFLICT' });
    expect(await house.opened.store.users.count()).toBe(1);
    expect(await house.opened.store.teams.list()).toHaveLength(1);
  });

  test('an unknown account, one without a password and one that is kept out cost the very hashing of a wrong password', async () => {
    const { actor } = await auth().setup(input, client);
    const { store } = house.opened;
    for (const email of ['sso@example.com', 'away@example.com']) {
      const user = await store.users.create({ id: crypto.randomUUID(), email, name: email, passwordHash: null });
      await store.users.addMembership({ teamId: actor.teamId, userId: user.id, role: 'member' });
      if (email.startsWith('away'))
        await store.users.setPassword(user.id, await one.deps.secrets.hashPassword('another calm sentence'));
    }
    await house.opened.database.db.execute(`update users set disabled_at = now() where email = 'away@example.com'`);
    const asked: string[] = [];
    const { secrets } = one.deps;
    const counted = createServices(
      {
        ...one.deps,
        secrets: {
          ...secrets,
          verifyPassword: (typed, stored) => {
            asked.push(typed);
            return secrets.verifyPassword(typed, stored);
          },
        },
      },
      { setupCode, runtimeId: one.runtime.id },
    ).auth;
    for (const [email, typed] of [
      ['ada@example.com', 'a wrong sentence'],
      ['nobody@example.com', 'a wrong sentence'],
      ['sso@example.com', 'a wrong sentence'],
      ['away@example.com', 'another calm sentence'],
    ] as const) {
      const refused = await counted.login({ email, password: typed }, { ...client, address: email }).catch((e) => e);
      expect([refused.code, refused.message], email).toEqual([
        'UNAUTHENTICATED',
        'The e-mail address or the password is wrong.',
      ]);
      expect(asked.splice(0), email).toEqual([typed]);
    }
  });

  test('short and common passwords are refused with the field', async () => {
    for (const weak of ['short', 'password1234'])
      await expect(auth().setup({ ...input, password: weak }, client)).rejects.toMatchObject({
        code: 'INVALID',
        details: [{ path: 'password' }],
      });
  });

  test('an unattended first run signs in like any other', async () => {
    expect(await auth().setupUnattended({ email: 'Root@Example.com', password })).toBe(true);
    const { actor } = whole(await auth().login({ email: 'root@example.COM', password }, client));
    expect(actor).toMatchObject({ role: 'admin', email: 'root@example.com' });
  });

  test('an unknown user and a wrong password get the same answer; failures and successes are audited', async () => {
    const { actor } = await auth().setup(input, client);
    const failures = await Promise.allSettled([
      auth().login({ email: 'ada@example.com', password: 'not the password' }, client),
      auth().login({ email: 'nobody@example.com', password: 'not the password' }, client),
    ]);
    const told = failures.map(
      (one) => one.status === 'rejected' && { code: one.reason.code, text: one.reason.message },
    );
    expect(told[0]).toEqual(told[1]);
    expect(told[0]).toMatchObject({ code: 'UNAUTHENTICATED' });
    await auth().login({ email: 'ada@example.com', password }, client);
    const audit = await house.opened.store.audit.list(actor.teamId, { after: 0, limit: 10 });
    expect(audit.map(({ action }) => action)).toEqual(['team.created', 'login.failed', 'login.succeeded']);
  });

  test('what it was that failed cannot be told by the clock', async () => {
    await auth().setup(input, client);
    for (const email of ['ada@example.com', 'nobody@example.com']) {
      const begun = performance.now();
      await expect(auth().login({ email, password: 'not the password' }, client)).rejects.toThrow();
      // A timer may be a millisecond early.
      expect(performance.now() - begun).toBeGreaterThan(245);
    }
  });

  test('a login ends after 20 idle hours, and after 14 days however it is used', async () => {
    const { token } = await auth().setup(input, client);
    const age = (column: string, interval: string) =>
      house.opened.database.db.execute(`update login_sessions set ${column} = ${column} - interval '${interval}'`);
    await age('last_seen_at', '19 hours 59 minutes');
    expect(await auth().actorFromLogin(token)).not.toBeNull();
    // Being asked for has brought it up to now.
    await age('last_seen_at', '20 hours 1 minute');
    expect(await auth().actorFromLogin(token)).toBeNull();
    const next = whole(await auth().login({ email: 'ada@example.com', password }, client));
    await age('expires_at', '13 days 23 hours');
    expect(await auth().actorFromLogin(next.token)).not.toBeNull();
    await age('expires_at', '2 hours');
    expect(await auth().actorFromLogin(next.token)).toBeNull();
  });

  test('after ten failures the account waits, and a burst of guesses learns nothing more', async () => {
    await auth().setup(input, client);
    const guesses = await Promise.allSettled(
      Array.from({ length: 30 }, (_, place) =>
        auth().login(
          { email: 'ada@example.com', password: place === 25 ? password : `guess number ${place}` },
          { ...client, address: `10.0.1.${place}` },
        ),
      ),
    );
    const answered = guesses.filter((one) => one.status === 'rejected' && one.reason.code === 'UNAUTHENTICATED');
    expect(answered).toHaveLength(10);
    expect(guesses.filter(({ status }) => status === 'fulfilled')).toEqual([]);
    await expect(auth().login({ email: 'ada@example.com', password }, client)).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      retryAfterSeconds: expect.any(Number),
    });
  });

  test('a login ends with log-out, revocation, and with the person', async () => {
    const { token, actor } = await auth().setup(input, client);
    const second = whole(await auth().login({ email: 'ada@example.com', password }, client));
    const third = whole(await auth().login({ email: 'ada@example.com', password }, client));
    expect(await auth().logins(actor)).toHaveLength(3);
    await auth().logout(token);
    expect(await auth().actorFromLogin(token)).toBeNull();
    const { loginId } = (await auth().actorFromLogin(second.token)) ?? { loginId: '' };
    await auth().revokeLogin(actor, loginId);
    expect(await auth().actorFromLogin(second.token)).toBeNull();
    await expect(auth().revokeLogin(actor, loginId)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const told = await house.opened.store.audit.search(actor.teamId, { action: 'login' }, { limit: 2 });
    expect(told.items.map(({ action, subject }) => [action, subject.id])).toEqual([
      ['login.revoked', actor.id],
      ['login.ended', actor.id],
    ]);
    await house.opened.database.db.execute('update users set disabled_at = clock_timestamp()');
    expect(await auth().actorFromLogin(third.token)).toBeNull();
    for (const nothing of [null, '', 'made-up']) expect(await auth().actorFromLogin(nothing)).toBeNull();
  });

  describe('proving it again', () => {
    const entered = async () => {
      const { token, actor } = await auth().setup(input, client);
      const login = await auth().actorFromLogin(token);
      if (login === null) throw new Error('Nobody is signed in');
      return { ...login, token, actor };
    };
    const proofs = () => one.services.proofs;

    test('signing in proves it for fifteen minutes; the password proves that one login again', async () => {
      const { token, actor, loginId, provenAt } = await entered();
      const elsewhere = whole(await auth().login({ email: 'ada@example.com', password }, client));
      expect(proofs().stands(provenAt)).toBe(true);
      one.time.ahead = 15 * 60 + 1;
      expect(proofs().stands(provenAt)).toBe(false);
      const before = (await auth().actorFromLogin(elsewhere.token))?.provenAt;
      await proofs().give(actor, loginId, password, client);
      const after = await auth().actorFromLogin(token);
      expect(after?.provenAt.getTime()).toBeGreaterThan(provenAt.getTime());
      expect((await auth().actorFromLogin(elsewhere.token))?.provenAt).toEqual(before);
      const audit = await house.opened.store.audit.list(actor.teamId, { after: 0, limit: 10 });
      expect(audit.at(-1)).toMatchObject({ action: 'login.proven', subject: { kind: 'user', id: actor.id } });
    });

    test('a wrong password proves nothing, is audited, and counts with the guesses at the sign-in', async () => {
      const { token, actor, loginId, provenAt } = await entered();
      for (let guess = 0; guess < 10; guess += 1)
        await expect(proofs().give(actor, loginId, `guess number ${guess}`, client)).rejects.toMatchObject({
          code: 'UNAUTHENTICATED',
        });
      await expect(proofs().give(actor, loginId, password, client)).rejects.toMatchObject({
        code: 'RATE_LIMITED',
        retryAfterSeconds: expect.any(Number),
      });
      await expect(
        auth().login({ email: 'ada@example.com', password }, { ...client, address: '10.9.9.9' }),
      ).rejects.toMatchObject({ code: 'RATE_LIMITED' });
      expect((await auth().actorFromLogin(token))?.provenAt).toEqual(provenAt);
      const audit = await house.opened.store.audit.list(actor.teamId, { after: 0, limit: 20 });
      expect(audit.filter(({ action }) => action === 'login.proof_failed')).toHaveLength(10);
    });

    test('somebody without a password of their own cannot prove it by one', async () => {
      const { actor, loginId } = await entered();
      expect(await proofs().byPassword(actor)).toBe(true);
      await house.opened.database.db.execute('update users set password_hash = null');
      expect(await proofs().byPassword(actor)).toBe(false);
      await expect(proofs().give(actor, loginId, password, client)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    });
  });
});
