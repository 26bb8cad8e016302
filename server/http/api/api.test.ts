import { afterAll, beforeAll, expect, test } from 'vitest';
import { addSession, addTask, makeWorld } from '../../../db/testing/fixtures.ts';
import { type ApiServer, openApiServer } from '../testing/api-server.ts';
import { apiRoutes } from './api.ts';
import { createOnce } from './idempotency.ts';

let server: ApiServer;
let repositoryId: string;
beforeAll(async () => {
  server = await openApiServer();
  const created = await server.api('POST', '/repositories', { body: { source: 'sample' } });
  expect(created.status).toBe(201);
  repositoryId = created.body.id;
});
afterAll(() => server.close());

const input = (fields: object = {}) => ({ title: 'Add a sum', prompt: 'Add it.', repositoryId, ...fields });
const unknownId = '11111111-1111-4111-8111-111111111111';

async function newSession(fields: object = {}) {
  const created = await server.api('POST', '/sessions', { body: input(fields) });
  expect(created.status).toBe(201);
  return created.body;
}

async function cancelled(id: string): Promise<void> {
  expect((await server.api('POST', `/sessions/${id}/cancel`)).status).toBe(200);
}

test('every route is in the OpenAPI document with its operation, parameters and answers', () => {
  const paths = server.document.paths as Record<string, Record<string, { operationId: string }>>;
  const routes = apiRoutes({ subscribe: () => () => {} });
  for (const route of routes) expect(paths[route.path]?.[route.method]?.operationId).toBe(route.operationId);
  const documented = Object.values(paths).flatMap((operations) => Object.keys(operations));
  expect(documented.length).toBe(routes.length);
  expect(new Set(routes.map((route) => route.operationId)).size).toBe(routes.length);
  expect(server.document.openapi).toBe('3.1.0');
});

test('every reference of the OpenAPI document leads somewhere', () => {
  const { schemas } = server.document.components as { schemas: Record<string, unknown> };
  const references = JSON.stringify(server.document).match(/"#\/components\/schemas\/[^"]+"/g) ?? [];
  expect(references.length).toBeGreaterThan(20);
  for (const reference of references) expect(Object.keys(schemas)).toContain(reference.slice(22, -1));
  expect(JSON.stringify(server.document)).not.toContain('#/$defs/');
});

test('a session is created, read by id and slug, changed, listed, deleted and undeleted', async () => {
  const session = await newSession({ priority: 'critical', tags: ['api'], budget: { tokens: 1000 } });
  expect(session).toMatchObject({
    status: 'pending',
    priority: 0,
    attention: { kind: 'none', since: null },
    progress: { completed: 0, total: 0 },
    pendingCommand: null,
    createdBy: server.admin.actor.id,
  });
  for (const hidden of ['owner', 'epoch', 'leaseExpiresAt', 'teamId', 'lastSeq'])
    expect(session).not.toHaveProperty(hidden);

  const bySlug = await server.api('GET', `/sessions/${session.slug}`);
  expect(bySlug.body.id).toBe(session.id);
  const changed = await server.api('PATCH', `/sessions/${session.id}`, {
    body: { title: 'Add another sum' },
    headers: { 'if-match': `"${session.version}"` },
  });
  expect(changed.status).toBe(200);
  expect(changed.body).toMatchObject({ title: 'Add another sum', version: session.version + 1 });

  const listed = await server.api('GET', '/sessions?tag=api&status=pending&priority=critical&limit=1');
  expect(listed.body).toMatchObject({ total: 1, nextCursor: null });
  expect((await server.api('DELETE', `/sessions/${session.slug}`)).status).toBe(204);
  expect((await server.api('GET', `/sessions/${session.id}`)).status).toBe(404);
  expect((await server.api('GET', '/sessions?deleted=true&tag=api')).body.total).toBe(1);
  expect((await server.api('POST', `/sessions/${session.id}/undelete`)).status).toBe(200);
  expect((await server.api('GET', `/sessions/${session.id}`)).status).toBe(200);
});

