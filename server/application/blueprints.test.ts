import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { expandDefinition } from '../domain/blueprint.ts';
import { builtInBlueprints } from '../domain/built-in-blueprints.ts';
import { createBlueprintFiles } from '../infrastructure/blueprints/files.ts';
import { scratchFolder, write } from '../infrastructure/git/git-testing.ts';
import { createServices } from '../services.ts';
import { findBlueprint } from './blueprints.ts';
import {
  addSession,
  addTeam,
  createInstance,
  type House,
  type Instance,
  makePlace,
  openHouse,
  type Place,
  setupCode,
  tokenOf,
  until,
} from './testing/house.ts';

const mine = (version = '1', key = 'mine', title = 'Add {{ what }}') => `# How we add things.
key: ${key}
name: Mine
version: ${version}
parameters:
  - { key: what, type: string, default: a log }
  - { key: hours, type: number, default: 4 }
tasks:
  - key: add
    title: "${title}"
    writes: [ src/** ]
    estimate: { likely: "{{ hours / 2 }}" }
  - key: test
    title: "Test it: {{ title }}"
    capabilities: [ testing ]
    writes: [ src/test/** ]
    dependsOn: [ { key: add, type: start_to_start } ]
`;

describe.each(['pglite', 'postgres'] as const)('the catalogue of blueprints, on %s', (kind) => {
  let house: House;
  let place: Place;
  let one: Instance;
  beforeAll(async () => {
    house = await openHouse(kind);
  });
  afterAll(() => house.close());
  beforeEach(async () => {
    place = await makePlace(house);
    one = createInstance(house);
  });

  const planOf = async (key: string, parameters: Record<string, unknown>, session: { title: string; prompt: string }) =>
    expandDefinition(await findBlueprint(one.deps, place.team.id, key), parameters, session);

  const audited = async () => {
    const entries = await house.opened.store.audit.list(place.team.id, { after: 0, limit: 50 });
    return entries.map(({ action, subject }) => [action, subject.id]);
  };

  /** The same instance, whose imports may read this folder. */
  const withFolder = (directory: string) => {
    const blueprintFiles = createBlueprintFiles({ dataDir: house.dataDir, directory, outboundAllow: [] });
    const options = { setupCode, runtimeId: one.runtime.id };
    return createServices({ ...one.deps, blueprintFiles }, options).blueprints;
  };

  test("the built-in ones come first, then the team's own with their current version", async () => {
    const { blueprints } = one.services;
    await blueprints.create(place.lead, { yaml: mine() });
    const newer = await blueprints.create(place.lead, { yaml: mine('2').replace('default: 4', 'default: 8') });
    expect(newer.history.map(({ version }) => version)).toEqual(['2', '1']);
    const all = await blueprints.list(place.viewer);
    expect(all.map(({ key }) => key)).toEqual([...builtInBlueprints.map(({ key }) => key), 'mine']);
    expect(all.at(-1)).toMatchObject({ version: '2', versions: 2, tasks: 2, fault: null, origin: { kind: 'edited' } });
    expect(all[0]).toMatchObject({ key: 'single_task', tasks: 1, origin: { kind: 'built_in' }, createdAt: null });
    expect(all[0]?.hours).toBeCloseTo(12.4);
    expect(await audited()).toEqual([
      ['blueprint.created', 'mine'],
      ['blueprint.created', 'mine'],
    ]);
  });

  test('a blueprint shows its text as it was given, its checksum, its versions and its plan', async () => {
    const { blueprints } = one.services;
    const made = await blueprints.create(place.lead, { yaml: mine() });
    expect(made).toMatchObject({ key: 'mine', version: '1', yaml: mine(), createdAt: expect.any(Date) });
    expect(made.checksum).toBe(one.deps.secrets.sha256(mine()));
    expect(made.preview).toMatchObject({
      tasks: [
        { key: 'add', title: 'Add a log', estimate: { likely: 2 } },
        { key: 'test', title: 'Test it: The goal', capabilities: ['testing'] },
      ],
      edges: [{ from: 'add', to: 'test', type: 'start_to_start' }],
      collisions: [{ first: 'add', second: 'test', globs: [['src/**', 'src/test/**']] }],
    });
    await blueprints.create(place.lead, { yaml: mine('2') });
    expect((await blueprints.get(place.viewer, 'mine', '1')).yaml).toBe(mine());
    expect((await blueprints.get(place.viewer, 'mine')).version).toBe('2');
  });

  test('the same text again is the same; another text under its version is told to raise it', async () => {
    const { blueprints } = one.services;
    const { checksum, createdAt } = await blueprints.create(place.lead, { yaml: mine() });
    expect(await blueprints.create(place.admin, { yaml: mine() })).toMatchObject({ checksum, createdAt, versions: 1 });
    await expect(blueprints.create(place.lead, { yaml: mine().replace('a log', 'logs') })).rejects.toMatchObject({
      code: 'CONFLICT',
      message: 'mine has a version 1 with another text: raise the version.',
      details: { key: 'mine', version: '1', checksum },
    });
    expect(await audited()).toHaveLength(1);
  });

  test('a version is what is written, not the number YAML makes of it', async () => {
    const made = await one.services.blueprints.create(place.lead, { yaml: mine('1.10') });
    expect(made.version).toBe('1.10');
  });

  test('what is exported of a built-in blueprint plans the same under another key', async () => {
    const { blueprints } = one.services;
    for (const { key } of builtInBlueprints) {
      const exported = await blueprints.get(place.viewer, key);
      const copy = await blueprints.create(place.lead, {
        yaml: exported.yaml.replace(`key: ${key}`, `key: my_${key}`),
      });
      const plan = (wanted: string) => planOf(wanted, {}, { title: 'The sum', prompt: 'Add.' });
      expect(await plan(copy.key)).toEqual(await plan(key));
      expect(copy.hours).toBe(exported.hours);
    }
  });

  test.each([
    [
      'a cycle',
      mine().replace('key: add\n', 'key: add\n    dependsOn: [ { key: test } ]\n'),
      'tasks.0.dependsOn',
      10,
      /wait for each other: add → test → add/,
    ],
    [
      'an unknown capability',
      mine().replace('[ testing ]', '[ testing, magic ]'),
      'tasks.1.capabilities.1',
      15,
      /There is no capability magic/,
    ],
    [
      'an unknown prerequisite',
      mine().replace('key: add, type', 'key: ad, type'),
      'tasks.1.dependsOn.0.key',
      17,
      /no task ad/,
    ],
    [
      'an unknown parameter',
      mine().replace('hours / 2', 'minutes / 2'),
      'tasks.0.estimate.likely',
      12,
      /no parameter minutes/,
    ],
    ['an unknown field', `${mine()}    colour: red\n`, 'tasks.1.colour', 18, /Unknown field/],
    ['a title without a verb', mine('1', 'mine', '{{ title }}'), 'tasks.0.title', 10, /starts with one of/],
    ['a reserved key', mine('1', 'planner'), 'key', 2, /reserved/],
    ['a missing name', mine().replace('name: Mine\n', ''), 'name', 2, /missing/],
    [
      '201 tasks',
      `${mine()}${Array.from({ length: 199 }, (_, at) => `  - { key: k${at}, title: Add it }\n`).join('')}`,
      'tasks',
      8,
      /at most 200/,
    ],
    [
      'a bomb',
      `a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n`,
      'yaml',
      3,
      /aliases/,
    ],
    ['no YAML', 'key: [', 'yaml', 1, /./],
    ['a text', 'hello', '', 1, /./],
  ])('%s is refused with path, line and reason', async (_, yaml, path, line, reason) => {
    await expect(one.services.blueprints.create(place.lead, { yaml })).rejects.toMatchObject({
      code: 'INVALID',
      details: expect.arrayContaining([
        expect.objectContaining({ path, line, message: expect.stringMatching(reason) }),
      ]),
    });
  });

  test('a key of a built-in blueprint is refused, and none can be removed', async () => {
    const { blueprints } = one.services;
    await expect(blueprints.create(place.lead, { yaml: mine('9', 'crud') })).rejects.toThrow(/crud is built in/);
    await expect(blueprints.remove(place.lead, 'crud')).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  test('removing takes every version away, and the key may come again', async () => {
    const { blueprints } = one.services;
    await blueprints.create(place.lead, { yaml: mine() });
    await blueprints.create(place.lead, { yaml: mine('2') });
    await blueprints.remove(place.lead, 'mine');
    for (const work of [() => blueprints.get(place.lead, 'mine'), () => blueprints.remove(place.lead, 'mine')])
      await expect(work()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await blueprints.create(place.lead, { yaml: mine() })).toMatchObject({ versions: 1 });
    expect((await audited()).map(([action]) => action)).toContain('blueprint.removed');
  });

  test('a member may look and preview, not change; a token needs its scope; another team sees nothing', async () => {
    const { blueprints } = one.services;
    await blueprints.create(place.lead, { yaml: mine() });
    for (const work of [
      () => blueprints.create(place.member, { yaml: mine('3') }),
      () => blueprints.import(place.member, { kind: 'directory' }),
      () => blueprints.remove(place.member, 'mine'),
      () => blueprints.create(tokenOf(place.lead, ['blueprints:read']), { yaml: mine('3') }),
      () => blueprints.list(tokenOf(place.lead, ['sessions:read'])),
    ])
      await expect(work()).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(await blueprints.preview(place.viewer, { key: 'mine' })).toMatchObject({ waves: expect.any(Array) });
    const elsewhere = await addTeam(house, 'elsewhere');
    await expect(blueprints.get(elsewhere.admin, 'mine')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await blueprints.list(elsewhere.admin)).toHaveLength(8);
  });

  test('a preview keeps nothing and obeys parameters, title and parallelism', async () => {
    const { blueprints } = one.services;
    const preview = await blueprints.preview(place.viewer, {
      yaml: mine(),
      parameters: { hours: '20', what: 'tests' },
      title: 'The sum',
      parallelism: 1,
    });
    expect(preview.tasks.map(({ title }) => title)).toEqual(['Add tests', 'Test it: The sum']);
    expect(preview.tasks[0]?.estimate.likely).toBe(10);
    expect(preview.envelope.elapsedHours.p50).toBeCloseTo(preview.envelope.workHours.p50);
    expect(await blueprints.list(place.viewer)).toHaveLength(8);
    await expect(blueprints.preview(place.viewer, {})).rejects.toThrow(/either yaml or key/);
    await expect(blueprints.preview(place.viewer, { key: 'mine' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(blueprints.preview(place.viewer, { yaml: mine(), parameters: { hours: 'x' } })).rejects.toMatchObject({
      details: [{ path: 'parameters.hours', message: 'Must be a number' }],
    });
    await expect(
      blueprints.preview(place.viewer, { yaml: mine(), repositoryId: '11111111-1111-4111-8111-111111111111' }),
    ).rejects.toMatchObject({ details: [{ path: 'repositoryId' }] });
  });

  test("a session is planned with the team's own blueprint, and an unknown one names those known", async () => {
    await one.services.blueprints.create(place.lead, { yaml: mine() });
    const session = { title: 'The sum', prompt: 'Add.' };
    const plan = await planOf('mine', { what: 'a sum' }, session);
    expect(plan.map(({ title }) => title)).toEqual(['Add a sum', 'Test it: The sum']);
    expect((await findBlueprint(one.deps, place.team.id, 'mine')).version).toBe('1');
    await expect(planOf('yours', {}, session)).rejects.toMatchObject({
      code: 'INVALID',
      details: [
        { path: 'blueprint', message: expect.stringMatching(/no blueprint yours; known are single_task,.*mine/) },
      ],
    });
  });

  test('a folder is taken whole or not at all, and says in which file a fault is', async () => {
    const folder = scratchFolder();
    write(folder, { 'a.yaml': mine('1', 'first'), 'b.yaml': mine('1', 'second').replace('key: test', 'key: add') });
    const blueprints = withFolder(folder);
    await expect(blueprints.import(place.lead, { kind: 'directory' })).rejects.toMatchObject({
      details: [
        { path: 'tasks.1.key', file: 'b.yaml', message: expect.stringMatching(/^b.yaml: Line 13, column \d+: /) },
      ],
    });
    expect(await blueprints.list(place.lead)).toHaveLength(8);
    write(folder, { 'b.yaml': mine('1', 'second') });
    const taken = await blueprints.import(place.lead, { kind: 'directory' });
    expect(taken.map(({ key, origin }) => [key, origin])).toEqual([
      ['first', { kind: 'directory', path: 'a.yaml' }],
      ['second', { kind: 'directory', path: 'b.yaml' }],
    ]);
    write(folder, { 'b.yaml': mine('1', 'second').replace('a log', 'logs'), 'c.yaml': mine('1', 'third') });
    await expect(blueprints.import(place.lead, { kind: 'directory' })).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await blueprints.list(place.lead)).toHaveLength(10);
  });

  test('a server without such a folder refuses with the remedy', async () => {
    await expect(one.services.blueprints.import(place.lead, { kind: 'directory' })).rejects.toThrow(/BLUEPRINT_DIR/);
    await expect(one.services.blueprints.import(place.lead, { kind: 'disk' })).rejects.toMatchObject({
      details: [{ path: 'kind' }],
    });
  });

  test("a session's graph becomes a blueprint that plans the same tasks", async () => {
    const { blueprints } = one.services;
    const session = await addSession(one, place, { title: 'The sum', blueprint: 'crud' });
    await expect(blueprints.fromSession(place.lead, session.slug, { key: 'ours', name: 'Ours' })).rejects.toMatchObject(
      { code: 'CONFLICT' },
    );
    await insertPlan(session.id);
    const made = await blueprints.fromSession(place.lead, session.slug, { key: 'ours', name: 'Ours' });
    expect(made).toMatchObject({
      key: 'ours',
      version: '1',
      origin: { kind: 'session', sessionId: session.id, slug: session.slug },
      tasks: 5,
    });
    const plan = async (key: string) => {
      const tasks = await planOf(key, {}, { title: 'The mean', prompt: '' });
      const rounded = (hours: number) => Number(hours.toFixed(4));
      return tasks.map(({ estimate: { optimistic: o, likely: m, pessimistic: p }, ...task }) => ({
        ...task,
        hours: [o, m, p].map(rounded),
      }));
    };
    expect(await plan('ours')).toEqual(await plan('crud'));
    await expect(
      blueprints.fromSession(place.member, session.slug, { key: 'ours', name: 'Ours' }),
    ).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  /** The tasks of crud as the engine writes them. */
  async function insertPlan(sessionId: string): Promise<void> {
    const { dispatcher } = one;
    await one.services.sessions.start(place.admin, sessionId);
    one.play.current = () => new Promise(() => undefined);
    await until(house, [dispatcher], sessionId, (_, tasks) => tasks.length > 0);
  }

  test('a text kept by another version of the program is shown with its fault', async () => {
    const { store, secrets } = one.deps;
    const yaml = 'key: old\nname: Old\nversion: "1"\ntasks: [ { key: a, title: Do it } ]\n';
    await store.blueprints.insert({
      id: secrets.uuid(),
      teamId: place.team.id,
      key: 'old',
      version: '1',
      name: 'Old',
      description: '',
      yaml,
      checksum: secrets.sha256(yaml),
      origin: { kind: 'edited' },
      createdBy: null,
    });
    const { blueprints } = one.services;
    const [old] = (await blueprints.list(place.viewer)).slice(-1);
    expect(old).toMatchObject({ key: 'old', tasks: 0, fault: expect.stringMatching(/Line 4, .* starts with one of/) });
    expect(await blueprints.get(place.viewer, 'old')).toMatchObject({ yaml, preview: { tasks: [] } });
  });
});
