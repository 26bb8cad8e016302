import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeWorld } from '../../../db/testing/fixtures.ts';
import { routeWeights } from '../../domain/routing.ts';
import { type ApiServer, openApiServer } from '../testing/api-server.ts';

let server: ApiServer;
beforeAll(async () => {
  server = await openApiServer();
  await server.store.runtimes.setState(await runtimeId(), {
    state: 'online',
    detail: '',
    softwareVersion: null,
    circuit: 'closed',
    parkedUntil: null,
  });
  await server.store.agents.heartbeat(await runtimeId());
});
afterAll(() => server.close());

const runtimeId = async () => (await server.services.agents.list(server.admin.actor))[0]?.runtimeId ?? '';
let names = 0;
const fresh = (fields: object = {}) => {
  names += 1;
  return { name: `AGENT-NEW-${names}`, type: 'implementer', primaryCapabilities: ['code_generation'], ...fields };
};
const register = async (fields: object = {}) => (await server.api('POST', '/agents', { body: fresh(fields) })).body;

test('the seeded fleet is listed in pages and read by id and by name', async () => {
  const { body } = await server.api('GET', '/agents?limit=5');
  expect(body).toMatchObject({ total: 8, nextCursor: expect.any(String) });
  const [first] = body.items;
  expect(first).toMatchObject({ name: 'AGENT-ANALYST-01', type: 'analyst', permissionPreset: 'documents', version: 1 });
  expect((await server.api('GET', `/agents/${first.id}`)).body).toEqual(first);
  expect((await server.api('GET', '/agents/AGENT-ANALYST-01')).body).toEqual(first);
});

test('an agent is registered once for one key, and refused field by field', async () => {
  const body = fresh();
  const headers = { 'idempotency-key': 'agent-one' };
  const made = await server.api('POST', '/agents', { body, headers });
  expect(made.status).toBe(201);
  expect((await server.api('POST', '/agents', { body, headers })).body).toEqual(made.body);
  expect((await server.api('POST', '/agents', { body })).body.error).toMatchObject({ code: 'CONFLICT' });
  for (const [change, path] of [
    [{ name: 'worker' }, 'name'],
    [{ primaryCapabilities: ['deployment'] }, 'primaryCapabilities.0'],
    [{ primaryCapabilities: ['telepathy'] }, 'primaryCapabilities.0'],
    [{ state: 'online' }, 'state'],
  ] as const) {
    const refused = await server.api('POST', '/agents', { body: fresh(change) });
    expect([refused.status, refused.body.error.details[0].path]).toEqual([422, path]);
  }
});

test('a change obeys If-Match; a drain ends with enable; a removed agent is gone', async () => {
  const { id } = await register();
  const patch = (version: string) =>
    server.api('PATCH', `/agents/${id}`, { body: { temperature: 1.5 }, headers: { 'if-match': version } });
  expect((await patch('"1"')).body).toMatchObject({ version: 2, temperature: 1.5 });
  expect((await patch('1')).status).toBe(409);
  expect((await patch('*')).status).toBe(422);
  expect((await server.api('POST', `/agents/${id}/drain`)).body).toMatchObject({ draining: true });
  expect((await server.api('POST', `/agents/${id}/disable`)).body).toMatchObject({ enabled: false, draining: true });
  expect((await server.api('POST', `/agents/${id}/enable`)).body).toMatchObject({ enabled: true, draining: false });
  expect((await server.api('POST', `/agents/${id}/drain`, { body: { draining: false } })).body.draining).toBe(false);
  const wrong = await server.api('POST', `/agents/${id}/drain`, { body: { drain: true } });
  expect(wrong.body.error.details).toEqual([{ path: 'drain', message: 'Unknown field' }]);
  expect((await server.api('DELETE', `/agents/${id}`)).status).toBe(204);
  expect((await server.api('GET', `/agents/${id}`)).status).toBe(404);
});