test('the commands move a session, and one whose effect already stands is an invalid transition', async () => {
  const { id } = await newSession();
  const started = await server.api('POST', `/sessions/${id}/start`, { body: { reason: 'now' } });
  expect(started.body.status).toBe('queued');
  const again = await server.api('POST', `/sessions/${id}/start`);
  expect(again.status).toBe(409);
  expect(again.body.error).toMatchObject({ code: 'INVALID_TRANSITION', retryable: false, details: { from: 'queued' } });
  expect((await server.api('POST', `/sessions/${id}/pause`)).body.status).toBe('paused');
  expect((await server.api('POST', `/sessions/${id}/resume`)).body.status).toBe('queued');
  await cancelled(id);
  const retried = await server.api('POST', `/sessions/${id}/retry`);
  expect(retried.body.error.code).toBe('INVALID_TRANSITION');
  expect((await server.api('POST', `/sessions/${id}/accept-plan`)).status).toBe(409);
  expect((await server.api('POST', `/sessions/${id}/reject-plan`, { body: { reason: 'no' } })).status).toBe(409);
});

test('a pause nobody can verify within its time answers 202 with the pending command', async () => {
  const { id } = await newSession({ start: true });
  await server.store.sessions.claimQueued('elsewhere', 30, 10);
  const actor = { kind: 'system', teamId: null, name: 'test' } as const;
  await server.store.sessions.move({ sessionId: id, to: 'running', guard: {}, reason: 'test', actor });
  const paused = await server.api('POST', `/sessions/${id}/pause`);
  expect(paused.status).toBe(202);
  expect(paused.body).toMatchObject({ status: 'running', pendingCommand: 'pause' });
  await server.store.sessions.move({ sessionId: id, to: 'failed', guard: {}, reason: 'test', actor, release: true });
}, 40_000);

test('tasks, graph, attempts, routing, checkpoints, diff, metrics and tree of a session', async () => {
  const session = await newSession();
  const stored = await server.store.sessions.byId(session.id);
  if (stored === null) throw new Error('The session is gone');
  const task = await addTask(server.store, stored);
  await addTask(server.store, stored);

  const tasks = await server.api('GET', `/sessions/${session.slug}/tasks?limit=1`);
  expect(tasks.body).toMatchObject({ total: 2, items: [{ id: task.id, proof: 'none' }] });
  const rest = await server.api('GET', `/sessions/${session.slug}/tasks?limit=1&cursor=${tasks.body.nextCursor}`);
  expect(rest.body.items).toHaveLength(1);
  expect(rest.body.nextCursor).toBeNull();
  const graph = await server.api('GET', `/sessions/${session.id}/graph`);
  expect(graph.body.nodes).toHaveLength(2);
  expect((await server.api('GET', `/tasks/${task.id}`)).body.sessionId).toBe(session.id);
  expect((await server.api('GET', `/tasks/${task.id}/attempts`)).body.total).toBe(0);
  expect((await server.api('GET', `/tasks/${task.id}/routing`)).body.total).toBe(0);
  expect((await server.api('GET', `/sessions/${session.id}/checkpoints`)).body.items).toEqual([]);
  expect((await server.api('POST', `/sessions/${session.id}/checkpoints`)).status).toBe(409);
  expect((await server.api('POST', `/sessions/${session.id}/checkpoints/1/restore`)).status).toBe(409);
  expect((await server.api('GET', `/sessions/${session.id}/diff`)).body).toMatchObject({ files: [], truncated: false });
  expect((await server.api('GET', `/sessions/${session.id}/metrics`)).body).toMatchObject({
    attempts: 0,
    errorRate: 0,
  });
  expect((await server.api('GET', `/sessions/${session.id}/tree`)).body.total).toBe(1);
  const patch = await server.api('GET', `/sessions/${session.id}/diff`, { headers: { accept: 'text/x-diff' } });
  expect(patch.headers.get('content-type')).toBe('text/x-diff; charset=utf-8');
  await cancelled(session.id);
});

test('the counts have every state, also those nobody is in', async () => {
  const { body } = await server.api('GET', '/sessions/stats');
  expect(Object.keys(body.status)).toHaveLength(12);
  expect(body.total).toBe(Object.values<number>(body.status).reduce((sum, count) => sum + count, 0));
});

