import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
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
} from '../testing/house.ts';

describe.each(['pglite', 'postgres'] as const)('orders for several sessions, on %s', (kind) => {
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

  test('each is judged by itself: what one refuses stops no other, and every one is audited', async () => {
    const [fresh, done, foreign] = await Promise.all([
      addSession(one, place, {}, place.member),
      addSession(one, place, {}, place.member),
      addSession(one, place, {}, place.other),
    ]);
    await putInto(house, done, 'completed');
    const elsewhere = await addTeam(house, 'elsewhere');
    const hidden = await addSession(one, elsewhere);
    const results = await one.services.sessions.batch(place.member, {
      verb: 'start',
      sessions: [fresh.slug, done.slug, foreign.slug, hidden.id, 'IND-999999', fresh.slug],
    });
    expect(results.map(({ ref, outcome, code }) => [ref, outcome, code])).toEqual([
      [fresh.slug, 'done', null],
      [done.slug, 'refused', 'INVALID_TRANSITION'],
      [foreign.slug, 'refused', 'FORBIDDEN'],
      [hidden.id, 'refused', 'NOT_FOUND'],
      ['IND-999999', 'refused', 'NOT_FOUND'],
    ]);
    expect(results[2]?.message).toContain('needs the role lead');
    expect((await house.opened.store.sessions.byId(fresh.id))?.status).toBe('queued');
    expect((await house.opened.store.sessions.byId(foreign.id))?.status).toBe('pending');
    const { items } = await one.services.audit.list(place.admin, { action: 'session.start' }, { limit: 10 });
    expect(items.map((entry) => entry.subject.id)).toEqual([fresh.id]);
  });

  test('a pause of what runs is ordered and not waited for', async () => {
    const { id, slug } = await addSession(one, place);
    await putInto(house, await one.services.sessions.get(place.admin, id), 'running');
    const [result] = await one.services.sessions.batch(place.admin, { verb: 'pause', sessions: [slug] });
    expect(result).toMatchObject({ slug, outcome: 'ordered' });
    expect((await house.opened.store.sessions.byId(id))?.pendingCommand).toBe('pause');
  });

  test('a tag is put on and taken off, once', async () => {
    const { id } = await addSession(one, place, { tags: ['old'] });
    const tagged = () => one.services.sessions.get(place.admin, id).then(({ tags }) => tags);
    await one.services.sessions.batch(place.admin, { verb: 'tag', sessions: [id], tag: 'release' });
    await one.services.sessions.batch(place.admin, { verb: 'tag', sessions: [id], tag: 'release' });
    expect(await tagged()).toEqual(['old', 'release']);
    await one.services.sessions.batch(place.admin, { verb: 'untag', sessions: [id], tag: 'old' });
    expect(await tagged()).toEqual(['release']);
  });

  test.each([
    [{ verb: 'explode', sessions: ['IND-1'] }],
    [{ verb: 'stop', sessions: [] }],
    [{ verb: 'tag', sessions: ['IND-1'] }],
    [{ verb: 'stop', sessions: Array.from({ length: 101 }, (_, n) => `IND-${n}`) }],
  ])('%j is no order', async (raw) => {
    await expect(one.services.sessions.batch(place.admin, raw)).rejects.toMatchObject({ code: 'INVALID' });
  });

  test('a view is one person’s, says how much it shows, and its name is used once', async () => {
    const { views } = one.services;
    await addSession(one, place, { tags: ['api'] });
    await addSession(one, place, {});
    const saved = await views.save(place.viewer, { name: 'API', filter: { tag: ['api'] } });
    await views.save(place.viewer, { name: 'API', filter: { tag: ['api'], sort: 'newest' } });
    expect(await views.list(place.viewer)).toMatchObject([
      { id: saved.id, name: 'API', filter: { tag: ['api'], sort: 'newest' }, count: 1 },
    ]);
    expect(await views.list(place.admin)).toEqual([]);
    await expect(views.remove(place.admin, saved.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(views.save(place.viewer, { name: ' ', filter: {} })).rejects.toMatchObject({ code: 'INVALID' });
    await expect(views.save(place.viewer, { name: 'Bad', filter: { status: ['nonsense'] } })).rejects.toMatchObject({
      code: 'INVALID',
    });
    await views.remove(place.viewer, saved.id);
    expect(await views.list(place.viewer)).toEqual([]);
    const { items } = await one.services.audit.list(place.admin, {}, { limit: 10 });
    expect(items.map((entry) => entry.action)).toEqual(
      expect.arrayContaining(['view.save', 'view.save', 'view.remove']),
    );
  });

  test('nobody keeps more views than can be chosen from', async () => {
    const { views } = one.services;
    for (let n = 0; n < 20; n += 1) await views.save(place.admin, { name: `View ${n}`, filter: {} });
    await expect(views.save(place.admin, { name: 'One more', filter: {} })).rejects.toMatchObject({ code: 'INVALID' });
    await views.save(place.admin, { name: 'View 3', filter: { q: 'wrap' } });
    expect(await views.list(place.admin)).toHaveLength(20);
  });
});
