import { afterAll, beforeAll, expect, test } from 'vitest';
import { DomainError } from '../domain/errors.ts';
import { addSession, addTeam, createInstance, type House, makePlace, openHouse, until } from './testing/house.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse('pglite');
});
afterAll(() => house.close());

test('admins see the locks of their team only, and take one away with a reason that is audited; its holder writes no more', async () => {
  const place = await makePlace(house);
  const other = await addTeam(house, 'other');
  const { services } = createInstance(house);
  const resource = `repository:${place.repository.id}`;
  const grant = await house.locks.acquire([resource], { owner: 'landing' });
  const foreign = await house.locks.acquire([`repository:${other.repository.id}`], { owner: 'elsewhere' });
  const next = house.locks.acquire([resource], { owner: 'next' });

  const view = await services.locks.view(place.admin);
  expect(view).toMatchObject({ kind: 'in_process', names: { [resource]: place.repository.name }, others: 1 });
  expect(view.queues).toMatchObject([
    { resource, holder: { owner: 'landing', fencing: grant.fencing }, waiters: [{ owner: 'next' }] },
  ]);
  expect(view.edges).toMatchObject([{ from: 'next', to: 'landing', resource, held: true }]);
  await expect(services.locks.view(place.lead)).rejects.toMatchObject({ code: 'FORBIDDEN' });

  const reason = 'it hangs since this morning';
  await expect(services.locks.forceRelease(place.lead, { resource, reason })).rejects.toMatchObject({
    code: 'FORBIDDEN',
  });
  await expect(services.locks.forceRelease(place.admin, { resource, reason: 'no' })).rejects.toMatchObject({
    code: 'INVALID',
  });
  await expect(
    services.locks.forceRelease(place.admin, { resource: foreign.resources[0], reason }),
  ).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(await services.locks.forceRelease(place.admin, { resource, reason })).toMatchObject({ owner: 'landing' });
  expect(grant.signal.aborted).toBe(true);
  const { store } = house.opened;
  await expect(store.locks.assert(grant)).rejects.toMatchObject({ code: 'CONFLICT' });
  const after = await next;
  await store.locks.assert(after);
  const [entry] = await store.audit.list(place.team.id, { after: 0, limit: 10 });
  expect(entry).toMatchObject({
    action: 'lock.force_released',
    subject: { kind: 'lock', id: resource },
    before: { owner: 'landing', fencing: grant.fencing },
    reason,
  });
  await after.release();
  await foreign.release();
  await expect(services.locks.forceRelease(place.admin, { resource, reason })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
});

test('while no lock is to be had a session is still paused, resumed and stopped, its agents ended and verified', async () => {
  const place = await makePlace(house);
  const away = async () => {
    throw new DomainError('UNAVAILABLE', 'Redis does not answer.', { retryAfterSeconds: 1 });
  };
  // What holds the lane, and what asks for it, as the adapter answers while its server is away.
  const one = createInstance({ ...house, locks: { ...house.locks, acquire: away } });
  one.play.current = (run) => new Promise((over) => run.stopped.addEventListener('abort', () => over(undefined)));
  const { sessions } = one.services;
  const working = (id: string) => until(house, [one.dispatcher], id, (_, [task]) => task?.status === 'in_progress');
  const order = async (verb: 'pause' | 'stop', id: string) => {
    const [{ session, verified }] = await Promise.all([
      sessions[verb](place.member, id, { waitSeconds: 10 }),
      until(
        house,
        [one.dispatcher],
        id,
        ({ pendingCommand, status }) => pendingCommand === null && status !== 'running',
      ),
    ]);
    return [session.status, verified];
  };
  const { id } = await addSession(one, place, {}, place.member);
  await sessions.start(place.member, id);
  await working(id);
  expect(await order('pause', id)).toEqual(['paused', true]);
  expect(await sessions.resume(place.member, id)).toMatchObject({ status: 'queued' });
  await working(id);
  expect(await order('stop', id)).toEqual(['stopped', true]);
  expect(one.aborted.length).toBeGreaterThan(0);
});
