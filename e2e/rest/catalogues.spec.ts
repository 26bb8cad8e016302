import { randomUUID } from 'node:crypto';
import { expectError } from '../support/errors.ts';
import { expect, test } from '../support/fixtures.ts';
import { step } from '../support/plans.ts';
import { script } from '../support/rest.ts';
import { until } from '../support/wait.ts';

// Bounded for a busy machine; an idle one takes a tenth of it.
test.describe.configure({ timeout: 480_000 });

interface Decision {
  selected: string | null;
  sentence: string;
  candidates: { name: string; agentId: string; score: number | null; removedBy: string | null }[];
}
interface Context {
  id: string;
  version: number;
  data: Record<string, unknown>;
}

test('an agent is registered, judged with the others, changed, drained and taken off', async ({ stage }) => {
  const { api } = stage;
  const name = 'AGENT-OURS-01';
  const made = await api.ok<{ id: string; version: number }>('POST', '/agents', {
    body: { name, type: 'debugger', primaryCapabilities: ['debugging'] },
  });
  const ask = { requiredCapabilities: ['debugging'], preferredAgent: name };
  const judged = () => api.ok<Decision>('POST', '/agents/route', { body: ask });
  const ours = (decision: Decision) => decision.candidates.find((one) => one.name === name);
  // It counts from its first heartbeat on.
  const decision = await until('the new agent to be chosen', async () => {
    const now = await judged();
    return now.selected === made.id ? now : null;
  });
  expect(decision.sentence).toMatch(/^AGENT-OURS-01 /);
  expect(decision.candidates.length).toBeGreaterThan(1);
  for (const one of decision.candidates) expect(one.score === null, one.name).toBe(one.removedBy !== null);

  const change = { body: { maxConcurrentTasks: 9 }, headers: { 'if-match': String(made.version) } };
  expect((await api.call('PATCH', `/agents/${name}`, change)).status).toBe(200);
  expectError(await api.call('PATCH', `/agents/${name}`, change), 409, 'CONFLICT');
  await api.ok('POST', `/agents/${name}/drain`, { body: {} });
  const without = await judged();
  expect(without.selected).not.toBe(made.id);
  expect(ours(without)?.removedBy).toMatch(/drain/);
  await api.ok('POST', `/agents/${name}/enable`, { body: {} });
  expect((await judged()).selected).toBe(made.id);
  expect((await api.call('DELETE', `/agents/${name}`)).status).toBe(204);
  expectError(await api.call('GET', `/agents/${name}`), 404, 'NOT_FOUND');
});

test('names, capabilities and weights of another form are refused with the place and the reason', async ({ stage }) => {
  const { api } = stage;
  const agent = { name: 'AGENT-GOOD', type: 'debugger', primaryCapabilities: ['debugging'] };
  for (const name of ['worker 1', 'AGENT-', 'agent-lower', `AGENT-${'X'.repeat(50)}`, 'AGENT-ÄÖ'])
    expectError(await api.call('POST', '/agents', { body: { ...agent, name } }), 422, 'INVALID', 'name', /AGENT- and/);
  const foreign = { body: { ...agent, primaryCapabilities: ['deployment'] } };
  expectError(await api.call('POST', '/agents', foreign), 422, 'INVALID', 'primaryCapabilities.0', /cannot hold/);
  const unknown = { body: { requiredCapabilities: ['telepathy'] } };
  expectError(await api.call('POST', '/agents/route', unknown), 422, 'INVALID', 'requiredCapabilities.0', /telepathy/);
  const weights = { capability: 0.35, performance: 0.25, load: 0.15, technology: 0.1, sessionType: 0.1 };
  const tried = (complexity: number) =>
    api.call('POST', '/agents/what-if', { body: { weights: { ...weights, complexity } } });
  expectError(await tried(0.15), 422, 'INVALID', 'weights', /sum to 1\.1; they must sum to 1/);
  expectError(await tried(-0.05), 422, 'INVALID', 'weights.complexity', /at least 0/);
  expect((await tried(0.05)).status).toBe(200);
});

const blueprint = (version: string, tasks: string) =>
  `key: rest\nname: Rest\nversion: "${version}"\ntasks:\n${tasks}\n`;

test('a blueprint is made, raised, previewed, exported, used and removed', async ({ stage }) => {
  const { api } = stage;
  const first = blueprint('1', step('a'));
  const second = blueprint('2', `${step('a')}\n${step('b', ', dependsOn: [{ key: a }]')}`);
  await api.ok('POST', '/blueprints', { body: { yaml: first } });
  expect(await api.ok('POST', '/blueprints', { body: { yaml: second } })).toMatchObject({ key: 'rest', versions: 2 });
  const other = { body: { yaml: second.replace('name: Rest', 'name: Other') } };
  expectError(await api.call('POST', '/blueprints', other), 409, 'CONFLICT');
  const yaml = await api.call('GET', '/blueprints/rest', { headers: { accept: 'application/yaml' } });
  expect([yaml.headers.get('content-type'), yaml.text]).toEqual(['application/yaml; charset=utf-8', second]);
  const preview = await api.ok('POST', '/blueprints/preview', { body: { key: 'rest', title: 'Do it' } });
  expect(preview).toMatchObject({ waves: [['a'], ['b']], criticalPath: ['a', 'b'] });

  const { id: repositoryId } = await stage.repository({ verify: [] });
  const prompt = script('- write: { path: result.txt, content: "one\\n" }');
  const session = await api.create({ repositoryId, blueprint: 'rest', prompt, start: false });
  expect(session.blueprint).toBe('rest');
  await api.command(session.id, 'cancel');
  expect((await api.call('DELETE', '/blueprints/rest')).status).toBe(204);
  expectError(await api.call('GET', '/blueprints/rest'), 404, 'NOT_FOUND');
  expectError(await api.call('DELETE', '/blueprints/crud'), 409, 'CONFLICT');
});

