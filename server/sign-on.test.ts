// Sign-in by an identity provider, against a real one and through the pages.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { addTeam, createInstance, type House, makePlace, openHouse, type Place } from './application/testing/house.ts';
import { groupRolesOf, type SignOnRules } from './domain/sign-on.ts';
import { createIdentityProvider } from './infrastructure/identity-provider.ts';
import { createServices, type Services } from './services.ts';
import { type Account, openIdentityProvider } from './testing/identity-provider.ts';
import { openPages } from './testing/pages.ts';

const site = 'http://localhost:4400';
const back = `${site}/login/sign-on/done`;
const client = { address: '10.0.0.1', userAgent: 'a browser' };
const password = 'five odd otters juggle';
const eve: Account = {
  sub: 'u-1',
  email: 'Eve@Example.com',
  email_verified: true,
  name: 'Eve Example',
  groups: ['builders'],
};

let house: House;
let place: Place;
let provider: Awaited<ReturnType<typeof openIdentityProvider>>;
beforeAll(async () => {
  house = await openHouse('pglite');
  provider = await openIdentityProvider(back, `${site}/login`);
});
afterAll(async () => {
  await provider.close();
  await house.close();
});
beforeEach(async () => {
  place = await makePlace(house);
  provider.as(eve);
});

function servicesWith(rules: Partial<SignOnRules> = {}, more: object = {}): Services {
  const { deps } = createInstance(house);
  const identityProvider = createIdentityProvider({ ...provider, groupClaim: 'groups', name: 'Works ID', ...more });
  const signOn = { groups: groupRolesOf('builders=member, chiefs=lead'), defaultRole: null, team: null, ...rules };
  return createServices(
    { ...deps, identityProvider, signOn },
    { setupCode: 'code', runtimeId: deps.runtime.status().id },
  );
}

/** The whole way: to the provider, signed in there, and back. */
async function through({ auth }: Services, next = '/') {
  const { url, flow } = await auth.beginSignOn(back, next);
  const home = new URL(await provider.walk(url));
  return auth.completeSignOn(home.pathname + home.search, flow, client);
}

test('the pages lead there and back: state, nonce and PKCE are sent, and the login is the browser’s', async () => {
  const services = servicesWith();
  const pages = await openPages(services);
  const begun = await pages.ask(new Request(`${site}/login/sign-on?next=/sessions`));
  expect(begun.status).toBe(302);
  const sent = new URL(begun.location ?? '').searchParams;
  expect(Object.fromEntries(sent)).toMatchObject({
    code_challenge_method: 'S256',
    response_type: 'code',
    redirect_uri: back,
  });
  for (const name of ['state', 'nonce', 'code_challenge']) expect(sent.get(name)?.length).toBeGreaterThan(40);
  const [flow = ''] = begun.cookies;
  expect(flow).toMatch(/^orchestrator_sign_on=.*HttpOnly; SameSite=Lax/);
  const home = await provider.walk(begun.location ?? '');
  const done = await pages.ask(new Request(home, { headers: { cookie: flow.split(';')[0] ?? '' } }));
  expect([done.status, done.location]).toEqual([302, '/sessions']);
  const login = done.cookies.find((one) => one.startsWith('orchestrator_login='))?.split(/[=;]/)[1] ?? '';
  const found = await services.auth.actorFromLogin(login);
  expect(found?.actor).toMatchObject({ email: 'eve@example.com', name: 'Eve Example', role: 'member' });
  // The same answer a second time, and one without what this browser keeps, open nothing.
  for (const cookie of [flow.split(';')[0] ?? '', ''])
    expect((await pages.ask(new Request(home, { headers: { cookie } }))).status).toBe(401);
  const out = await pages.ask(
    new Request(`${site}/logout`, { method: 'POST', headers: { cookie: `orchestrator_login=${login}` } }),
  );
  expect(out.location).toContain(`${provider.issuer}/session/end`);
  expect(new URL(out.location ?? '').searchParams.get('post_logout_redirect_uri')).toBe(`${site}/login`);
  expect(await services.auth.actorFromLogin(login)).toBeNull();
});

