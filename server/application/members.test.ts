import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Actor, Role, UserActor } from '../domain/actor.ts';
import type { SecondStep, SignedIn } from './auth.ts';
import {
  addTeam,
  createInstance,
  type House,
  type Instance,
  makePlace,
  openHouse,
  type Place,
  tokenOf,
} from './testing/house.ts';

const client = { address: '10.0.0.1', userAgent: 'a browser' };
const password = 'five odd otters juggle';
const eve = { email: 'Eve@Example.com', name: 'Eve', role: 'member' as Role };

describe.each(['pglite', 'postgres'] as const)('the people of a team, on %s', (kind) => {
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
  const members = () => one.services.members;
  const auth = () => one.services.auth;
  const invite = async (more: object = {}, actor: Actor = place.admin) => {
    const { member, link } = await members().create(actor, { ...eve, ...more });
    if (link === null) throw new Error('There is no link');
    return { member, link };
  };
  const join = async (token: string, raw: object = { name: 'Eve', password }) =>
    whole(await auth().join(token, raw, client));
  const actionsOf = async () =>
    (await house.opened.store.audit.list(place.team.id, { after: 0, limit: 100 })).map(({ action }) => action);

  test('whoever is invited joins by the link, once, and is what the invitation said', async () => {
    const { member, link } = await invite();
    expect(member).toMatchObject({ email: 'eve@example.com', role: 'member', state: 'invited', lastSeenAt: null });
    await expect(auth().login({ email: eve.email, password }, client)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
    expect(await auth().invitation(link.token)).toMatchObject({ teamName: place.team.name, hasAccount: false });
    const { token, actor } = await join(link.token);
    expect(actor).toMatchObject({ id: member.id, teamId: place.team.id, role: 'member', name: 'Eve' });
    expect((await auth().actorFromLogin(token))?.actor).toEqual(actor);
    expect((await members().list(place.admin)).find((found) => found.id === member.id)).toMatchObject({
      state: 'active',
      lastSeenAt: expect.any(Date),
    });
    await expect(join(link.token)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(auth().invitation(link.token)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await actionsOf()).toEqual(['member.added', 'invitation.created', 'invitation.accepted', 'login.succeeded']);
  });

  test('a link ends by time, by a newer one and by being taken back; nobody was made by it', async () => {
    const first = await invite();
    const second = await members().renewInvitation(place.admin, first.member.id, 1);
    await expect(auth().invitation(first.link.token)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(second.expiresAt.getTime() - Date.now()).toBeLessThanOrEqual(86_400_000);
    await house.opened.database.db.execute(
      `update invitations set expires_at = clock_timestamp() - interval '1 second'`,
    );
    await expect(join(second.token)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await members().invitations(place.admin)).toHaveLength(1);
    const third = await members().renewInvitation(place.admin, first.member.id, 1);
    await members().remove(place.admin, first.member.id);
    await expect(join(third.token)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await members().list(place.admin)).map(({ id }) => id)).not.toContain(first.member.id);
    const again = await invite({ role: 'lead' });
    expect((await join(again.link.token)).actor.role).toBe('lead');
  });

  test('of two who use one link at the same moment one joins', async () => {
    const { link } = await invite();
    const tries = await Promise.allSettled([join(link.token), join(link.token), join(link.token)]);
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('an account of another team joins with the password it has, and then stands in two teams', async () => {
    const { link } = await invite();
    await join(link.token);
    const elsewhere = await addTeam(house, 'elsewhere');
    const second = await invite({ role: 'viewer' }, elsewhere.admin);
    expect(await auth().invitation(second.link.token)).toMatchObject({ hasAccount: true });
    await expect(join(second.link.token, { password: 'not the password' })).rejects.toMatchObject({
      code: 'INVALID',
      details: [{ path: 'password' }],
    });
    const { token, actor } = await join(second.link.token, { password });
    expect(actor).toMatchObject({ teamId: elsewhere.team.id, role: 'viewer' });
    const login = await auth().actorFromLogin(token);
    expect(login?.teams.map(({ role }) => role)).toEqual(['member', 'viewer']);
    await one.services.teams.switchTo(actor, login?.loginId ?? '', place.team.id);
    expect((await auth().actorFromLogin(token))?.actor).toMatchObject({ teamId: place.team.id, role: 'member' });
    expect(one.rechecked).toContain(actor.id);
    const third = await addTeam(house, 'third');
    await expect(one.services.teams.switchTo(actor, login?.loginId ?? '', third.team.id)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  test('with a password somebody is a member at once; an account in use is given none', async () => {
    const { member, link } = await members().create(place.admin, { ...eve, password });
    expect([member.state, link]).toEqual(['active', null]);
    whole(await auth().login({ email: 'eve@example.com', password }, client));
    const elsewhere = await addTeam(house, 'elsewhere');
    await expect(members().create(elsewhere.admin, { ...eve, password: 'seven odd otters' })).rejects.toMatchObject({
      code: 'INVALID',
      details: [{ path: 'password' }],
    });
    await expect(members().create(place.admin, eve)).rejects.toMatchObject({ code: 'CONFLICT' });
    for (const weak of ['short', 'password1234'])
      await expect(members().create(place.admin, { ...eve, email: 'x@y.zz', password: weak })).rejects.toMatchObject({
        code: 'INVALID',
      });
  });

  test('another role ends the logins in this team, but the own one, and is what the next request meets', async () => {
    const { member, link } = await invite();
    const { token } = await join(link.token);
    const bearer = await one.services.tokens.issue({ email: eve.email, scopes: ['sessions:read'], name: 'ci' });
    const changed = await members().update(place.admin, member.id, { role: 'lead' }, { version: 2 });
    expect(changed).toMatchObject({ role: 'lead', version: 3 });
    expect(await auth().actorFromLogin(token)).toBeNull();
    expect(one.rechecked).toEqual([member.id]);
    expect(await auth().actorFromToken(bearer.token)).toMatchObject({ role: 'lead' });
    await expect(members().update(place.admin, member.id, { role: 'viewer' }, { version: 2 })).rejects.toMatchObject({
      code: 'CONFLICT',
      details: { version: 3 },
    });
    const next = whole(await auth().login({ email: 'eve@example.com', password }, client));
    const { loginId } = (await auth().actorFromLogin(next.token)) ?? { loginId: '' };
    await members().update(place.admin, member.id, { role: 'admin' }, { ownLogin: loginId });
    expect((await auth().actorFromLogin(next.token))?.actor.role).toBe('admin');
    expect(await actionsOf()).toContain('member.role_changed');
  });

  test('whoever is deactivated is out with logins and tokens, until reactivated; whoever is removed comes by invitation', async () => {
    const { member, link } = await invite();
    const { token } = await join(link.token);
    const bearer = await one.services.tokens.issue({ email: eve.email, scopes: ['sessions:read'], name: 'ci' });
    expect(await members().update(place.admin, member.id, { active: false })).toMatchObject({ state: 'deactivated' });
    expect(await auth().actorFromLogin(token)).toBeNull();
    expect(await auth().actorFromToken(bearer.token)).toBeNull();
    await expect(auth().login({ email: eve.email, password }, client)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
    await members().update(place.admin, member.id, { active: true });
    whole(await auth().login({ email: 'eve@example.com', password }, client));
    expect(await auth().actorFromToken(bearer.token)).not.toBeNull();
    await members().remove(place.admin, member.id);
    expect(await auth().actorFromToken(bearer.token)).toBeNull();
    await expect(auth().login({ email: eve.email, password }, client)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
    const again = await invite({ role: 'viewer' });
    expect((await join(again.link.token, { password })).actor).toMatchObject({ id: member.id, role: 'viewer' });
    expect(await auth().actorFromToken(bearer.token)).toBeNull();
  });

  test('the last admin keeps role and place, also when two admins go at the same moment', async () => {
    const { id } = place.admin;
    for (const verb of [
      () => members().update(place.admin, id, { role: 'lead' }),
      () => members().update(place.admin, id, { active: false }),
      () => members().remove(place.admin, id),
    ])
      await expect(verb()).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('last admin') });
    await invite({ role: 'admin' });
    await expect(members().remove(place.admin, id)).rejects.toMatchObject({ code: 'CONFLICT' });
    await members().update(place.admin, place.lead.id, { role: 'admin' });
    const both = await Promise.allSettled([
      members().update(place.admin, id, { role: 'viewer' }),
      members().update(place.admin, place.lead.id, { role: 'viewer' }),
    ]);
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await house.opened.store.members.activeAdmins(place.team.id)).toHaveLength(1);
  });

  test('a new password ends every other login; the wrong present one changes nothing', async () => {
    const { link } = await invite();
    const { token, actor } = await join(link.token);
    const other = whole(await auth().login({ email: eve.email, password }, client));
    const { loginId } = (await auth().actorFromLogin(token)) ?? { loginId: '' };
    const change = (current: string, next: string) =>
      auth().changePassword(actor, loginId, { current, password: next });
    await expect(change('not the password', 'six odd otters juggle')).rejects.toMatchObject({
      code: 'INVALID',
      details: [{ path: 'current' }],
    });
    await expect(change(password, 'password1234')).rejects.toMatchObject({ details: [{ path: 'password' }] });
    await change(password, 'six odd otters juggle');
    expect(await auth().actorFromLogin(token)).not.toBeNull();
    expect(await auth().actorFromLogin(other.token)).toBeNull();
    expect(one.rechecked).toEqual([actor.id]);
    await expect(auth().login({ email: eve.email, password }, client)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
  });

  test('a link made by an admin sets a password once, and only where the admin governs every team of the account', async () => {
    const { member, link } = await invite();
    const { token } = await join(link.token);
    const reset = await members().makeReset(place.admin, member.id);
    const newest = await members().makeReset(place.admin, member.id);
    await expect(auth().reset(reset.token)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await auth().resetPassword(newest.token, { password: 'seven odd otters' });
    expect(await auth().actorFromLogin(token)).toBeNull();
    await expect(auth().resetPassword(newest.token, { password: 'eight odd otters' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    whole(await auth().login({ email: eve.email, password: 'seven odd otters' }, client));
    const elsewhere = await addTeam(house, 'elsewhere');
    await invite({}, elsewhere.admin);
    for (const admin of [place.admin, elsewhere.admin])
      await expect(members().makeReset(admin, member.id)).rejects.toMatchObject({
        code: admin === place.admin ? 'FORBIDDEN' : 'CONFLICT',
      });
  });

  test('a link is no good once its account belongs to a team its maker does not govern', async () => {
    const { member, link } = await invite();
    await join(link.token);
    const reset = await members().makeReset(place.admin, member.id);
    const elsewhere = await addTeam(house, 'elsewhere');
    await join((await invite({}, elsewhere.admin)).link.token, { password });
    await expect(auth().reset(reset.token)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(auth().resetPassword(reset.token, { password: 'seven odd otters' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    whole(await auth().login({ email: eve.email, password }, client));
  });

  test('people are for admins to change, for everybody of the team to see, and for no other team to know', async () => {
    const stranger = (await addTeam(house, 'elsewhere')).admin;
    const target = place.other.id;
    const verbs: ((actor: Actor) => Promise<unknown>)[] = [
      (actor) => members().create(actor, { ...eve, email: `${crypto.randomUUID()}@example.com` }),
      (actor) => members().update(actor, target, { role: 'lead' }),
      (actor) => members().makeReset(actor, target),
      (actor) => members().renewInvitation(actor, target, 1),
      (actor) => members().removeSecondFactor(actor, target),
      (actor) => members().remove(actor, target),
    ];
    for (const verb of verbs)
      for (const actor of [place.viewer, place.member, place.lead, tokenOf(place.admin, ['members:read'])])
        await expect(verb(actor)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    for (const verb of verbs.slice(1)) await expect(verb(stranger)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await members().list(place.viewer)).toHaveLength(5);
    expect(await members().invitations(place.lead)).toEqual([]);
    await expect(members().list(stranger, place.team.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(members().create(stranger, eve, place.team.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('an admin makes a team, governs it from where they are, and limits hold at once', async () => {
    const { teams } = one.services;
    await expect(teams.create(place.lead, { name: 'Second' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const second = await teams.create(place.admin, { name: 'Team House', maxActiveSessions: 2 });
    const third = await teams.create(place.admin, { name: 'Team House' });
    expect([second.slug, third.slug]).toEqual(['team-house', 'team-house-2']);
    await expect(teams.create(place.admin, { name: 'X', slug: 'House!' })).rejects.toMatchObject({ code: 'INVALID' });
    await expect(teams.create(place.admin, { name: 'Other', slug: 'house' })).rejects.toMatchObject({
      code: 'INVALID',
    });
    const { member } = await members().create(place.admin, { ...eve, password }, second.id);
    expect((await members().list(place.admin, second.id)).map(({ id }) => id).sort()).toEqual(
      [member.id, place.admin.id].sort(),
    );
    const within: UserActor = { ...place.admin, teamId: second.id };
    expect(await one.services.agents.list(within)).toHaveLength(8);
    const updated = await teams.update(place.admin, second.id, { tokensPerMonth: 5_000 }, second.version);
    expect((await one.services.budgets.ofTeam(within)).account.caps.tokens).toBe(5_000);
    await expect(teams.update(place.admin, second.id, { name: 'Late' }, second.version)).rejects.toMatchObject({
      code: 'CONFLICT',
      details: { version: updated.version },
    });
    for (const raw of [{ maxActiveSessions: 0 }, { tokensPerMonth: 1.5 }, { slug: 'x' }])
      await expect(teams.update(place.admin, second.id, raw)).rejects.toMatchObject({ code: 'INVALID' });
    await expect(teams.update(place.lead, second.id, { name: 'Mine' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(teams.update(place.lead, place.team.id, { name: 'Mine' })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    expect((await teams.list(place.viewer)).map(({ id }) => id)).toEqual([place.team.id]);
  });

  test('a team that opens its door takes viewers in, and no other does', async () => {
    const me = { team: place.team.slug, email: 'new@example.com', name: 'New', password };
    await expect(auth().register(me, client)).rejects.toMatchObject({ details: [{ path: 'team' }] });
    await one.services.teams.update(place.admin, place.team.id, { openRegistration: true });
    expect(await auth().openTeams()).toEqual([{ slug: place.team.slug, name: place.team.name }]);
    expect((await auth().register(me, client)).actor).toMatchObject({ role: 'viewer', teamId: place.team.id });
    await expect(auth().register(me, client)).rejects.toMatchObject({ details: [{ path: 'email' }] });
    for (let place = 0; place < 20; place += 1)
      await auth()
        .register({ ...me, email: `n${place}@example.com` }, { ...client, address: '10.0.0.9' })
        .catch(() => undefined);
    await expect(
      auth().register({ ...me, email: 'late@example.com' }, { ...client, address: '10.0.0.9' }),
    ).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  });
});

/** A sign-in that asked for no code. */
function whole(opened: SignedIn | SecondStep): SignedIn {
  if ('second' in opened) throw new Error('A code is asked for');
  return opened;
}
