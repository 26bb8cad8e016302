import { expect, test } from 'vitest';
import {
  type Blueprint,
  blueprintSchema,
  expandBlueprint,
  expandDefinition,
  parsePlan,
  planTask,
} from './blueprint.ts';
import { builtInBlueprints } from './built-in-blueprints.ts';

const session = { title: 'The sum of numbers', prompt: 'Make it add.' };
const plan = (key: string, parameters = {}) => expandBlueprint(key, parameters, session);
const outline = (key: string, parameters = {}) =>
  plan(key, parameters).map((task) => [
    task.key,
    task.capabilities.join('+'),
    Number(task.estimate.likely.toFixed(6)),
    task.dependsOn.map((dependency) => dependency.key).join(),
  ]);

test('the catalogue is the eight of the specification', () => {
  expect(builtInBlueprints.map(({ key }) => key).sort()).toEqual(
    ['microservice', 'crud', 'security', 'ui_component', 'web_service', 'refactoring', 'bug_fix', 'single_task'].sort(),
  );
});

test.each([
  ['single_task', [['task', 'code_generation', 12, '']]],
  [
    'bug_fix',
    [
      ['reproduce', 'debugging+test_generation', 2, ''],
      ['fix', 'bug_fixing', 4, 'reproduce'],
      ['verify', 'testing', 2, 'fix'],
      ['review', 'code_review', 1, 'verify'],
    ],
  ],
  [
    'refactoring',
    [
      ['analyze', 'code_review', 1, ''],
      ['plan', 'system_design', 2, 'analyze'],
      ['refactor', 'refactoring', 4, 'plan'],
      ['verify', 'test_generation', 2, 'refactor'],
    ],
  ],
  [
    'web_service',
    [
      ['requirements', 'requirements_analysis', 2, ''],
      ['design', 'system_design', 4, 'requirements'],
      ['implement', 'code_generation', 8, 'design'],
      ['test', 'test_generation', 4, 'implement'],
      ['deploy', 'deployment', 2, 'test'],
    ],
  ],
  [
    'security',
    [
      ['design', 'system_design+security_audit', 4.5, ''],
      ['implementation', 'code_generation+security_audit', 4.5, 'design'],
      ['testing', 'test_generation+security_audit', 4.5, 'implementation'],
      ['audit', 'security_audit+code_review', 4.5, 'testing'],
    ],
  ],
  [
    'crud',
    [
      ['create', 'code_generation', 3, ''],
      ['read', 'code_generation', 3, ''],
      ['update', 'code_generation', 3, ''],
      ['delete', 'code_generation', 3, ''],
      ['tests', 'test_generation', 3.6, 'create,read,update,delete'],
    ],
  ],
  [
    'ui_component',
    [
      ['layout', 'code_generation', 2.4, ''],
      ['navigation', 'code_generation', 2.4, ''],
      ['forms', 'code_generation', 2.4, 'layout'],
      ['tables', 'code_generation', 2.4, 'layout'],
      ['charts', 'code_generation', 2.4, 'layout'],
    ],
  ],
])('the content of %s is that of the specification', (key, expected) => {
  expect(outline(key)).toEqual(expected);
});

test('microservice has three services that start with each of three components', () => {
  const tasks = plan('microservice');
  expect(tasks.map((task) => Number(task.estimate.likely.toFixed(6)))).toEqual([2, 2, 2, 2, 2, 2]);
  const edges = tasks.flatMap((task) => task.dependsOn);
  expect(edges).toHaveLength(9);
  expect(new Set(edges.map(({ type }) => type))).toEqual(new Set(['start_to_start']));
});

test.each(builtInBlueprints.map(({ key }) => key))('%s is valid for any title a session may have', (key) => {
  for (const title of ['abc', 'Fix: x', 'x'.repeat(200), '日本語のタイトル', 'fix', '{{hours}}']) {
    for (const task of expandBlueprint(key, {}, { ...session, title })) {
      expect(planTask.safeParse(task).success).toBe(true);
      expect(task.estimate.optimistic).toBeCloseTo(0.7 * task.estimate.likely);
      expect(task.estimate.pessimistic).toBeCloseTo(1.5 * task.estimate.likely);
    }
  }
});

