import { TOTP } from 'otpauth';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { UserActor } from '../domain/actor.ts';
import {
  addTeam,
  createInstance,
  type House,
  type Instance,
  makePlace,
  openHouse,
  type Place,
} from './testing/house.ts';

const client = { address: '10.0.0.1', userAgent: 'a browser' };
const password = 'five odd otters juggle';

let house: House;
let place: Place;
let one: Instance;
let actor: UserActor;
let token: string;
beforeAll(async () => {
  house = await openHouse('pglite');
});
afterAll(() => house.close());
beforeEach(async () => {
  place = await makePlace(house);
  one = createInstance(house);
  await one.services.members.create(place.admin, { email: 'eve@example.com', name: 'Eve', role: 'member', password });
  const opened = await login();
  if ('second' in opened) throw new Error('A code is asked for too early');
  ({ actor, token } = opened);
});

const auth = () => one.services.auth;
const login = () => auth().login({ email: 'eve@example.com', password }, client);
const loginIdOf = async (of: string) => (await auth().actorFromLogin(of))?.loginId ?? '';
/** What the app would show, `ahead` steps from now: a code is good once, so each use takes the next. */
const codeOf = (secret: string, ahead = 0) =>
  new TOTP({ secret }).generate({ timestamp: Date.now() + one.time.ahead * 1000 + ahead * 30_000 });

async function enrol(): Promise<{ secret: string; codes: string[] }> {
  await auth().beginSecondFactor(actor);
  const secret = (await auth().enrolment(actor))?.secret ?? '';
  const codes = await auth().confirmSecondFactor(actor, await loginIdOf(token), { code: codeOf(secret, -1) });
  return { secret, codes };
}

async function second(): Promise<string> {
  const opened = await login();
  if (!('second' in opened)) throw new Error('No code is asked for');
  return opened.second;
}

test('it is asked for once its first code was shown, and ends the other logins', async () => {
  const other = await login();
  await auth().beginSecondFactor(actor);
  expect(await login()).toHaveProperty('token');
  const { secret, picture, address } = (await auth().enrolment(actor)) ?? { secret: '', picture: null, address: '' };
  expect(address).toContain(secret);
  expect(picture?.path).toMatch(/^M/);
  const loginId = await loginIdOf(token);
  await expect(auth().confirmSecondFactor(actor, loginId, { code: '000000x' })).rejects.toMatchObject({
    code: 'INVALID',
    details: [{ path: 'code' }],
  });
  const codes = await auth().confirmSecondFactor(actor, loginId, { code: codeOf(secret) });
  expect(new Set(codes).size).toBe(10);
  expect(await auth().enrolment(actor)).toBeNull();
  expect(await auth().actorFromLogin('token' in other ? other.token : '')).toBeNull();
  expect(await auth().actorFromLogin(token)).not.toBeNull();
  const signedIn = await auth().loginWithCode(await second(), { code: codeOf(secret, 1) }, client);
  expect(signedIn.actor).toEqual(actor);
  const kept = await house.opened.store.secondFactors.get(actor.id);
  expect(kept?.secret).toMatch(/^k1\./);
  expect(kept?.secret).not.toContain(secret);
});

test('a code is good once, and so is a recovery code; the state says how many are left', async () => {
  const { secret, codes } = await enrol();
  const code = codeOf(secret);
  await auth().loginWithCode(await second(), { code }, client);
  await expect(auth().loginWithCode(await second(), { code }, client)).rejects.toMatchObject({ code: 'INVALID' });
  const recovery = codes[3] ?? '';
  await auth().loginWithCode(await second(), { code: ` ${recovery.toUpperCase()} ` }, client);
  await expect(auth().loginWithCode(await second(), { code: recovery }, client)).rejects.toMatchObject({
    code: 'INVALID',
  });
  expect(await auth().secondFactor(actor)).toMatchObject({ on: true, codesLeft: 9, required: false });
  const renewed = await auth().renewRecoveryCodes(actor);
  await expect(auth().loginWithCode(await second(), { code: codes[4] ?? '' }, client)).rejects.toMatchObject({
    code: 'INVALID',
  });
  await auth().loginWithCode(await second(), { code: renewed[0] ?? '' }, client);
});

