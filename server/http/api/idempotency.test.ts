import { afterAll, beforeAll, expect, test } from 'vitest';
import { DomainError } from '../../domain/errors.ts';
import { openWorkshop, type Workshop } from '../testing/workshop.ts';
import { createOnce } from './idempotency.ts';

const unknownId = '11111111-1111-4111-8111-111111111111';
let server: Workshop;
beforeAll(async () => {
  server = await openWorkshop();
});
afterAll(() => server.close());

test('If-Match takes one version and nothing else', async () => {
  const { id, version } = await server.newSession();
  const patch = (match: string) =>
    server.api('PATCH', `/sessions/${id}`, { body: { description: 'x' }, headers: { 'if-match': match } });
  for (const match of ['*', '1, 2', '"1", "2"', 'W/"1"', '"x"', ''])
    expect([match, (await patch(match)).status]).toEqual([match, 422]);
  expect((await patch('9999999999')).body.error).toMatchObject({ code: 'CONFLICT' });
  expect((await patch('999')).body.error).toMatchObject({ code: 'CONFLICT' });
  expect((await patch(`"${version}"`)).status).toBe(200);
  const stale = await server.api('POST', `/sessions/${id}/start`, { headers: { 'if-match': String(version) } });
  expect(stale.status).toBe(409);
  expect((await server.api('DELETE', `/sessions/${id}`, { headers: { 'if-match': '1' } })).status).toBe(409);
  await server.cancel(id);
});

test('the same key and request have one effect and one answer', async () => {
  const headers = { 'idempotency-key': 'create-1' };
  const first = await server.api('POST', '/sessions', { body: server.input(), headers });
  const again = await server.api('POST', '/sessions', { body: server.input(), headers });
  expect(again.status).toBe(201);
  expect(again.body).toEqual(first.body);
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  const other = await server.api('POST', '/sessions', { body: server.input({ title: 'Something else' }), headers });
  expect([other.status, other.body.error.details[0].path]).toEqual([422, 'Idempotency-Key']);
  const elsewhere = await server.api('POST', `/sessions/${first.body.id}/start`, { headers });
  expect(elsewhere.status).toBe(422);
  const remove = { 'idempotency-key': 'delete-1' };
  expect((await server.api('DELETE', `/sessions/${first.body.id}`, { headers: remove })).status).toBe(204);
  expect((await server.api('DELETE', `/sessions/${first.body.id}`, { headers: remove })).status).toBe(204);
  expect(
    (await server.api('POST', '/sessions', { body: server.input(), headers: { 'idempotency-key': 'with space' } }))
      .status,
  ).toBe(422);
});

test('twenty requests with one key at once make one session; the others wait or get its answer', async () => {
  const before = (await server.api('GET', '/sessions')).body.total;
  const headers = { 'idempotency-key': 'at-once' };
  const answers = await Promise.all(
    Array.from({ length: 20 }, () =>
      server.api('POST', '/sessions', { body: server.input({ title: 'Once' }), headers }),
    ),
  );
  const created = answers.filter((one) => one.status === 201);
  expect(new Set(created.map((one) => one.body.id)).size).toBe(1);
  for (const one of answers.filter((answer) => answer.status !== 201)) {
    expect(one.body.error).toMatchObject({ code: 'IDEMPOTENCY_IN_PROGRESS', retryable: true });
  }
  expect((await server.api('GET', '/sessions')).body.total).toBe(before + 1);
  await server.cancel(created[0]?.body.id);
});

test('a refused request gives its key back', async () => {
  const headers = { 'idempotency-key': 'corrected' };
  expect(
    (await server.api('POST', '/sessions', { body: server.input({ repositoryId: unknownId }), headers })).status,
  ).toBe(422);
  const corrected = await server.api('POST', '/sessions', { body: server.input(), headers });
  expect(corrected.status).toBe(201);
  await server.cancel(corrected.body.id);
});

