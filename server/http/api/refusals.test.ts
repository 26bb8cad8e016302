import { afterAll, beforeAll, expect, test } from 'vitest';
import { addSession, addTask, makeWorld } from '../../../db/testing/fixtures.ts';
import type { ApiServer } from '../testing/api-server.ts';
import { openWorkshop, type Workshop } from '../testing/workshop.ts';

const unknownId = '11111111-1111-4111-8111-111111111111';
let server: Workshop;
beforeAll(async () => {
  server = await openWorkshop();
});
afterAll(() => server.close());

test('nobody gets in without a token, with a wrong one, or with a login that wants to change something', async () => {
  for (const headers of [
    {},
    { authorization: 'Bearer oio_wrong' },
    { authorization: 'Basic YTpi' },
    { authorization: 'Bearer' },
  ]) {
    const { status, body } = await server.api('GET', '/sessions', { token: null, headers });
    expect(status).toBe(401);
    expect(body.error).toMatchObject({ code: 'UNAUTHENTICATED', retryable: false, requestId: expect.any(String) });
  }
  const cookie = `orchestrator_login=${server.login}`;
  expect((await server.api('GET', '/sessions', { token: null, headers: { cookie } })).status).toBe(200);
  expect(
    (await server.api('POST', '/sessions', { token: null, headers: { cookie }, body: server.input() })).status,
  ).toBe(401);
  const both = await server.api('GET', '/sessions', { token: 'oio_wrong', headers: { cookie } });
  expect(both.status).toBe(401);
});

test('what is unknown is 404, in the path as in the address', async () => {
  for (const path of [
    `/sessions/${unknownId}`,
    '/sessions/IND-9999',
    '/sessions/nonsense',
    '/tasks/nonsense',
    `/tasks/${unknownId}`,
    '/repositories/1',
  ]) {
    const { status, body } = await server.api('GET', path);
    expect([path, status, body.error.code]).toEqual([path, 404, 'NOT_FOUND']);
  }
  const nowhere = await server.send('GET', '/api/v1/nowhere');
  expect(nowhere.body.error).toMatchObject({ code: 'NOT_FOUND' });
  expect(nowhere.headers.get('x-request-id')).toBe(nowhere.body.error.requestId);
  for (const later of ['force-complete']) {
    expect((await server.send('POST', `/api/v1/sessions/${unknownId}/${later}`, { body: {} })).status).toBe(404);
  }
});

test('another team’s things do not exist', async () => {
  const world = await makeWorld(server.store);
  const foreign = await addSession(server.store, world);
  const task = await addTask(server.store, foreign);
  for (const [method, path] of [
    ['GET', `/sessions/${foreign.id}`],
    ['PATCH', `/sessions/${foreign.id}`],
    ['POST', `/sessions/${foreign.id}/start`],
    ['DELETE', `/sessions/${foreign.id}`],
    ['GET', `/sessions/${foreign.id}/events`],
    ['GET', `/tasks/${task.id}`],
    ['GET', `/repositories/${world.repository.id}`],
    ['DELETE', `/repositories/${world.repository.id}`],
  ] as const) {
    const { status } = await server.api(method, path, method === 'GET' ? {} : { body: {} });
    expect([method, path, status]).toEqual([method, path, 404]);
  }
  const named = await server.api('POST', '/sessions', { body: server.input({ repositoryId: world.repository.id }) });
  expect(named.body.error).toMatchObject({ code: 'INVALID', details: [{ path: 'repositoryId' }] });
});

test('permission is asked before existence and before the input', async () => {
  const viewer = await server.issue((await server.addMember('viewer')).email);
  expect((await server.api('POST', `/sessions/${unknownId}/start`, { token: viewer })).status).toBe(403);
  expect((await server.api('POST', '/sessions', { token: viewer, body: { nonsense: 1 } })).status).toBe(403);
  expect((await server.api('GET', '/tokens', { token: viewer })).status).toBe(403);
  expect((await server.api('GET', '/sessions', { token: viewer })).status).toBe(200);
});

test('a member commands own sessions and not those of others', async () => {
  const member = await server.issue((await server.addMember('member')).email);
  const theirs = await server.newSession();
  expect((await server.api('POST', `/sessions/${theirs.id}/start`, { token: member })).status).toBe(403);
  const own = await server.api('POST', '/sessions', { token: member, body: server.input() });
  expect((await server.api('POST', `/sessions/${own.body.id}/start`, { token: member })).status).toBe(200);
  await server.cancel(own.body.id);
  await server.cancel(theirs.id);
});

test('a method that is not there is 405 and says which are', async () => {
  const put = await server.send('PUT', '/api/v1/sessions');
  expect(put.status).toBe(405);
  expect(put.headers.get('allow')).toBe('POST, GET, HEAD');
  expect(put.body.error.code).toBe('METHOD_NOT_ALLOWED');
  expect((await server.send('DELETE', '/api/v1/openapi.json')).status).toBe(405);
});