test('of two sign-ins with one code at the same moment one comes in', async () => {
  const { secret } = await enrol();
  const [a, b] = [await second(), await second()];
  const code = codeOf(secret);
  const both = await Promise.allSettled([a, b].map((pending) => auth().loginWithCode(pending, { code }, client)));
  expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test('the step between password and code ends by time, by a new password, and cannot be made up', async () => {
  const { secret } = await enrol();
  const pending = await second();
  expect(await auth().awaitsCode(pending)).toBe(true);
  for (const wrong of [null, '', 'k1.made.up', `${pending}x`])
    await expect(auth().loginWithCode(wrong, { code: codeOf(secret) }, client)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
  one.time.ahead = 301;
  expect(await auth().awaitsCode(pending)).toBe(false);
  one.time.ahead = 0;
  await auth().changePassword(actor, await loginIdOf(token), { current: password, password: 'six odd otters' });
  expect(await auth().awaitsCode(pending)).toBe(false);
});

test('guessing codes is limited, whatever address the guesses come from', async () => {
  const { secret } = await enrol();
  const pending = await second();
  for (let guess = 0; guess < 10; guess += 1)
    await expect(
      auth().loginWithCode(pending, { code: `guess-${guess}` }, { ...client, address: `10.0.1.${guess}` }),
    ).rejects.toMatchObject({ code: 'INVALID' });
  await expect(auth().loginWithCode(pending, { code: codeOf(secret) }, client)).rejects.toMatchObject({
    code: 'RATE_LIMITED',
  });
});

test('where a team requires it, nothing else is open to whoever has none, and it cannot be turned off', async () => {
  expect((await auth().actorFromLogin(token))?.mustEnrol).toBe(false);
  await one.services.teams.update(place.admin, place.team.id, { twoFactorRequired: true });
  expect((await auth().actorFromLogin(token))?.mustEnrol).toBe(true);
  await enrol();
  expect((await auth().actorFromLogin(token))?.mustEnrol).toBe(false);
  expect(await auth().turnOffRefusal(actor)).toContain(place.team.name);
  await expect(auth().turnOffSecondFactor(actor)).rejects.toMatchObject({ code: 'CONFLICT' });
  await one.services.teams.update(place.admin, place.team.id, { twoFactorRequired: false });
  await auth().turnOffSecondFactor(actor);
  expect(await login()).toHaveProperty('token');
});

test('a team that requires it is not governed from another one by whoever has none', async () => {
  const annex = await addTeam(house, 'annex');
  await house.opened.store.users.addMembership({ teamId: annex.team.id, userId: actor.id, role: 'admin' });
  const { members, teams } = one.services;
  expect((await teams.get(actor, annex.team.id)).role).toBe('admin');
  await teams.update(annex.admin, annex.team.id, { twoFactorRequired: true });
  const refused = { code: 'FORBIDDEN', message: expect.stringContaining('second factor') };
  await expect(teams.update(actor, annex.team.id, { twoFactorRequired: false })).rejects.toMatchObject(refused);
  await expect(members.list(actor, annex.team.id)).rejects.toMatchObject(refused);
  const guest = { email: 'guest@example.com', name: 'Guest', role: 'admin' };
  await expect(members.create(actor, guest, annex.team.id)).rejects.toMatchObject(refused);
  await enrol();
  expect((await teams.update(actor, annex.team.id, { name: 'The annex' })).name).toBe('The annex');
});

test('an admin takes it off for somebody who lost it, which ends their logins', async () => {
  await enrol();
  await one.services.members.removeSecondFactor(place.admin, actor.id);
  expect(await auth().actorFromLogin(token)).toBeNull();
  expect(await login()).toHaveProperty('token');
  await expect(one.services.members.removeSecondFactor(place.admin, actor.id)).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
});
