import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Blueprint, blueprintSchema, expandDefinition, parsePlan, planTask } from './blueprint.ts';
import { builtInBlueprints } from './built-in-blueprints.ts';
import { builtInPlan } from './testing/built-in-plan.ts';
import { analyzeText } from './text-analysis.ts';

const session = { title: 'The sum of numbers', prompt: 'Make it add.' };
const plan = (key: string, parameters = {}) => builtInPlan(key, parameters, session);
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
    for (const task of builtInPlan(key, {}, { ...session, title })) {
      expect(planTask.safeParse(task).success).toBe(true);
      expect(task.estimate.optimistic).toBeCloseTo(0.7 * task.estimate.likely);
      expect(task.estimate.pessimistic).toBeCloseTo(1.5 * task.estimate.likely);
    }
  }
});

test('a title that starts with a verb is kept as it is', () => {
  expect(builtInPlan('single_task', {}, { ...session, title: 'Fix the sum' })[0]?.title).toBe('Fix the sum');
  expect(plan('single_task')[0]?.title).toBe('Implement: The sum of numbers');
});

test('parameters change the hours, also as text', () => {
  expect(plan('single_task', { hours: 3 })[0]?.estimate.likely).toBe(3);
  expect(plan('single_task', { hours: '3' })[0]?.estimate.likely).toBe(3);
  expect(plan('security', { level: 'low' })[0]?.estimate.likely).toBe(1.5);
});

