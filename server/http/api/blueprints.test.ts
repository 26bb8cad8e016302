import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addTask } from '../../../db/testing/fixtures.ts';
import { openWorkshop, type Workshop } from '../testing/workshop.ts';

let server: Workshop;
beforeAll(async () => {
  server = await openWorkshop();
});
afterAll(() => server.close());

const yaml = (version: string) => `key: mine
name: Mine
version: "${version}"
parameters: [ { key: hours, type: number, default: 4 } ]
tasks:
  - { key: a, title: Add a, estimate: { likely: "{{ hours }}" } }
  - { key: b, title: Test a, dependsOn: [ { key: a } ] }
`;

test('a blueprint is made from YAML, read, exported, raised and removed', async () => {
  const made = await server.api('POST', '/blueprints', { body: { yaml: yaml('1') } });
  expect(made.status).toBe(201);
  expect(made.body).toMatchObject({ key: 'mine', version: '1', tasks: 2, fault: null, origin: { kind: 'edited' } });
  expect(made.body.checksum).toBe(createHash('sha256').update(yaml('1')).digest('hex'));
  expect((await server.api('POST', '/blueprints', { body: { yaml: yaml('2') } })).body.versions).toBe(2);
  const conflict = await server.api('POST', '/blueprints', { body: { yaml: yaml('2').replace('Mine', 'Ours') } });
  expect(conflict.status).toBe(409);
  expect((await server.api('GET', '/blueprints/mine')).body).toMatchObject({ version: '2', yaml: yaml('2') });
  expect((await server.api('GET', '/blueprints/mine?version=1')).body.yaml).toBe(yaml('1'));
  const file = await server.api('GET', '/blueprints/mine', { headers: { accept: 'application/yaml' } });
  expect(file.headers.get('content-type')).toBe('application/yaml; charset=utf-8');
  expect(file.body).toBe(yaml('2'));
  expect((await server.api('DELETE', '/blueprints/mine')).status).toBe(204);
  expect((await server.api('GET', '/blueprints/mine')).status).toBe(404);
  expect((await server.api('DELETE', '/blueprints/mine')).status).toBe(404);
});

test('the list has the built-in ones, paged', async () => {
  const first = await server.api('GET', '/blueprints?limit=5');
  expect(first.body).toMatchObject({ total: 8, items: { length: 5 } });
  const rest = await server.api('GET', `/blueprints?limit=5&cursor=${first.body.nextCursor}`);
  const keys = [...first.body.items, ...rest.body.items].map(({ key }: { key: string }) => key);
  expect(keys).toContain('web_service');
  expect(new Set(keys).size).toBe(8);
  expect((await server.api('GET', '/blueprints/crud')).body).toMatchObject({ origin: { kind: 'built_in' }, tasks: 5 });
  expect((await server.api('DELETE', '/blueprints/crud')).status).toBe(409);
});

test('a preview answers plan, waves, critical path, slack, collisions and envelope', async () => {
  const { status, body } = await server.api('POST', '/blueprints/preview', {
    body: { key: 'crud', title: 'Books', parameters: { hours: 8 }, parallelism: 4 },
  });
  expect(status).toBe(200);
  expect(body.waves).toEqual([['create', 'read', 'update', 'delete'], ['tests']]);
  expect(body.criticalPath).toContain('tests');
  expect(body.slackHours.tests).toBe(0);
  expect(body.collisions).toEqual([]);
  expect(body.tasks[0]).toMatchObject({ title: 'Implement create: Books', estimate: { likely: 2 } });
  expect(body.envelope.workHours.p50).toBeCloseTo(8 * 1.3 * (6.2 / 6));
  expect(body.envelope.workHours.p90).toBeGreaterThan(body.envelope.workHours.p50);
});

test('faults of a text name path, line and reason', async () => {
  const { status, body } = await server.api('POST', '/blueprints', {
    body: { yaml: yaml('1').replace('[ { key: a } ]', '[ { key: z } ]') },
  });
  expect(status).toBe(422);
  expect(body.error.details).toEqual([
    { path: 'tasks.1.dependsOn.0.key', message: 'Line 7, column 45: There is no task z', line: 7, column: 45 },
  ]);
  const unknown = await server.api('POST', '/blueprints', { body: { yaml: yaml('1'), extra: 1 } });
  expect(unknown.body.error.details).toEqual([{ path: 'extra', message: 'Unknown field' }]);
  expect((await server.api('GET', '/blueprints/no_such')).status).toBe(404);
  expect((await server.api('GET', '/blueprints/mine?colour=red')).status).toBe(422);
});

test('the schema of a file is served', async () => {
  const { body } = await server.api('GET', '/blueprints/schema');
  expect(body.title).toBe('Blueprint');
  expect(body.required).toEqual(['key', 'name', 'version', 'tasks']);
});

test('an import without a folder of the operator is refused, one of an unknown kind too', async () => {
  const closed = await server.api('POST', '/blueprints/import', { body: { kind: 'directory' } });
  expect(closed.status).toBe(422);
  expect(closed.body.error.message).toContain('BLUEPRINT_DIR');
  const inward = await server.api('POST', '/blueprints/import', { body: { kind: 'https', url: 'https://10.0.0.1/x' } });
  expect(inward.body.error.message).toContain('OUTBOUND_ALLOW');
  expect((await server.api('POST', '/blueprints/import', { body: { kind: 'ftp' } })).status).toBe(422);
});

test("a session's graph is saved as a blueprint", async () => {
  const session = await server.newSession();
  const stored = await server.store.sessions.byId(session.id);
  if (stored === null) throw new Error('The session is gone');
  const empty = await server.api('POST', `/sessions/${session.slug}/blueprint`, {
    body: { key: 'ours', name: 'Ours' },
  });
  expect(empty.status).toBe(409);
  await addTask(server.store, stored);
  const saved = await server.api('POST', `/sessions/${session.slug}/blueprint`, {
    body: { key: 'ours', name: 'Ours' },
  });
  expect(saved.status).toBe(201);
  expect(saved.body).toMatchObject({ key: 'ours', origin: { kind: 'session', slug: session.slug }, tasks: 1 });
  await server.cancel(session.id);
});

test('members may read and preview, and change nothing', async () => {
  const { email } = await server.addMember('member');
  const token = await server.issue(email);
  expect((await server.api('GET', '/blueprints', { token })).status).toBe(200);
  expect((await server.api('POST', '/blueprints/preview', { token, body: { key: 'crud' } })).status).toBe(200);
  expect((await server.api('POST', '/blueprints', { token, body: { yaml: yaml('1') } })).status).toBe(403);
  expect((await server.api('DELETE', '/blueprints/crud', { token })).status).toBe(403);
});