test('a title that starts with a verb is kept as it is', () => {
  expect(expandBlueprint('single_task', {}, { ...session, title: 'Fix the sum' })[0]?.title).toBe('Fix the sum');
  expect(plan('single_task')[0]?.title).toBe('Implement: The sum of numbers');
});

test('parameters change the hours, also as text', () => {
  expect(plan('single_task', { hours: 3 })[0]?.estimate.likely).toBe(3);
  expect(plan('single_task', { hours: '3' })[0]?.estimate.likely).toBe(3);
  expect(plan('security', { level: 'low' })[0]?.estimate.likely).toBe(1.5);
});

test.each([
  ['no_such', {}, 'blueprint'],
  ['single_task', { hour: 3 }, 'parameters.hour'],
  ['single_task', { hours: 'many' }, 'parameters.hours'],
  ['single_task', { hours: true }, 'parameters.hours'],
  ['security', { level: 'extreme' }, 'parameters.level'],
  ['bug_fix', { hours: 3 }, 'parameters.hours'],
])('%s with %o is refused naming %s', (key, parameters, path) => {
  expect(() => plan(key, parameters)).toThrow(
    expect.objectContaining({ code: 'INVALID', details: [expect.objectContaining({ path })] }),
  );
});

test('negative hours are refused', () => {
  expect(() => plan('single_task', { hours: -1 })).toThrow(expect.objectContaining({ code: 'INVALID' }));
});

const one = { key: 'a', title: 'Add a', estimate: { optimistic: 1, likely: 1, pessimistic: 1 } };

test.each([
  ['no task', [], 'tasks'],
  ['201 tasks', Array.from({ length: 201 }, (_, place) => ({ ...one, key: `k${place}` })), 'tasks'],
  ['a key twice', [one, one], 'tasks.1.key'],
  ['an unknown prerequisite', [{ ...one, dependsOn: [{ key: 'z' }] }], 'tasks.0.dependsOn.0.key'],
  ['a task that waits for itself', [{ ...one, dependsOn: [{ key: 'a' }] }], 'tasks'],
  [
    'a cycle',
    [
      { ...one, dependsOn: [{ key: 'b' }] },
      { ...one, key: 'b', dependsOn: [{ key: 'a' }] },
    ],
    'tasks',
  ],
  [
    'a dependency twice',
    [one, { ...one, key: 'b', dependsOn: [{ key: 'a' }, { key: 'a' }] }],
    'tasks.1.dependsOn.1.key',
  ],
  ['a title without a verb', [{ ...one, title: 'The thing' }], 'tasks.0.title'],
  ['an unknown capability', [{ ...one, capabilities: ['magic'] }], 'tasks.0.capabilities.0'],
  ['no capability', [{ ...one, capabilities: [] }], 'tasks.0.capabilities'],
  ['an unknown field', [{ ...one, colour: 'red' }], 'tasks.0.colour'],
])('a plan with %s is refused', (_, tasks, path) => {
  try {
    parsePlan(tasks);
  } catch (error) {
    const { details } = error as { details: { path: string }[] };
    return expect(details.map((issue) => issue.path)).toContain(path);
  }
  throw new Error('the plan was not refused');
});

test('a blueprint from a file has its parameters replaced, numbers staying numbers', () => {
  const blueprint: Blueprint = blueprintSchema.parse({
    key: 'mine',
    name: 'Mine',
    version: 2,
    parameters: [
      { key: 'hours', type: 'number', default: 4 },
      { key: 'what', type: 'string', default: 'thing' },
    ],
    tasks: [
      {
        key: 'a',
        title: 'Add {{what}}',
        description: '{{title}} {{unknown}}',
        estimate: { optimistic: 1, likely: '{{hours}}', pessimistic: 9 },
      },
    ],
  });
  expect(expandDefinition(blueprint, { what: 'log' }, session)).toMatchObject([
    {
      title: 'Add log',
      description: 'The sum of numbers {{unknown}}',
      capabilities: ['code_generation'],
      estimate: { likely: 4 },
    },
  ]);
});