test.each([
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

interface Kept {
  readonly key: string;
  readonly parameters: Record<string, unknown>;
  readonly title: string;
  /** Key, title, capabilities, the three hours, dependencies. */
  readonly tasks: [string, string, string, number, number, number, string][];
}
const kept = JSON.parse(readFileSync(new URL('./testing/built-in-plans.json', import.meta.url), 'utf8')) as Kept[];
const long = (text: string) => text.replace('X150', 'x'.repeat(150));

test.each(kept.map((one) => [one.key, one.parameters, one.title, one] as const))(
  '%s with %j for %s is the plan it always was',
  (key, parameters, title, { tasks }) => {
    const expanded = builtInPlan(key, parameters, { title: long(title), prompt: 'p' });
    expect(
      expanded.map((task) => [
        task.key,
        task.title,
        task.capabilities.join(' '),
        task.estimate.optimistic,
        task.estimate.likely,
        task.estimate.pessimistic,
        task.dependsOn
          .map(({ type, key: on, required, lagSeconds }) => [type, on, required, lagSeconds].join(':'))
          .join(' '),
      ]),
    ).toEqual(tasks.map(([name, said, ...rest]) => [name, long(said), ...rest]));
  },
);

test.each(builtInBlueprints)('$key is a blueprint as anyone could write it', (blueprint) => {
  expect(blueprintSchema.parse(JSON.parse(JSON.stringify(blueprint)))).toEqual(blueprint);
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
  ['a task that waits for itself', [{ ...one, dependsOn: [{ key: 'a' }] }], 'tasks.0.dependsOn'],
  [
    'a cycle',
    [
      { ...one, dependsOn: [{ key: 'b' }] },
      { ...one, key: 'b', dependsOn: [{ key: 'a' }] },
    ],
    'tasks.0.dependsOn',
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

const mine = {
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
      description: '{{ title }} in {{ hours / 3 }}',
      estimate: { optimistic: 1, likely: '{{hours}}', pessimistic: 9 },
    },
  ],
};

test('a blueprint from a file has its parameters replaced, numbers staying numbers', () => {
  const blueprint: Blueprint = blueprintSchema.parse(mine);
  expect(blueprint.version).toBe('2');
  expect(expandDefinition(blueprint, { what: 'log' }, session)).toMatchObject([
    {
      title: 'Add log',
      description: 'The sum of numbers in 1.333333',
      capabilities: ['code_generation'],
      estimate: { likely: 4 },
    },
  ]);
});

test('a yes or no may come as text', () => {
  const parameters = [{ key: 'small', type: 'boolean', default: false }];
  const tasks = [{ key: 'a', title: 'Add a', optional: '{{ small }}' }];
  const blueprint = blueprintSchema.parse({ ...mine, parameters, tasks });
  const optional = (small: unknown) => expandDefinition(blueprint, { small }, session)[0]?.optional;
  expect([optional('true'), optional('false'), optional(true), optional(undefined)]).toEqual([
    true,
    false,
    true,
    false,
  ]);
  expect(() => optional('yes')).toThrow(/parameters.small: Must be a boolean/);
});

test('what a session says is not read as a template', () => {
  const blueprint = blueprintSchema.parse(mine);
  const [task] = expandDefinition(blueprint, { what: '{{ hours }}' }, { title: '{{ what }}', prompt: '' });
  expect(task).toMatchObject({ title: 'Add {{ hours }}', description: '{{ what }} in 1.333333' });
});

test.each([
  ['an unknown name', { title: 'Add {{ whit }}' }, 'tasks.0.title'],
  ['a broken expression', { writes: ['src/**', '{{ hours * }}'] }, 'tasks.0.writes.1'],
  ['a text where hours belong', { estimate: { likely: '{{ what }}' } }, 'tasks.0.estimate.likely'],
  ['what grows too long', { description: '{{ prompt }}'.repeat(400) }, 'tasks.0.description'],
])('%s is refused at its place', (_, fields, path) => {
  const blueprint = blueprintSchema.parse({ ...mine, tasks: [{ ...mine.tasks[0], ...fields }] });
  const long = { title: 'The sum', prompt: 'x'.repeat(10_000) };
  expect(() => expandDefinition(blueprint, {}, long)).toThrow(
    expect.objectContaining({ code: 'INVALID', details: [expect.objectContaining({ path })] }),
  );
});

test.each([
  ['a reserved key', { key: 'planner' }, 'key'],
  ['a version with a space', { version: '1 beta' }, 'version'],
  ['a default of another type', { parameters: [{ key: 'n', type: 'number', default: '4' }] }, 'parameters.0.default'],
  [
    'a default beside its options',
    { parameters: [{ key: 'n', type: 'string', default: 'c', options: ['a', 'b'] }] },
    'parameters.0.default',
  ],
  ['a parameter named title', { parameters: [{ key: 'title', type: 'string', default: '' }] }, 'parameters.0.key'],
  ['a parameter twice', { parameters: [mine.parameters[0], mine.parameters[0]] }, 'parameters.1.key'],
  [
    '201 tasks',
    { tasks: Array.from({ length: 201 }, (_, place) => ({ ...mine.tasks[0], key: `k${place}` })) },
    'tasks',
  ],
  ['no task', { tasks: [] }, 'tasks'],
  ['a task that is a text', { tasks: ['a'] }, 'tasks.0'],
])('a blueprint with %s is refused', (_, fields, path) => {
  const { error } = blueprintSchema.safeParse({ ...mine, ...fields });
  expect(error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
});

test('hours left out are 0.7 and 1.5 of the likely ones', () => {
  const [task] = parsePlan([{ key: 'a', title: 'Add a', estimate: { likely: 2 } }]);
  expect(task?.estimate).toEqual({ optimistic: 1.4, likely: 2, pessimistic: 3 });
  const [given] = parsePlan([{ key: 'a', title: 'Add a', estimate: { likely: 2, pessimistic: 2 } }]);
  expect(given?.estimate).toEqual({ optimistic: 1.4, likely: 2, pessimistic: 2 });
  expect(() => parsePlan([{ key: 'a', title: 'Add a', estimate: { likely: 2, optimistic: 3 } }])).toThrow(
    /tasks.0.estimate: Needs optimistic ≤ likely ≤ pessimistic/,
  );
});

test('every fault of a plan is told at once, also beside a task without hours', () => {
  const tasks = [
    { key: 'a', title: 'The thing', dependsOn: [{ key: 'b' }] },
    { key: 'b', title: 'Add b', dependsOn: [{ key: 'a' }], capabilities: ['testing'] },
  ];
  expect(() => parsePlan(tasks)).toThrow(
    expect.objectContaining({
      code: 'INVALID',
      details: [
        expect.objectContaining({ path: 'tasks.0.title' }),
        { path: 'tasks.0.dependsOn', message: 'The tasks wait for each other: a → b → a' },
      ],
    }),
  );
});

test('a task without hours or capabilities is read by its words', () => {
  const words = analyzeText('Add an audit', 'of the database');
  const [task] = parsePlan([{ key: 'a', title: 'Add an audit', description: 'of the database' }]);
  expect(task).toMatchObject({ capabilities: ['security_audit'], estimate: words.estimate });
  const [said] = parsePlan([{ key: 'a', title: 'Add an audit', capabilities: ['documentation'] }]);
  expect(said?.capabilities).toEqual(['documentation']);
});