test('viewers and tokens without the scope read or are refused before anything else is judged', async () => {
  const viewer = await server.issue((await server.addMember('viewer')).email);
  expect((await server.api('GET', '/agents/stats', { token: viewer })).body).toMatchObject({ byTier: { elite: 0 } });
  const ask = { requiredCapabilities: ['code_generation'] };
  expect((await server.api('POST', '/agents/route', { token: viewer, body: ask })).status).toBe(200);
  for (const [method, path] of [
    ['POST', '/agents'],
    ['PATCH', '/agents/AGENT-NOBODY'],
    ['DELETE', '/agents/AGENT-NOBODY'],
    ['POST', '/agents/AGENT-NOBODY/drain'],
    ['POST', '/agents/AGENT-NOBODY/enable'],
  ] as const) {
    const { status } = await server.api(method, path, { token: viewer, body: { nonsense: 1 } });
    expect([method, path, status]).toEqual([method, path, 403]);
  }
  const sessionsOnly = await server.issue('ada@example.com', ['sessions:read']);
  expect((await server.api('GET', '/agents', { token: sessionsOnly })).status).toBe(403);
});

test('another team’s agents do not exist, also where one is asked for', async () => {
  const world = await makeWorld(server.store);
  const [foreign] = await server.store.agents.list(world.team.id);
  const id = foreign?.id ?? '';
  for (const path of ['', '/performance', '/attempts'])
    expect((await server.api('GET', `/agents/${id}${path}`)).status).toBe(404);
  expect((await server.api('PATCH', `/agents/${id}`, { body: {} })).status).toBe(404);
  const asked = await server.api('POST', '/agents/route', {
    body: { requiredCapabilities: ['testing'], preferredAgent: id },
  });
  expect(asked.body.error.details[0].path).toBe('preferredAgent');
});

test('a dry run explains every candidate', async () => {
  const body = { requiredCapabilities: ['code_review'], complexity: 'moderate', preferredAgentType: 'debugger' };
  const { body: decided } = await server.api('POST', '/agents/route', { body });
  const reviewer = (await server.api('GET', '/agents/AGENT-REVIEWER-01')).body;
  const debugging = decided.candidates.find(({ name }: { name: string }) => name === 'AGENT-DEBUGGER-01');
  expect(debugging).toMatchObject({ agentId: decided.selected, parts: { bonus: 0.3, capability: 0.7 } });
  expect(decided.candidates).toContainEqual(
    expect.objectContaining({ agentId: reviewer.id, removedBy: null, tier: 'competent', state: 'online' }),
  );
  expect(decided.sentence).toMatch(/^AGENT-DEBUGGER-01 .*the type debugger was asked for\.$/);
  const unknown = await server.api('POST', '/agents/route', { body: { requiredCapabilities: ['telepathy'] } });
  expect(unknown.body.error.message).toBe('requiredCapabilities.0: There is no capability telepathy');
});

test('other weights are tried when they sum to 1', async () => {
  const tried = await server.api('POST', '/agents/what-if', { body: { weights: routeWeights, days: 7 } });
  expect(tried.body).toEqual({ weights: routeWeights, days: 7, decisions: 0, changed: [], wins: [] });
  const off = await server.api('POST', '/agents/what-if', { body: { weights: { ...routeWeights, load: 1 } } });
  expect(off.status).toBe(422);
  expect(off.body.error.details).toEqual([
    { path: 'weights', message: 'The six weights sum to 1.85; they must sum to 1' },
  ]);
});

test('the record of an agent that has done nothing is empty, and has its thirty days', async () => {
  const { body } = await server.api('GET', '/agents/AGENT-OPTIMIZER-01/performance');
  expect(body).toMatchObject({ total: 0, overall: 0.75, tier: 'competent', quality: null, meanCostUsd: null });
  expect(body.days).toHaveLength(30);
  expect((await server.api('GET', '/agents/AGENT-OPTIMIZER-01/attempts')).body).toEqual({
    items: [],
    nextCursor: null,
    total: 0,
  });
});
