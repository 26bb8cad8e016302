import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Actor, UserActor } from '../domain/actor.ts';
import { errorCodeOf } from '../domain/errors.ts';
import {
  addSession,
  addTeam,
  createInstance,
  type House,
  type Instance,
  makePlace,
  openHouse,
  type Place,
  tokenOf,
} from './testing/house.ts';

type Verb = (instance: Instance, actor: Actor, ref: string) => Promise<unknown>;

/** Verbs about one session: reading, and those that change it. */
const reading: Record<string, Verb> = {
  get: ({ services }, actor, ref) => services.sessions.get(actor, ref),
  tree: ({ services }, actor, ref) => services.sessions.tree(actor, ref),
  tasks: ({ services }, actor, ref) => services.tasks.list(actor, ref),
  graph: ({ services }, actor, ref) => services.tasks.graph(actor, ref),
  attempts: ({ services }, actor, ref) => services.tasks.attemptsOf(actor, ref),
  timeline: ({ services }, actor, ref) => services.timeline.ofSession(actor, ref),
  latest: ({ services }, actor, ref) => services.timeline.latest(actor, ref, { limit: 5 }),
  checkpoints: ({ services }, actor, ref) => services.checkpoints.list(actor, ref),
  diff: ({ services }, actor, ref) => services.diffs.ofSession(actor, ref),
  patch: ({ services }, actor, ref) => services.diffs.patch(actor, ref),
  metrics: ({ services }, actor, ref) => services.metrics.ofSession(actor, ref),
};
const changing: Record<string, Verb> = {
  start: ({ services }, actor, ref) => services.sessions.start(actor, ref),
  pause: ({ services }, actor, ref) => services.sessions.pause(actor, ref),
  resume: ({ services }, actor, ref) => services.sessions.resume(actor, ref),
  stop: ({ services }, actor, ref) => services.sessions.stop(actor, ref),
  retry: ({ services }, actor, ref) => services.sessions.retry(actor, ref),
  acceptPlan: ({ services }, actor, ref) => services.sessions.acceptPlan(actor, ref),
  rejectPlan: ({ services }, actor, ref) => services.sessions.rejectPlan(actor, ref),
  prompt: ({ services }, actor, ref) => services.sessions.prompt(actor, ref, { text: 'More' }),
  checkpoint: ({ services }, actor, ref) => services.checkpoints.create(actor, ref),
  restore: ({ services }, actor, ref) => services.checkpoints.restore(actor, ref, 1),
  update: ({ services }, actor, ref) => services.sessions.update(actor, ref, { description: 'Better' }),
  cancel: ({ services }, actor, ref) => services.sessions.cancel(actor, ref),
  remove: ({ services }, actor, ref) => services.sessions.remove(actor, ref),
};

describe.each(['pglite', 'postgres'] as const)('who may what, on %s', (kind) => {
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

  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => 'ok',
      (error: unknown) => errorCodeOf(error) ?? String(error),
    );
  /** Allowed, even if the session's status is not right for it. */
  const allowed = ['ok', 'INVALID_TRANSITION', 'NOT_FOUND'];

  test('everyone of the team reads every session; another team finds none, by id or by slug', async () => {
    const stranger = (await addTeam(house, 'elsewhere')).admin;
    const session = await addSession(one, place, {}, place.member);
    for (const [name, verb] of Object.entries(reading)) {
      for (const actor of [place.viewer, place.other, place.lead, place.admin])
        expect(await codeOf(verb(one, actor, session.id)), `${name} by a ${actor.role}`).toBe('ok');
      for (const ref of [session.id, session.slug])
        expect(await codeOf(verb(one, stranger, ref)), name).toBe('NOT_FOUND');
    }
  });

  test('members change their own sessions, leads and admins any, viewers and other members none', async () => {
    for (const [name, verb] of Object.entries(changing)) {
      for (const [actor, may] of [
        [place.viewer, false],
        [place.other, false],
        [place.member, true],
        [place.lead, true],
        [place.admin, true],
      ] as [UserActor, boolean][]) {
        const session = await addSession(one, place, {}, place.member);
        const code = await codeOf(verb(one, actor, session.id));
        if (may) expect(allowed, `${name} by ${actor.name}: ${code}`).toContain(code);
        else {
          expect(code, `${name} by ${actor.name}`).toBe('FORBIDDEN');
          expect(await one.services.sessions.get(place.admin, session.id)).toEqual(session);
        }
        await house.opened.database.db.execute("update sessions set status = 'cancelled'");
      }
    }
  });

  test('permission comes before existence: a viewer learns nothing, a member a 404', async () => {
    for (const [name, verb] of Object.entries(changing)) {
      for (const ref of ['IND-999', '00000000-0000-4000-8000-00000000dead', 'nonsense']) {
        expect(await codeOf(verb(one, place.viewer, ref)), name).toBe('FORBIDDEN');
        expect(await codeOf(verb(one, place.member, ref)), name).toBe('NOT_FOUND');
      }
    }
  });

  test('another team’s session, task, ask and repository do not exist for a stranger', async () => {
    const elsewhere = await addTeam(house, 'elsewhere');
    const session = await addSession(one, elsewhere);
    for (const [name, verb] of Object.entries(changing))
      expect(await codeOf(verb(one, place.admin, session.id)), name).toBe('NOT_FOUND');
    const { repositories } = one.services;
    for (const verb of [
      () => repositories.get(place.admin, elsewhere.repository.id),
      () => repositories.update(place.admin, elsewhere.repository.id, { name: 'mine' }),
      () => repositories.remove(place.admin, elsewhere.repository.id),
    ])
      expect(await codeOf(verb())).toBe('NOT_FOUND');
    expect((await one.services.sessions.list(place.admin, {}, { limit: 5 })).items).toEqual([]);
    expect((await one.services.timeline.ofTeam(place.admin)).items).toEqual([]);
  });

  test('repositories are for leads and admins to change', async () => {
    const { repositories } = one.services;
    for (const [actor, code] of [
      [place.viewer, 'FORBIDDEN'],
      [place.member, 'FORBIDDEN'],
      [place.lead, 'ok'],
      [place.admin, 'ok'],
    ] as const) {
      expect(await codeOf(repositories.create(actor, { source: place.source })), actor.role).toBe(code);
      expect(await codeOf(repositories.update(actor, place.repository.id, { verify: ['npm test'] }))).toBe(code);
      expect(await codeOf(repositories.get(actor, place.repository.id))).toBe('ok');
    }
  });

  test('a viewer creates nothing; a token needs the scope beside the role', async () => {
    expect(await codeOf(addSession(one, place, {}, place.viewer))).toBe('FORBIDDEN');
    expect(await codeOf(addSession(one, place, {}, tokenOf(place.viewer, ['sessions:write'])))).toBe('FORBIDDEN');
    expect(await codeOf(addSession(one, place, {}, tokenOf(place.member, ['sessions:read'])))).toBe('FORBIDDEN');
    const session = await addSession(one, place, {}, tokenOf(place.member, ['sessions:write']));
    expect(session.createdBy).toBe(place.member.id);
    const blind = tokenOf(place.admin, ['sessions:write']);
    for (const [name, verb] of Object.entries(reading))
      expect(await codeOf(verb(one, blind, session.id)), name).toBe('FORBIDDEN');
    expect(await codeOf(one.services.system.annunciator(blind))).toBe('FORBIDDEN');
    const reader = tokenOf(place.admin, ['sessions:read']);
    for (const [name, verb] of Object.entries(changing))
      expect(await codeOf(verb(one, reader, session.id)), name).toBe('FORBIDDEN');
  });
});
