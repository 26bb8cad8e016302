import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  addSession,
  createInstance,
  type House,
  type Instance,
  makePlace,
  openHouse,
  type Place,
  tokenOf,
} from './testing/house.ts';

describe.each(['pglite', 'postgres'] as const)('tokens, on %s', (kind) => {
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
  const tokens = () => one.services.tokens;

  test('a token may what its scopes and its person both may', async () => {
    const { token } = await tokens().create(place.member, {
      name: 'ci',
      scopes: ['sessions:read', 'repositories:write'],
    });
    const actor = await one.services.auth.actorFromToken(token);
    if (!actor) throw new Error('The token is not known');
    expect(actor).toMatchObject({ kind: 'token', userId: place.member.id, role: 'member' });
    const session = await addSession(one, place, {}, place.member);
    expect((await one.services.sessions.get(actor, session.id)).id).toBe(session.id);
    await expect(one.services.sessions.start(actor, session.id)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(one.services.asks.list(actor, {}, { limit: 1 })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(one.services.repositories.update(actor, place.repository.id, { name: 'other' })).rejects.toMatchObject(
      { code: 'FORBIDDEN' },
    );
  });

  test('the secret is shown once and kept hashed; using it is noted', async () => {
    const made = await tokens().create(place.member, { name: 'ci', scopes: ['sessions:read', 'sessions:read'] });
    expect(made.token).toMatch(/^oio_[\w-]{43}$/);
    expect(made.scopes).toEqual(['sessions:read']);
    const rows = await house.opened.database.db.execute('select * from api_tokens');
    expect(JSON.stringify(rows)).not.toContain(made.token);
    await one.services.auth.actorFromToken(made.token);
    const [listed] = await tokens().list(place.member);
    expect(listed?.lastUsedAt).not.toBeNull();
    expect(JSON.stringify(listed)).not.toContain(made.token);
  });

  test('revoked, expired and unknown ones are nobody', async () => {
    const made = await tokens().create(place.member, { name: 'ci', scopes: ['sessions:read'] });
    const short = await tokens().create(place.member, {
      name: 'short',
      scopes: ['sessions:read'],
      expiresAt: new Date(Date.now() + 60_000),
    });
    await house.opened.database.db.execute(
      "update api_tokens set expires_at = now() - interval '1 s' where name = 'short'",
    );
    await tokens().revoke(place.member, made.id);
    for (const nothing of [made.token, short.token, 'oio_nothing', ''])
      expect(await one.services.auth.actorFromToken(nothing)).toBeNull();
    await expect(tokens().revoke(place.admin, made.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('people see and revoke their own, an admin the team’s; a viewer has none', async () => {
    const made = await tokens().create(place.member, { name: 'ci', scopes: ['sessions:read'] });
    expect(await tokens().list(place.other)).toEqual([]);
    expect((await tokens().list(place.admin)).map(({ id }) => id)).toEqual([made.id]);
    for (const ref of [made.id, 'nothing'])
      await expect(tokens().revoke(place.other, ref)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(tokens().list(place.viewer)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(tokens().create(place.viewer, { name: 'ci', scopes: ['sessions:read'] })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    await tokens().revoke(place.admin, made.id);
    const audit = await house.opened.store.audit.list(place.team.id, { after: 0, limit: 10 });
    expect(audit.map(({ action }) => action)).toEqual(['token.created', 'token.revoked']);
  });

  test('a token makes none that is stronger than itself', async () => {
    const { token } = await tokens().create(place.admin, { name: 'maker', scopes: ['teams:write', 'sessions:read'] });
    const actor = await one.services.auth.actorFromToken(token);
    if (!actor) throw new Error('The token is not known');
    await tokens().create(actor, { name: 'weaker', scopes: ['sessions:read'] });
    await expect(tokens().create(actor, { name: 'stronger', scopes: ['sessions:write'] })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
  });

  test('a rotated secret works beside the new one until the overlap ends, and a revocation ends both', async () => {
    const made = await tokens().create(place.member, { name: 'ci', scopes: ['sessions:read'] });
    const known = async (secret: string) => (await one.services.auth.actorFromToken(secret)) !== null;
    const next = await tokens().rotate(place.member, made.id, { overlapHours: 2 });
    expect(next).toMatchObject({ id: made.id, previousPrefix: made.prefix, scopes: ['sessions:read'] });
    expect(next.previousUntil?.getTime()).toBeCloseTo(Date.now() + 2 * 3_600_000, -5);
    expect([await known(made.token), await known(next.token)]).toEqual([true, true]);
    expect((await tokens().list(place.member))[0]?.previousUntil).not.toBeNull();
    await house.opened.database.db.execute("update api_tokens set previous_until = now() - interval '1 s'");
    expect([await known(made.token), await known(next.token)]).toEqual([false, true]);
    const last = await tokens().rotate(place.member, made.id, { overlapHours: 1 });
    expect([await known(next.token), await known(last.token)]).toEqual([true, true]);
    const cut = await tokens().rotate(place.member, made.id, { overlapHours: 0 });
    expect([await known(last.token), await known(cut.token)]).toEqual([false, true]);
    await tokens().rotate(place.member, made.id, {});
    await tokens().revoke(place.admin, made.id);
    expect([await known(cut.token), await known(last.token)]).toEqual([false, false]);
    for (const [actor, id, code] of [
      [place.other, made.id, 'NOT_FOUND'],
      [place.admin, made.id, 'NOT_FOUND'],
      [place.viewer, 'nothing', 'FORBIDDEN'],
    ] as const)
      await expect(tokens().rotate(actor, id, {})).rejects.toMatchObject({ code });
    const audit = await house.opened.store.audit.list(place.team.id, { after: 0, limit: 10 });
    expect(audit.filter(({ action }) => action === 'token.rotated')).toHaveLength(4);
    expect(JSON.stringify(audit)).not.toContain('oio_');
  });

  test('nobody gets the secret of a token that acts as somebody else, who could then be the second person', async () => {
    const made = await tokens().create(place.lead, { name: 'own', scopes: ['approvals:write', 'teams:write'] });
    await expect(tokens().rotate(place.admin, made.id, {})).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const all = tokenOf(place.admin, ['approvals:write', 'teams:write']);
    await expect(tokens().rotate(all, made.id, {})).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect((await tokens().list(place.lead))[0]).toMatchObject({ prefix: made.prefix, previousPrefix: null });
    const service = await tokens().create(place.admin, {
      name: 'deploy',
      scopes: ['sessions:read'],
      service: { role: 'lead' },
    });
    expect((await tokens().rotate(place.admin, service.id, {})).previousPrefix).toBe(service.prefix);
  });

  test('a token of a service belongs to the team: an admin makes it, it stays, and owns nothing', async () => {
    const wanted = { name: 'deploy', scopes: ['sessions:read', 'sessions:write'], service: { role: 'member' } };
    for (const actor of [place.member, place.lead])
      await expect(tokens().create(actor, wanted)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const made = await tokens().create(place.admin, wanted);
    const actor = await one.services.auth.actorFromToken(made.token);
    if (actor?.kind !== 'token') throw new Error('The token is not known');
    expect(actor).toMatchObject({ userId: null, role: 'member' });
    const session = await addSession(one, place, {}, actor);
    expect(session.createdBy).toBeNull();
    // Nobody's thing is not its own, so a member's role does not command it.
    await expect(one.services.sessions.start(actor, session.id)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(tokens().list(actor)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(await tokens().list(place.member)).toEqual([]);
    expect(await tokens().list(place.admin)).toMatchObject([{ userId: null, role: 'member', createdByName: 'ada' }]);
    const wide = tokenOf(place.admin, ['teams:write', 'sessions:read']);
    await expect(tokens().rotate(wide, made.id, {})).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await tokens().revoke(place.admin, made.id);
    expect(await one.services.auth.actorFromToken(made.token)).toBeNull();
  });

  test('what is wrong with a new token is said with its field', async () => {
    const wrong: [Record<string, unknown>, string][] = [
      [{ name: '', scopes: ['sessions:read'] }, 'name'],
      [{ name: 'ci', scopes: [] }, 'scopes'],
      [{ name: 'ci', scopes: ['everything'] }, 'scopes.0'],
      [{ name: 'ci', scopes: ['sessions:read'], expiresAt: new Date(Date.now() - 1000) }, 'expiresAt'],
    ];
    for (const [body, path] of wrong)
      await expect(tokens().create(place.member, body)).rejects.toMatchObject({ code: 'INVALID', details: [{ path }] });
  });

  test('local administration makes a token for a member by e-mail, with known scopes only', async () => {
    const made = await tokens().issue({ email: ' Mia@House.Example ', scopes: ['metrics:read'], name: 'probe' });
    expect(await one.services.auth.actorFromToken(made.token)).toMatchObject({ userId: place.member.id });
    await expect(
      tokens().issue({ email: 'no@house.example', scopes: ['metrics:read'], name: 'x' }),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' });
    for (const scopes of [[], ['everything']])
      await expect(tokens().issue({ email: 'mia@house.example', scopes, name: 'x' })).rejects.toMatchObject({
        code: 'INVALID',
      });
  });
});
