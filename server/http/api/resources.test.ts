import { afterAll, beforeAll, expect, test } from 'vitest';
import { addTask } from '../../../db/testing/fixtures.ts';
import { openWorkshop, type Workshop } from '../testing/workshop.ts';
import { apiRoutes } from './api.ts';

const unknownId = '11111111-1111-4111-8111-111111111111';
let server: Workshop;
beforeAll(async () => {
  server = await openWorkshop();
});
afterAll(() => server.close());

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
  const session = await server.newSession({ priority: 'critical', tags: ['api'], budget: { tokens: 1000 } });
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
  const { id } = await server.newSession();
  const started = await server.api('POST', `/sessions/${id}/start`, { body: { reason: 'now' } });
  expect(started.body.status).toBe('queued');
  const again = await server.api('POST', `/sessions/${id}/start`);
  expect(again.status).toBe(409);
  expect(again.body.error).toMatchObject({ code: 'INVALID_TRANSITION', retryable: false, details: { from: 'queued' } });
  expect((await server.api('POST', `/sessions/${id}/pause`)).body.status).toBe('paused');
  expect((await server.api('POST', `/sessions/${id}/resume`)).body.status).toBe('queued');
  await server.cancel(id);
  const retried = await server.api('POST', `/sessions/${id}/retry`);
  expect(retried.body.error.code).toBe('INVALID_TRANSITION');
  expect((await server.api('POST', `/sessions/${id}/accept-plan`)).status).toBe(409);
  expect((await server.api('POST', `/sessions/${id}/reject-plan`, { body: { reason: 'no' } })).status).toBe(409);
});

test('a pause nobody can verify within its time answers 202 with the pending command', async () => {
  const { id } = await server.newSession({ start: true });
  await server.store.sessions.claimQueued('elsewhere', 30, 10);
  const actor = { kind: 'system', teamId: null, name: 'test' } as const;
  await server.store.sessions.move({ sessionId: id, to: 'running', guard: {}, reason: 'test', actor });
  const paused = await server.api('POST', `/sessions/${id}/pause`);
  expect(paused.status).toBe(202);
  expect(paused.body).toMatchObject({ status: 'running', pendingCommand: 'pause' });
  await server.store.sessions.move({ sessionId: id, to: 'failed', guard: {}, reason: 'test', actor, release: true });
});

test('tasks, graph, attempts, routing, checkpoints, diff, metrics and tree of a session', async () => {
  const session = await server.newSession();
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
  await server.cancel(session.id);
});

test('the counts have every state, also those nobody is in', async () => {
  const { body } = await server.api('GET', '/sessions/stats');
  expect(Object.keys(body.status)).toHaveLength(12);
  expect(body.total).toBe(Object.values<number>(body.status).reduce((sum, count) => sum + count, 0));
});

test('a prompt into a pending session is kept, into an ended one refused', async () => {
  const { id } = await server.newSession();
  const kept = await server.api('POST', `/sessions/${id}/prompt`, { body: { text: 'Mind the tests.' } });
  expect(kept.status).toBe(202);
  expect(kept.body).toMatchObject({ sessionId: id, text: 'Mind the tests.', deliveredAt: null });
  await server.cancel(id);
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
  const beyond = await server.api('POST', '/sessions', { token, body: server.input() });
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