test('an answer is good for the browser and the try it was made for, and for nothing else', async () => {
  const services = servicesWith();
  const { auth } = services;
  const [one, other] = [await auth.beginSignOn(back, '/'), await auth.beginSignOn(back, '/')];
  const home = new URL(await provider.walk(one.url));
  const query = home.pathname + home.search;
  for (const flow of [null, 'made up', other.flow])
    await expect(auth.completeSignOn(query, flow, client)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  home.searchParams.set('state', 'x'.repeat(43));
  await expect(auth.completeSignOn(home.pathname + home.search, one.flow, client)).rejects.toMatchObject({
    code: 'UNAUTHENTICATED',
  });
  provider.as(null);
  const refused = new URL(await provider.walk((await auth.beginSignOn(back, '/')).url));
  expect(refused.searchParams.get('error')).toBe('access_denied');
  await expect(auth.completeSignOn(refused.pathname + refused.search, other.flow, client)).rejects.toMatchObject({
    code: 'UNAUTHENTICATED',
  });
  expect(await house.opened.store.users.byEmail('eve@example.com')).toBeNull();
});

test('a provider that is away, or another client’s secret, is said in a sentence, and the next try works', async () => {
  const away = servicesWith({}, { issuer: 'http://127.0.0.1:9' });
  await expect(away.auth.beginSignOn(back, '/')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  const wrong = servicesWith({}, { clientSecret: 'not the secret of this client at all' });
  await expect(through(wrong)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  expect((await through(servicesWith())).login.actor.role).toBe('member');
});

test('whoever is known at the first time is known by the provider’s own id afterwards, under any address', async () => {
  const services = servicesWith();
  const first = await through(services, '/asks');
  expect(first.next).toBe('/asks');
  provider.as({ ...eve, email: 'married@example.com' });
  const second = await through(services);
  expect(second.login.actor).toEqual(first.login.actor);
  // Another person with the old address of somebody else is not them.
  provider.as({ ...eve, sub: 'u-2', email: 'eve@example.com', email_verified: false });
  await expect(through(services)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});

test('groups decide the role at each sign-in, a lost group the place, and the last admin stays', async () => {
  const services = servicesWith({ groups: groupRolesOf('builders=member, chiefs=lead, heads=admin') });
  const { actor } = (await through(services)).login;
  for (const [groups, role] of [
    [['builders', 'chiefs'], 'lead'],
    [['heads'], 'admin'],
    [['builders'], 'member'],
  ] as const) {
    provider.as({ ...eve, groups });
    const before = await through(services);
    expect(before.login.actor.role).toBe(role);
  }
  provider.as({ ...eve, groups: [] });
  await expect(through(services)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  await expect(services.members.get(place.admin, actor.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  provider.as({ ...eve, groups: ['heads'] });
  await through(services);
  await services.members.remove(place.admin, place.admin.id);
  provider.as({ ...eve, groups: ['builders'] });
  expect((await through(services)).login.actor.role).toBe('admin');
});

test('a group may give a place in another team, and nobody without a group or an invitation comes in', async () => {
  const tools = await addTeam(house, 'tools');
  const services = servicesWith({ groups: groupRolesOf('builders=tools/lead') });
  expect((await through(services)).login.actor).toMatchObject({ teamId: tools.team.id, role: 'lead' });
  provider.as({ ...eve, sub: 'u-3', email: 'tom@example.com', groups: ['visitors'] });
  await expect(through(services)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  expect(await house.opened.store.users.byEmail('tom@example.com')).toBeNull();
  const open = servicesWith({ groups: [], defaultRole: 'viewer' });
  expect((await through(open)).login.actor).toMatchObject({ teamId: place.team.id, role: 'viewer' });
  provider.as({ ...eve, sub: 'u-4', email: 'pia@example.com', groups: [] });
  const strict = servicesWith({ groups: [] });
  await strict.members.create(place.admin, { email: 'pia@example.com', name: 'Pia', role: 'lead' });
  expect((await through(strict)).login.actor).toMatchObject({ teamId: place.team.id, role: 'lead' });
});

test('an account of the same verified address is taken over: its password and its logins are good no more', async () => {
  const services = servicesWith({ groups: [] });
  await services.members.create(place.admin, { email: 'eve@example.com', name: 'Eve', role: 'lead', password });
  const before = await services.auth.login({ email: 'eve@example.com', password }, client);
  const { actor, token } = (await through(services)).login;
  expect(actor.role).toBe('lead');
  expect('token' in before && (await services.auth.actorFromLogin(before.token))).toBeNull();
  await expect(services.auth.login({ email: 'eve@example.com', password }, client)).rejects.toMatchObject({
    code: 'UNAUTHENTICATED',
  });
  // What the team asks for is the provider's to ask: nobody enrols twice.
  await services.teams.update(place.admin, place.team.id, { twoFactorRequired: true });
  expect((await services.auth.actorFromLogin(token))?.mustEnrol).toBe(false);
  await services.members.update(place.admin, actor.id, { active: false });
  await expect(through(services)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});

test('who signs in by the provider gets no password by an admin, while there is a provider', async () => {
  const services = servicesWith();
  const { actor } = (await through(services)).login;
  await expect(services.members.makeReset(place.admin, actor.id)).rejects.toMatchObject({
    code: 'CONFLICT',
    message: expect.stringContaining('Works ID'),
  });
  expect((await services.members.refusals(place.admin, actor.id)).reset).toContain('Works ID');
  const without = createInstance(house).services;
  expect((await without.members.refusals(place.admin, actor.id)).reset).toBeNull();
  const { token } = await without.members.makeReset(place.admin, actor.id);
  expect((await without.auth.reset(token)).email).toBe('eve@example.com');
});

test('a deleted team takes nobody in, neither by a group nor by an invitation', async () => {
  const tools = await addTeam(house, 'tools');
  const services = servicesWith({ groups: groupRolesOf('builders=tools/lead, builders=member') });
  await services.members.create(tools.admin, { email: 'ivy@example.com', name: 'Ivy', role: 'lead' });
  const { teams, members } = house.opened.store;
  await teams.setDeleted(tools.team.id, new Date());
  const { actor } = (await through(services)).login;
  expect(actor.teamId).toBe(place.team.id);
  expect(await members.get(tools.team.id, actor.id)).toBeNull();
  provider.as({ ...eve, sub: 'u-9', email: 'ivy@example.com' });
  const ivy = (await through(services)).login.actor;
  expect(await members.get(tools.team.id, ivy.id)).toMatchObject({ state: 'invited' });
  // Brought back, it follows the groups again.
  await teams.setDeleted(tools.team.id, null);
  await through(services);
  expect(await members.get(tools.team.id, ivy.id)).toMatchObject({ state: 'active' });
});