test('a prompt into a pending session is kept, into an ended one refused', async () => {
  const { id } = await newSession();
  const kept = await server.api('POST', `/sessions/${id}/prompt`, { body: { text: 'Mind the tests.' } });
  expect(kept.status).toBe(202);
  expect(kept.body).toMatchObject({ sessionId: id, text: 'Mind the tests.', deliveredAt: null });
  await cancelled(id);
  const late = await server.api('POST', `/sessions/${id}/prompt`, { body: { text: 'Too late.' } });
  expect(late.body.error.code).toBe('INVALID_TRANSITION');
});

test('repositories are listed, changed under their version and removed', async () => {
  const created = await server.api('POST', '/repositories', { body: { source: 'sample', name: 'Second' } });
  const { id, version } = created.body;
  const changed = await server.api('PATCH', `/repositories/${id}`, {
    body: { verify: ['npm test'] },
    headers: { 'if-match': String(version) },
  });
  expect(changed.body).toMatchObject({ verify: ['npm test'], version: version + 1 });
  const stale = await server.api('PATCH', `/repositories/${id}`, {
    body: { verify: [] },
    headers: { 'if-match': String(version) },
  });
  expect(stale.body.error.code).toBe('CONFLICT');
  expect((await server.api('GET', `/repositories/${id}`)).body.name).toBe('Second');
  expect((await server.api('GET', '/repositories')).body.total).toBeGreaterThanOrEqual(2);
  expect((await server.api('DELETE', `/repositories/${id}`)).status).toBe(204);
  expect((await server.api('GET', `/repositories/${id}`)).status).toBe(404);
});

test('a source that is no repository is refused with its field', async () => {
  const refused = await server.api('POST', '/repositories', { body: { source: '/nowhere/at/all' } });
  expect(refused.status).toBe(422);
  expect(refused.body.error.details[0].path).toBe('source');
});

test('a token is shown once, works within its scopes, and is dead once revoked', async () => {
  const created = await server.api('POST', '/tokens', { body: { name: 'ci', scopes: ['sessions:read'] } });
  expect(created.status).toBe(201);
  expect(created.body.token).toMatch(/^oio_/);
  const listed = await server.api('GET', '/tokens?limit=100');
  expect(JSON.stringify(listed.body)).not.toContain(created.body.token);
  const { token } = created.body;
  expect((await server.api('GET', '/sessions', { token })).status).toBe(200);
  const beyond = await server.api('POST', '/sessions', { token, body: input() });
  expect(beyond.status).toBe(403);
  expect(beyond.body.error).toMatchObject({ code: 'FORBIDDEN', retryable: false });
  expect((await server.api('GET', '/repositories', { token })).status).toBe(403);
  expect((await server.api('DELETE', `/tokens/${created.body.id}`)).status).toBe(204);
  const dead = await server.api('GET', '/sessions', { token });
  expect(dead.status).toBe(401);
  expect(dead.headers.get('www-authenticate')).toBe('Bearer');
});

test('asks are listed and answered once', async () => {
  const { status, body } = await server.api('GET', '/asks?status=open,escalated');
  expect(status).toBe(200);
  expect(body).toMatchObject({ items: [], total: 0 });
  const missing = await server.api('POST', `/asks/${unknownId}/answer`, { body: { decision: 'once' } });
  expect(missing.status).toBe(404);
});

