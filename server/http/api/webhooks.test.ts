import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiServer, openApiServer } from '../testing/api-server.ts';

let server: ApiServer;
beforeAll(async () => {
  server = await openApiServer();
});
afterAll(() => server.close());

const input = { name: 'ci', url: 'https://hooks.example.com/oio', types: ['ask.opened', 'ask.opened'] };

test('a webhook is made, read, changed under its version, rotated and removed; its secret is told twice only', async () => {
  const made = await server.api('POST', '/webhooks', { body: input });
  expect(made.status).toBe(201);
  const { secret, ...webhook } = made.body;
  expect(secret).toMatch(/^whsec_/);
  expect(webhook).toMatchObject({ types: ['ask.opened'], enabled: true, version: 1 });
  const path = `/webhooks/${webhook.id}`;
  expect((await server.api('GET', path)).body).toEqual(webhook);
  expect((await server.api('GET', '/webhooks')).body.items).toEqual([webhook]);
  const changed = await server.api('PATCH', path, { body: { types: [] }, headers: { 'if-match': '1' } });
  expect(changed.body).toMatchObject({ version: 2, types: [], url: input.url });
  const stale = await server.api('PATCH', path, { body: { name: 'x' }, headers: { 'if-match': '1' } });
  expect(stale.status).toBe(409);
  const rotated = await server.api('POST', `${path}/rotate`, { body: { overlapHours: 1 } });
  expect(rotated.body.secret).not.toBe(secret);
  expect(rotated.body.previousSecretUntil).not.toBeNull();
  expect((await server.api('DELETE', path)).status).toBe(204);
  expect((await server.api('GET', path)).status).toBe(404);
  const actions = (await server.api('GET', '/audit?subject=webhook')).body.items.map(
    (one: { action: string }) => one.action,
  );
  expect(actions).toEqual(['webhook.removed', 'webhook.secret_rotated', 'webhook.updated', 'webhook.created']);
  expect(JSON.stringify((await server.api('GET', '/audit')).body)).not.toContain('whsec_');
});

test('deliveries are listed by state, and only a settled one is replayed', async () => {
  const { id } = (await server.api('POST', '/webhooks', { body: { ...input, types: [] } })).body;
  const ping = await server.api('POST', `/webhooks/${id}/ping`);
  expect([ping.status, ping.body.type, ping.body.status]).toEqual([202, 'webhook.ping', 'pending']);
  const list = await server.api('GET', `/webhooks/${id}/deliveries?status=pending`);
  expect(list.body).toMatchObject({ total: 1, items: [ping.body] });
  expect((await server.api('GET', `/webhooks/${id}/deliveries?status=dead`)).body.total).toBe(0);
  expect((await server.api('POST', `/webhooks/${id}/replay`)).body).toEqual({ replayed: 0 });
  const replay = `/webhooks/${id}/deliveries/${ping.body.id}/replay`;
  expect((await server.api('POST', replay)).status).toBe(409);
  expect((await server.api('POST', `/webhooks/${id}/deliveries/${id}/replay`)).status).toBe(404);
  expect((await server.api('GET', `/webhooks/${id}/deliveries?status=lost`)).status).toBe(422);
});

test('what cannot be is refused by name', async () => {
  for (const [body, path] of [
    [{ ...input, url: 'ftp://example.com' }, 'url'],
    [{ ...input, url: 'https://ada:secret@example.com' }, 'url'],
    [{ ...input, types: ['session.exploded'] }, 'types.0'],
    [{ ...input, secret: 'mine' }, 'secret'],
    [{ url: input.url }, 'name'],
  ] as const) {
    const refused = await server.api('POST', '/webhooks', { body });
    expect([refused.status, refused.body.error.details[0].path]).toEqual([422, path]);
  }
});

test('only admins see and make them, tokens by the scopes of teams', async () => {
  const lead = await server.addMember('lead');
  const narrow = await server.issue('ada@example.com', ['teams:read']);
  const { id } = (await server.api('POST', '/webhooks', { body: input })).body;
  for (const [method, path] of [
    ['GET', '/webhooks'],
    ['POST', '/webhooks'],
    ['GET', `/webhooks/${id}`],
    ['PATCH', `/webhooks/${id}`],
    ['DELETE', `/webhooks/${id}`],
    ['POST', `/webhooks/${id}/ping`],
    ['GET', `/webhooks/${id}/deliveries`],
  ] as const) {
    const body = method === 'GET' ? {} : { body: {} };
    expect((await server.api(method, path, { token: await server.issue(lead.email), ...body })).status).toBe(403);
    const allowed = method === 'GET' ? 200 : 403;
    expect((await server.api(method, path, { token: narrow, ...body })).status).toBe(allowed);
  }
});