test('a body that is not JSON is 400, one that is no object or too big has its own answer', async () => {
  const send = (raw: string) => server.api('POST', '/sessions', { raw });
  const malformed = await send('{"title": ');
  expect([malformed.status, malformed.body.error.code]).toEqual([400, 'INVALID']);
  for (const raw of ['null', '[]', '3', '"text"']) expect((await send(raw)).status).toBe(422);
  const huge = await send(JSON.stringify(server.input({ prompt: 'x'.repeat(5 * 1024 * 1024) })));
  expect([huge.status, huge.body.error.code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
  const nul = await send(JSON.stringify(server.input({ parameters: { 'a\u0000': 'b' } })));
  expect([nul.status, nul.body.error.code]).toEqual([422, 'INVALID']);
  const half = await send('{"title":"Half \\ud800 pair","prompt":"x","repositoryId":"x"}');
  expect(half.status).toBe(422);
});

test('a JSON body is read whatever its content type says', async () => {
  const { status } = await server.api('POST', '/sessions', {
    raw: JSON.stringify(server.input({ title: 'Typed as a form' })),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  expect(status).toBe(201);
  const { body } = await server.api('GET', '/sessions?q=Typed as a form');
  await server.cancel(body.items[0].id);
});

test('input that breaks a rule is 422 and names the field', async () => {
  const cases: [object, string][] = [
    [{ title: 'test session' }, 'title'],
    [{ prompt: 'x'.repeat(10_001) }, 'prompt'],
    [{ nonsense: 1 }, 'nonsense'],
    [{ priority: 9 }, 'priority'],
    [{ parallelism: 0 }, 'parallelism'],
    [{ repositoryId: unknownId }, 'repositoryId'],
    [{ parentId: unknownId }, 'parentId'],
    [{ blueprint: 'nothing' }, 'blueprint'],
    [{ preferredAgent: 'AGENT-NOBODY' }, 'preferredAgent'],
    [{ budget: { tokens: -1 } }, 'budget.tokens'],
    [{ model: 'no slash' }, 'model'],
  ];
  for (const [fields, path] of cases) {
    const { status, body } = await server.api('POST', '/sessions', { body: server.input(fields) });
    expect([path, status, body.error.code]).toEqual([path, 422, 'INVALID']);
    expect(body.error.details.map((issue: { path: string }) => issue.path)).toContain(path);
  }
});

test('commands and other bodies refuse unknown fields too', async () => {
  const { id } = await server.newSession();
  for (const path of [
    'start',
    'pause',
    'stop',
    'cancel',
    'retry',
    'resume',
    'undelete',
    'checkpoints',
    'checkpoints/1/restore',
    'accept-plan',
    'prompt',
  ]) {
    const { status } = await server.api('POST', `/sessions/${id}/${path}`, { body: { text: 'x', surprise: true } });
    expect([path, status]).toEqual([path, 422]);
  }
  expect((await server.api('PATCH', `/sessions/${id}`, { body: { status: 'completed' } })).status).toBe(422);
  expect((await server.api('PATCH', `/repositories/${server.repositoryId}`, { body: { source: '/x' } })).status).toBe(
    422,
  );
  expect((await server.api('POST', '/tokens', { body: { name: 'x', scopes: ['all'] } })).status).toBe(422);
  expect((await server.api('DELETE', `/sessions/${id}`, { body: { hard: true } })).status).toBe(422);
  await server.cancel(id);
});

test('limits, cursors, filters and unknown parameters are judged', async () => {
  for (const query of [
    'limit=0',
    'limit=101',
    'limit=x',
    'limit=1&limit=2',
    'cursor=nonsense',
    'q=%00',
    'tag=a%00b',
    'status=asleep',
    'priority=9',
    'sort=random',
    'createdBy=me',
    'colour=red',
    'deleted=perhaps',
  ]) {
    const { status } = await server.api('GET', `/sessions?${query}`);
    expect([query, status]).toEqual([query, 422]);
  }
  for (const path of [
    '/agents?cursor=x',
    '/repositories?limit=101',
    `/tokens?limit=-1`,
    '/asks?status=closed',
    '/events?after=-1',
    `/sessions/${unknownId}/events?after=2147483648`,
    `/sessions/${unknownId}/diff?taskId=x`,
    '/events?types=session.exploded',
  ]) {
    expect([path, (await server.api('GET', path)).status]).toEqual([path, 422]);
  }
  expect((await server.api('GET', '/sessions?limit=100&status=pending&status=queued')).status).toBe(200);
});

test('a quota that is full answers 429 and how many there may be', async () => {
  const open: string[] = [];
  let refused: Awaited<ReturnType<ApiServer['api']>> | undefined;
  while (refused === undefined && open.length < 30) {
    const created = await server.api('POST', '/sessions', { body: server.input() });
    if (created.status === 201) open.push(created.body.id);
    else refused = created;
  }
  expect(refused?.status).toBe(429);
  expect(refused?.body.error).toMatchObject({ code: 'QUOTA_EXCEEDED', retryable: true });
  for (const id of open) await server.cancel(id);
});