test('blueprints that cannot be are refused with line, path and reason, and imports from inside as well', async ({
  stage,
}) => {
  const { api } = stage;
  const before = await api.ok<{ total: number }>('GET', '/blueprints');
  const circle = `${step('a', ', dependsOn: [{ key: b }]')}\n${step('b', ', dependsOn: [{ key: a }]')}`;
  const crowd = Array.from({ length: 201 }, (_, place) => step(`t${place}`)).join('\n');
  const alias = (place: number) => String.fromCharCode(97 + place);
  const bomb = Array.from({ length: 10 }, (_, place) => {
    const inside = place === 0 ? Array(9).fill('x') : Array(9).fill(`*${alias(place - 1)}`);
    return `${alias(place)}: &${alias(place)} [${inside.join(', ')}]`;
  }).join('\n');
  const cases: [string, string, RegExp][] = [
    [blueprint('1', circle), 'tasks.0.dependsOn', /Line \d+, .*wait for each other: a → b → a/],
    [
      blueprint('1', step('a').replace('code_generation', 'telepathy')),
      'tasks.0.capabilities.0',
      /Line \d+, .*telepathy/,
    ],
    [blueprint('1', crowd), 'tasks', /at most 200 tasks/],
    [bomb, 'yaml', /aliases unfold to too much/],
    [blueprint('1', step('a', ', dependsOn: [{ key: z }]')), 'tasks.0.dependsOn.0.key', /no task z/],
    ['key: [', 'yaml', /Line 1/],
  ];
  for (const [yaml, path, message] of cases)
    for (const address of ['/blueprints', '/blueprints/preview'])
      expectError(await api.call('POST', address, { body: { yaml } }), 422, 'INVALID', path, message);
  const inward = { kind: 'https', url: 'https://10.1.2.3/registry.json' };
  expectError(await api.call('POST', '/blueprints/import', { body: inward }), 422, 'INVALID', 'url', /private address/);
  const folder = { body: { kind: 'directory' } };
  expectError(await api.call('POST', '/blueprints/import', folder), 422, 'INVALID', 'kind', /BLUEPRINT_DIR/);
  expect((await api.ok<{ total: number }>('GET', '/blueprints')).total).toBe(before.total);
});

test('of two writers of one context the second is told what it would have overwritten', async ({ stage }) => {
  const { api } = stage;
  const create = (data: object) =>
    api.ok<Context>('POST', '/contexts', { body: { scope: 'temporary', data: { ...data } } });
  const context = await create({ build: { tool: 'npm' }, deep: 1 });
  const write = (tool: string) =>
    api.call('PATCH', `/contexts/${context.id}`, {
      body: { set: { 'build.tool': tool } },
      headers: { 'if-match': String(context.version) },
    });
  const both = await Promise.all([write('pnpm'), write('yarn')]);
  expect(both.map((reply) => reply.status).sort()).toEqual([200, 409]);
  const lost = both.find((reply) => reply.status === 409);
  expect(lost?.error).toMatchObject({ code: 'CONFLICT', details: { expected: 1, actual: 2, keys: ['build.tool'] } });
  const kept = both.find((reply) => reply.status === 200)?.body as Context;
  expect(await api.ok('GET', `/contexts/${context.id}`)).toMatchObject({ version: 2, data: kept.data });

  const below = { body: { set: { 'deep.er': 2 } } };
  const refused = await api.call('PATCH', `/contexts/${context.id}`, below);
  expectError(refused, 422, 'INVALID', 'deep.er', /Nothing can be set below deep: the number 1 stands there/);
  expect((await api.ok<Context>('GET', `/contexts/${context.id}`)).version).toBe(2);

  const other = await create({ build: { tool: 'bun' }, extra: true });
  const merge = { targetId: context.id, sourceIds: [other.id], strategy: 'manual' };
  const open = await api.call('POST', '/contexts/merge', { body: merge });
  expectError(open, 409, 'CONFLICT');
  expect(open.error?.details).toMatchObject({ conflicts: [{ path: 'build.tool', chosen: null }] });
  const resolutions = { 'build.tool': other.id };
  const merged = await api.ok<Context>('POST', '/contexts/merge', { body: { ...merge, resolutions } });
  expect(merged.data).toEqual({ build: { tool: 'bun' }, deep: 1, extra: true });
  const stranger = { ...merge, sourceIds: [randomUUID()] };
  expectError(
    await api.call('POST', '/contexts/merge', { body: stranger }),
    422,
    'INVALID',
    'sourceIds.0',
    /no context/,
  );
});
