import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWorkshop, type Workshop } from '../testing/workshop.ts';

let server: Workshop;
beforeAll(async () => {
  server = await openWorkshop();
});
afterAll(() => server.close());

const create = async (body: object) => {
  const made = await server.api('POST', '/contexts', { body });
  expect(made.status).toBe(201);
  return made.body;
};

test('a context is created, read, changed under If-Match, listed and deleted', async () => {
  const session = await server.newSession();
  const made = await create({ scope: 'session', sessionId: session.slug, data: { build: { tool: 'npm' } } });
  expect(made).toMatchObject({ version: 1, scope: 'session', sessionId: session.id, agentId: null, expiresAt: null });
  const patched = await server.api('PATCH', `/contexts/${made.id}`, {
    body: { set: { 'build.tool': 'pnpm' }, unset: [] },
    headers: { 'if-match': '"1"' },
  });
  expect(patched.body).toMatchObject({ version: 2, data: { build: { tool: 'pnpm' } } });
  const stale = await server.api('PATCH', `/contexts/${made.id}`, {
    body: { set: { 'build.tool': 'yarn' } },
    headers: { 'if-match': '1' },
  });
  expect(stale.status).toBe(409);
  expect(stale.body.error).toMatchObject({
    code: 'CONFLICT',
    details: { expected: 1, actual: 2, keys: ['build.tool'] },
  });
  expect((await server.api('GET', `/contexts?sessionId=${session.slug}&scope=session&q=pnpm`)).body.total).toBe(1);
  expect((await server.api('GET', `/sessions/${session.slug}/contexts`)).body.items[0].id).toBe(made.id);
  expect((await server.api('DELETE', `/contexts/${made.id}`)).status).toBe(204);
  expect((await server.api('GET', `/contexts/${made.id}`)).status).toBe(404);
});

test('one place is named by its URL-encoded path, whatever it holds', async () => {
  const { id } = await create({ scope: 'temporary' });
  const path = encodeURIComponent('src/a\\.ts.owner name');
  const set = await server.api('PUT', `/contexts/${id}/keys/${path}`, { body: { value: null } });
  expect(set.body).toEqual({ path: 'src/a\\.ts.owner name', value: null, version: 2 });
  expect((await server.api('GET', `/contexts/${id}/keys/${path}`)).body.value).toBeNull();
  expect((await server.api('GET', `/contexts/${id}`)).body.data).toEqual({ 'src/a.ts': { 'owner name': null } });
  const stale = await server.api('PUT', `/contexts/${id}/keys/x`, { body: { value: 1 }, headers: { 'if-match': '1' } });
  expect(stale.status).toBe(409);
  expect((await server.api('DELETE', `/contexts/${id}/keys/${path}`)).status).toBe(204);
  expect((await server.api('GET', `/contexts/${id}/keys/${path}`)).status).toBe(404);
});

test('history and differences are read from the versions', async () => {
  const { id } = await create({ scope: 'temporary', data: { a: 1, b: 1 } });
  await server.api('PATCH', `/contexts/${id}`, { body: { set: { a: 2, c: 1 }, unset: ['b'] } });
  const diff = await server.api('GET', `/contexts/${id}/diff?from=1&to=2`);
  expect(diff.body).toEqual({
    from: 1,
    to: 2,
    added: { c: 1 },
    removed: { b: 1 },
    changed: { a: { before: 1, after: 2 } },
  });
  const first = await server.api('GET', `/contexts/${id}/history?limit=3`);
  expect(first.body.items).toHaveLength(3);
  const rest = await server.api('GET', `/contexts/${id}/history?before=${first.body.nextBefore}`);
  expect(rest.body).toMatchObject({ items: [{ version: 1 }, { version: 1 }], nextBefore: null });
  expect((await server.api('GET', `/contexts/${id}/diff`)).body.error.details).toMatchObject([{ path: 'from' }]);
  expect((await server.api('GET', `/contexts/${id}/diff?from=9`)).status).toBe(422);
});

test('contexts are shared, merged and promoted; a manual merge in conflict answers 409 with the conflicts', async () => {
  const [one, two] = [await server.newSession(), await server.newSession()];
  const target = await create({ scope: 'session', sessionId: one.id, data: { a: 1 } });
  const copy = await server.api('POST', `/contexts/${target.id}/share`, { body: { sessionId: two.slug } });
  expect(copy.body).toMatchObject({ sessionId: two.id, data: { a: 1 } });
  await server.api('PUT', `/contexts/${copy.body.id}/keys/a`, { body: { value: 2 } });
  const body = { targetId: target.id, sourceIds: [copy.body.id], strategy: 'prefer_source' };
  const merged = await server.api('POST', '/contexts/merge', { body });
  expect(merged.status).toBe(201);
  expect(merged.body).toMatchObject({ data: { a: 2 }, conflicts: [{ path: 'a', chosen: copy.body.id }] });
  const manual = await server.api('POST', '/contexts/merge', { body: { ...body, strategy: 'manual' } });
  expect(manual.status).toBe(409);
  expect(manual.body.error.details.conflicts).toMatchObject([{ path: 'a', chosen: null }]);
  const promoted = await server.api('POST', `/contexts/${merged.body.id}/promote`);
  expect(promoted.body).toMatchObject({ scope: 'global', sessionId: null });
  const member = await server.addMember('member');
  const token = await server.issue(member.email);
  expect((await server.api('POST', `/contexts/${target.id}/promote`, { token })).status).toBe(403);
});

test.each([
  [{ scope: 'session' }, 'sessionId'],
  [{ scope: 'agent' }, 'agentId'],
  [{ scope: 'somewhere' }, 'scope'],
  [{ scope: 'temporary', data: [] }, 'data'],
  [{ scope: 'temporary', data: { a: { '': 1 } } }, 'a'],
  [{ scope: 'temporary', nothing: 1 }, 'nothing'],
  [{ scope: 'session', sessionId: 'IND-999999' }, 'sessionId'],
])('%j is refused with its place', async (body, path) => {
  const refused = await server.api('POST', '/contexts', { body });
  expect(refused.status).toBe(422);
  expect(refused.body.error.details[0].path).toBe(path);
});
