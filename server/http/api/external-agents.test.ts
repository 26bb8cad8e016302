import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiServer, openApiServer } from '../testing/api-server.ts';

let server: ApiServer;
beforeAll(async () => {
  server = await openApiServer();
});
afterAll(() => server.close());

const external = (path: string, sent: Parameters<ApiServer['api']>[2]) =>
  server.api('POST', `/agents/external${path}`, sent);
let names = 0;
const registration = (enrolmentCode: string, more: object = {}) => {
  names += 1;
  const about = { version: '1', agentType: 'implementer', capabilities: ['code_generation'] };
  return { enrolmentCode, protocolVersion: '1.0', name: `AGENT-OUT-${names}`, ...about, ...more };
};
const code = async () => (await server.api('POST', '/agents/enrolment-codes', { body: {} })).body.code as string;
async function enrol() {
  const { status, body } = await external('/register', { token: null, body: registration(await code()) });
  expect([status, body.heartbeatIntervalSeconds]).toEqual([201, 30]);
  return body as { agentId: string; token: string };
}

test('a code is used without a token, once, and a refusal names the field and leaves the code', async () => {
  const once = await code();
  for (const [more, path] of [
    [{ name: 'worker' }, 'name'],
    [{ endpointUrl: 'http://127.0.0.1:9' }, 'endpointUrl'],
    [{ endpointUrl: 'http://[::ffff:10.0.0.1]' }, 'endpointUrl'],
    [{ capabilities: ['deployment'] }, 'capabilities'],
    [{ surprise: true }, 'surprise'],
  ] as const) {
    const refused = await external('/register', { token: null, body: registration(once, more) });
    expect([refused.status, refused.body.error.details[0].path]).toEqual([422, path]);
  }
  expect((await external('/register', { token: null, body: registration(once) })).status).toBe(201);
  expect((await external('/register', { token: null, body: registration(once) })).status).toBe(401);
  expect((await server.api('GET', '/agents/enrolment-codes')).status).toBe(405);
});

test("an agent's token is good for its own messages alone", async () => {
  const [me, other] = [await enrol(), await enrol()];
  const body = { status: 'healthy', currentLoad: 0.2, tasksInProgress: 1, metrics: { cpu: 1 } };
  const beat = (agentId: string, token: string | null) => external(`/${agentId}/heartbeat`, { token, body });
  expect((await beat(me.agentId, me.token)).body).toEqual({ commands: [] });
  expect((await beat(other.agentId, me.token)).status).toBe(403);
  expect((await beat(me.agentId, null)).status).toBe(401);
  expect((await beat(me.agentId, `${me.token}x`)).status).toBe(401);
  expect((await beat(me.agentId, await server.issue('ada@example.com', ['agents:report']))).status).toBe(403);
  for (const path of ['/sessions', '/agents', '/contexts', '/tokens'])
    expect((await server.api('GET', path, { token: me.token })).status, path).toBeOneOf([403, 405]);
  const bad = await external(`/${me.agentId}/heartbeat`, { token: me.token, body: { status: 'fine' } });
  expect([bad.status, bad.body.error.details[0].path]).toEqual([422, 'status']);
  for (const [kind, sent] of [
    ['events', { epoch: 1, events: [] }],
    ['result', { epoch: 1, status: 'completed' }],
  ] as const)
    expect((await external(`/attempts/${randomUUID()}/${kind}`, { token: me.token, body: sent })).status).toBe(404);
});

test('a claim without work is 204, and one whose sender goes away gives its place back', async () => {
  const { agentId, token } = await enrol();
  const claim = (wait: number) => external(`/${agentId}/tasks/claim?wait=${wait}`, { token });
  expect((await claim(0)).status).toBe(204);
  expect((await claim(56)).status).toBe(422);
  const leaving = new AbortController();
  const url = `${server.url}/api/v1/agents/external/${agentId}/tasks/claim?wait=50`;
  const headers = { authorization: `Bearer ${token}` };
  const left = fetch(url, { method: 'POST', headers, signal: leaving.signal }).catch(() => 'left');
  await expect.poll(async () => (await claim(0)).status).toBe(429);
  leaving.abort();
  expect(await left).toBe('left');
  await expect.poll(async () => (await claim(0)).status).toBe(204);
});