test('agents are listed with load and performance', async () => {
  const { body } = await server.api('GET', '/agents?limit=100');
  expect(body.items[0]).toMatchObject({ tier: 'competent', load: { current: 0 }, performance: { total: 0 } });
});

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
  expect((await server.api('POST', '/sessions', { token: null, headers: { cookie }, body: input() })).status).toBe(401);
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
  for (const later of ['force-complete', 'merge']) {
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
  const named = await server.api('POST', '/sessions', { body: input({ repositoryId: world.repository.id }) });
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
  const theirs = await newSession();
  expect((await server.api('POST', `/sessions/${theirs.id}/start`, { token: member })).status).toBe(403);
  const own = await server.api('POST', '/sessions', { token: member, body: input() });
  expect((await server.api('POST', `/sessions/${own.body.id}/start`, { token: member })).status).toBe(200);
  await cancelled(own.body.id);
  await cancelled(theirs.id);
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
  const huge = await send(JSON.stringify(input({ prompt: 'x'.repeat(5 * 1024 * 1024) })));
  expect([huge.status, huge.body.error.code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
  const nul = await send(JSON.stringify(input({ parameters: { 'a\u0000': 'b' } })));
  expect([nul.status, nul.body.error.code]).toEqual([422, 'INVALID']);
  const half = await send('{"title":"Half \\ud800 pair","prompt":"x","repositoryId":"x"}');
  expect(half.status).toBe(422);
});

test('a JSON body is read whatever its content type says', async () => {
  const { status } = await server.api('POST', '/sessions', {
    raw: JSON.stringify(input({ title: 'Typed as a form' })),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  expect(status).toBe(201);
  const { body } = await server.api('GET', '/sessions?q=Typed as a form');
  await cancelled(body.items[0].id);
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
    const { status, body } = await server.api('POST', '/sessions', { body: input(fields) });
    expect([path, status, body.error.code]).toEqual([path, 422, 'INVALID']);
    expect(body.error.details.map((issue: { path: string }) => issue.path)).toContain(path);
  }
});

test('commands and other bodies refuse unknown fields too', async () => {
  const { id } = await newSession();
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
  expect((await server.api('PATCH', `/repositories/${repositoryId}`, { body: { source: '/x' } })).status).toBe(422);
  expect((await server.api('POST', '/tokens', { body: { name: 'x', scopes: ['all'] } })).status).toBe(422);
  expect((await server.api('DELETE', `/sessions/${id}`, { body: { hard: true } })).status).toBe(422);
  await cancelled(id);
});

test('limits, cursors, filters and unknown parameters are judged', async () => {
  for (const query of [
    'limit=0',
    'limit=101',
    'limit=x',
    'limit=1&limit=2',
    'cursor=nonsense',
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
    '/events?types=session.exploded',
  ]) {
    expect([path, (await server.api('GET', path)).status]).toEqual([path, 422]);
  }
  expect((await server.api('GET', '/sessions?limit=100&status=pending&status=queued')).status).toBe(200);
});

test('If-Match takes one version and nothing else', async () => {
  const { id, version } = await newSession();
  const patch = (match: string) =>
    server.api('PATCH', `/sessions/${id}`, { body: { description: 'x' }, headers: { 'if-match': match } });
  for (const match of ['*', '1, 2', '"1", "2"', 'W/"1"', '"x"', ''])
    expect([match, (await patch(match)).status]).toEqual([match, 422]);
  expect((await patch('999')).body.error).toMatchObject({ code: 'CONFLICT' });
  expect((await patch(`"${version}"`)).status).toBe(200);
  const stale = await server.api('POST', `/sessions/${id}/start`, { headers: { 'if-match': String(version) } });
  expect(stale.status).toBe(409);
  expect((await server.api('DELETE', `/sessions/${id}`, { headers: { 'if-match': '1' } })).status).toBe(409);
  await cancelled(id);
});

test('the same key and request have one effect and one answer', async () => {
  const headers = { 'idempotency-key': 'create-1' };
  const first = await server.api('POST', '/sessions', { body: input(), headers });
  const again = await server.api('POST', '/sessions', { body: input(), headers });
  expect(again.status).toBe(201);
  expect(again.body).toEqual(first.body);
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  const other = await server.api('POST', '/sessions', { body: input({ title: 'Something else' }), headers });
  expect([other.status, other.body.error.details[0].path]).toEqual([422, 'Idempotency-Key']);
  const elsewhere = await server.api('POST', `/sessions/${first.body.id}/start`, { headers });
  expect(elsewhere.status).toBe(422);
  const remove = { 'idempotency-key': 'delete-1' };
  expect((await server.api('DELETE', `/sessions/${first.body.id}`, { headers: remove })).status).toBe(204);
  expect((await server.api('DELETE', `/sessions/${first.body.id}`, { headers: remove })).status).toBe(204);
  expect(
    (await server.api('POST', '/sessions', { body: input(), headers: { 'idempotency-key': 'with space' } })).status,
  ).toBe(422);
});

test('twenty requests with one key at once make one session; the others wait or get its answer', async () => {
  const before = (await server.api('GET', '/sessions')).body.total;
  const headers = { 'idempotency-key': 'at-once' };
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => server.api('POST', '/sessions', { body: input({ title: 'Once' }), headers })),
  );
  const created = answers.filter((one) => one.status === 201);
  expect(new Set(created.map((one) => one.body.id)).size).toBe(1);
  for (const one of answers.filter((answer) => answer.status !== 201)) {
    expect(one.body.error).toMatchObject({ code: 'IDEMPOTENCY_IN_PROGRESS', retryable: true });
  }
  expect((await server.api('GET', '/sessions')).body.total).toBe(before + 1);
  await cancelled(created[0]?.body.id);
});

