import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiServer, openApiServer } from '../testing/api-server.ts';

let server: ApiServer;
beforeAll(async () => {
  server = await openApiServer();
});
afterAll(() => server.close());

test('a program agrees for the team, counts, writes and takes it back; a wrong field is named', async () => {
  expect((await server.api('GET', '/datasets/consent')).body).toMatchObject({ given: false, version: 0 });
  const body = { name: 'Fixes', licence: 'Internal use only' };
  expect((await server.api('POST', '/datasets', { body })).status).toBe(409);
  expect((await server.api('POST', '/datasets/preview', { body: {} })).body).toMatchObject({ judged: 0, samples: 0 });
  const agreed = await server.api('PUT', '/datasets/consent', { body: { given: true } });
  expect([agreed.status, agreed.body.given, agreed.body.version]).toEqual([200, true, 1]);
  const made = await server.api('POST', '/datasets', { body });
  expect([made.status, made.body.status, made.body.files]).toEqual([201, 'pending', null]);
  const path = `/datasets/${made.body.id}`;
  expect((await server.api('GET', path)).body).toEqual(made.body);
  expect((await server.api('GET', '/datasets')).body).toMatchObject({ total: 1, items: [{ id: made.body.id }] });
  expect((await server.api('GET', `${path}/file?part=README.md`)).status).toBe(409);
  expect((await server.api('GET', `${path}/file?part=passwd`)).status).toBe(422);
  expect((await server.api('DELETE', path)).status).toBe(409);
  expect((await server.api('PUT', '/datasets/consent', { body: { given: false } })).status).toBe(200);
  expect((await server.api('GET', path)).body).toMatchObject({ status: 'cancelled', samples: 0 });
  expect((await server.api('POST', `${path}/retry`)).status).toBe(409);
  expect((await server.api('DELETE', path)).status).toBe(204);
  const wrong = await server.api('POST', '/datasets', { body: { ...body, minimumSuccess: 10 } });
  expect([wrong.status, wrong.body.error.details[0].path]).toEqual([422, 'minimumSuccess']);
});
