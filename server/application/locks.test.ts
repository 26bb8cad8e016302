import { afterAll, beforeAll, expect, test } from 'vitest';
import { addTeam, createInstance, type House, makePlace, openHouse } from './testing/house.ts';

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