test('a refused request gives its key back', async () => {
  const headers = { 'idempotency-key': 'corrected' };
  expect((await server.api('POST', '/sessions', { body: input({ repositoryId: unknownId }), headers })).status).toBe(
    422,
  );
  const corrected = await server.api('POST', '/sessions', { body: input(), headers });
  expect(corrected.status).toBe(201);
  await cancelled(corrected.body.id);
});

test('a key whose request a crash cut off says so instead of repeating or pretending', async () => {
  const { teamId, id: actorId } = server.admin.actor;
  const request = { teamId, actorId, key: 'cut', method: 'POST', path: '/x', body: {}, version: undefined, seal: null };
  const before = createOnce(server.store.idempotency);
  void before(request, () => new Promise(() => {}));
  const never = () => Promise.reject(new Error('must not run'));
  await expect.poll(() => before(request, never).catch((error) => error.code)).toBe('IDEMPOTENCY_IN_PROGRESS');
  const restarted = createOnce(server.store.idempotency);
  await expect(restarted(request, never)).rejects.toMatchObject({ code: 'CONFLICT' });
});

test('a repeated token creation answers the same token, and no database row holds it', async () => {
  const request = { body: { name: 'twice', scopes: ['sessions:read'] }, headers: { 'idempotency-key': 'token-1' } };
  const first = await server.api('POST', '/tokens', request);
  const again = await server.api('POST', '/tokens', request);
  expect(again.body).toEqual(first.body);
  const actor = await server.services.auth.actorFromToken(server.token);
  const kept = await server.store.idempotency.begin(server.admin.actor.teamId, actor?.id ?? '', 'token-1', 'another');
  expect(kept.state).toBe('mismatch');
  expect(again.headers.get('idempotency-replayed')).toBe('true');
});

test('the request id is the sender’s where it is sane, and on every answer', async () => {
  const own = await server.api('GET', '/sessions', { headers: { 'x-request-id': 'trace-42' } });
  expect(own.headers.get('x-request-id')).toBe('trace-42');
  const made = await server.send('GET', '/api/v1/sessions', { headers: { 'x-request-id': '<script>' } });
  expect(made.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
});

test('answers are never cached and carry the security headers', async () => {
  const { headers } = await server.api('GET', '/sessions');
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('referrer-policy')).toBe('same-origin');
  expect(headers.get('content-security-policy')).toMatch(/script-src 'self' 'strict-dynamic' 'nonce-[^']{20,}'/);
  expect(headers.get('x-powered-by')).toBeNull();
});

test('the documentation lists every operation without a script', async () => {
  const { body, headers } = await server.send('GET', '/api/v1/docs');
  expect(headers.get('content-type')).toContain('text/html');
  expect(body).toContain('/api/v1/sessions/{id}/checkpoints/{sequence}/restore');
  expect(body).not.toContain('<script');
});

test('a quota that is full answers 429 and how many there may be', async () => {
  const open: string[] = [];
  let refused: Awaited<ReturnType<ApiServer['api']>> | undefined;
  while (refused === undefined && open.length < 30) {
    const created = await server.api('POST', '/sessions', { body: input() });
    if (created.status === 201) open.push(created.body.id);
    else refused = created;
  }
  expect(refused?.status).toBe(429);
  expect(refused?.body.error).toMatchObject({ code: 'QUOTA_EXCEEDED', retryable: true });
  for (const id of open) await cancelled(id);
});