test('a key whose request a crash cut off says so instead of repeating or pretending', async () => {
  const { teamId, id: actorId } = server.admin.actor;
  const request = { teamId, actorId, key: 'cut', method: 'POST', path: '/x', body: {}, version: undefined, seal: null };
  const before = createOnce(server.store.idempotency, 'house.1');
  await new Promise<void>((begun) => {
    void before(request, () => new Promise(() => begun()));
  });
  const never = () => Promise.reject(new Error('must not run'));
  await expect(before(request, never)).rejects.toMatchObject({ code: 'IDEMPOTENCY_IN_PROGRESS' });
  const another = createOnce(server.store.idempotency, 'other.1');
  await expect(another(request, never)).rejects.toMatchObject({ code: 'CONFLICT' });
  await server.store.instances.report({
    id: 'house',
    owner: 'house.1',
    host: 'house',
    pid: 1,
    version: '1',
    url: 'http://house',
    clustered: true,
    startedAt: new Date(),
    sessions: 0,
    attempts: 0,
    loops: [],
    runtimeState: 'online',
    runtimeDetail: '',
    runtimeVersion: null,
    circuit: 'closed',
    parkedUntil: null,
  });
  await expect(another(request, never)).rejects.toMatchObject({ code: 'IDEMPOTENCY_IN_PROGRESS' });
  const restarted = createOnce(server.store.idempotency, 'house.1');
  await expect(restarted(request, never)).rejects.toMatchObject({ code: 'CONFLICT' });
  await server.store.instances.leave('house');
  await expect(another(request, never)).rejects.toMatchObject({ code: 'CONFLICT' });
});

test('what had its effect is not done again when its answer could not be kept', async () => {
  const { teamId, id: actorId } = server.admin.actor;
  const request = {
    teamId,
    actorId,
    key: 'kept',
    method: 'POST',
    path: '/x',
    body: {},
    version: undefined,
    seal: null,
  };
  const once = createOnce(
    { ...server.store.idempotency, finish: () => Promise.reject(new Error('the database is away')) },
    'house.1',
  );
  let effects = 0;
  const work = async () => {
    effects += 1;
    return { status: 200, json: { effects } };
  };
  await expect(once(request, work)).rejects.toThrow('the database is away');
  await expect(once(request, work)).rejects.toMatchObject({ code: 'CONFLICT' });
  expect(effects).toBe(1);
});

test('a key is given back for a refusal alone, and not where the work may have had its effect', async () => {
  const { teamId, id: actorId } = server.admin.actor;
  const once = createOnce(server.store.idempotency, 'house.1');
  const lost = new DomainError('UNAVAILABLE', 'away', { details: { reason: 'connection_lost' } });
  const disk = new DomainError('UNAVAILABLE', 'full', { details: { reason: 'disk' } });
  for (const [key, error, again] of [
    ['refused', new DomainError('INVALID', 'no'), 200],
    ['full-disk', disk, 200],
    ['lost', lost, 'CONFLICT'],
    ['broken', new Error('after the commit'), 'CONFLICT'],
  ] as const) {
    const request = { teamId, actorId, key, method: 'POST', path: '/x', body: {}, version: undefined, seal: null };
    await expect(once(request, () => Promise.reject(error))).rejects.toBe(error);
    const second = once(request, async () => ({ status: 200, json: {} }));
    expect([key, await second.then(() => 200).catch((refusal) => refusal.code)]).toEqual([key, again]);
  }
});

test('a repeated token creation answers the same token, and no database row holds it', async () => {
  const request = { body: { name: 'twice', scopes: ['sessions:read'] }, headers: { 'idempotency-key': 'token-1' } };
  const first = await server.api('POST', '/tokens', request);
  const again = await server.api('POST', '/tokens', request);
  expect(again.body).toEqual(first.body);
  const actor = await server.services.auth.actorFromToken(server.token);
  const kept = await server.store.idempotency.begin(
    server.admin.actor.teamId,
    actor?.id ?? '',
    'token-1',
    'another',
    'x.1',
  );
  expect(kept.state).toBe('mismatch');
  expect(again.headers.get('idempotency-replayed')).toBe('true');
});
