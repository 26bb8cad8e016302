import { expect, test } from 'vitest';
import { expandDefinition, parsePlan } from './blueprint.ts';
import { blueprintOfGraph } from './blueprint-of-graph.ts';
import { estimateOf } from './estimate.ts';
import type { Task } from './task.ts';
import type { GraphEdge } from './task-graph/graph.ts';

const title = 'The sum of numbers';

function task(key: string, fields: Partial<Task> = {}): Task {
  return {
    id: `id-${key}`,
    teamId: 'team',
    sessionId: 'session',
    kind: 'work',
    key,
    position: 0,
    parentTaskId: null,
    version: 1,
    title: `Add ${key}`,
    description: '',
    status: 'completed',
    reason: null,
    priority: 'normal',
    complexity: 'simple',
    capabilities: ['code_generation'],
    technologies: [],
    optional: false,
    writes: [],
    predictedWrites: [],
    verification: [],
    estimate: estimateOf({ optimistic: 1, likely: 2, pessimistic: 3 }, 'historical'),
    planKey: null,
    dependencies: [],
    agentId: null,
    attemptCount: 1,
    notBefore: null,
    next: null,
    waiver: null,
    proof: 'proven',
    mergedCommit: null,
    result: null,
    error: null,
    createdAt: new Date(0),
    readyAt: null,
    startedAt: null,
    endedAt: null,
    ...fields,
  };
}

const edge = (from: string, to: string, fields: Partial<GraphEdge> = {}): GraphEdge => ({
  from: `id-${from}`,
  to: `id-${to}`,
  type: 'finish_to_start',
  required: true,
  lagSeconds: 0,
  ...fields,
});

const saved = (tasks: Task[], edges: GraphEdge[] = []) =>
  blueprintOfGraph({ key: 'mine', name: 'Mine', version: '1', description: 'What was done.', title, tasks, edges });
const again = (blueprint: ReturnType<typeof saved>, session = { title, prompt: '' }) =>
  expandDefinition({ parameters: [], tasks: blueprint.tasks }, {}, session);

test('what a task is comes back as it was under the same title', () => {
  const tasks = [
    task('a', {
      title: `Test ${title} twice`,
      description: `Of ${title}, with \${{ secrets.X }}`,
      capabilities: ['testing', 'code_review'],
      technologies: ['node'],
      writes: ['src/**', 'a{{b}}'],
      verification: ['npm test', 'echo "{{x}}"'],
      optional: true,
      estimate: estimateOf({ optimistic: 0.123456, likely: 2, pessimistic: 9 }, 'historical'),
    }),
    task('b'),
  ];
  const edges = [edge('a', 'b', { type: 'start_to_finish', required: false, lagSeconds: 60 })];
  expect(again(saved(tasks, edges))).toEqual(
    parsePlan([
      {
        key: 'a',
        title: `Test ${title} twice`,
        description: `Of ${title}, with \${{ secrets.X }}`,
        capabilities: ['testing', 'code_review'],
        technologies: ['node'],
        writes: ['src/**', 'a{{b}}'],
        verification: ['npm test', 'echo "{{x}}"'],
        optional: true,
        estimate: { optimistic: 0.1235, likely: 2, pessimistic: 9 },
      },
      {
        key: 'b',
        title: 'Add b',
        capabilities: ['code_generation'],
        estimate: { optimistic: 1, likely: 2, pessimistic: 3 },
        dependsOn: [{ key: 'a', type: 'start_to_finish', required: false, lagSeconds: 60 }],
      },
    ]),
  );
});

test('another session puts its own title where the first one stood', () => {
  const blueprint = saved([task('a', { title: `Fix: ${title}` }), task('b', { title: 'Add b' })]);
  const other = again(blueprint, { title: 'The mean', prompt: '' });
  expect(other.map((one) => one.title)).toEqual(['Fix: The mean', 'Add b']);
  const whole = blueprintOfGraph({
    key: 'mine',
    name: 'Mine',
    version: '1',
    description: '',
    title: 'Add a sum',
    tasks: [task('a', { title: 'Add a sum' })],
    edges: [],
  });
  expect(again(whole, { title: 'Add a sum', prompt: '' })[0]?.title).toBe('Add a sum');
  expect(again(whole, { title: 'The mean', prompt: '' })[0]?.title).toBe('Implement: The mean');
});

test("a group's dependencies go to its tasks, and the description says that it is gone", () => {
  const blueprint = saved(
    [
      task('before'),
      task('group'),
      task('inner', { parentTaskId: 'id-group' }),
      task('x', { parentTaskId: 'id-inner' }),
      task('y', { parentTaskId: 'id-group' }),
      task('after'),
      task('end'),
    ],
    [
      edge('before', 'group', { type: 'start_to_start' }),
      edge('group', 'after', { lagSeconds: 5 }),
      edge('x', 'after', { required: false, lagSeconds: 9 }),
      edge('inner', 'end', { type: 'finish_to_finish' }),
    ],
  );
  expect(blueprint.description).toBe('What was done. Without its groups (group, inner).');
  expect(blueprint.tasks.map((one) => [one.key, one.dependsOn ?? []])).toEqual([
    ['before', []],
    ['x', [{ key: 'before', type: 'start_to_start' }]],
    ['y', [{ key: 'before', type: 'start_to_start' }]],
    [
      'after',
      [
        { key: 'x', lagSeconds: 9 },
        { key: 'y', lagSeconds: 5 },
      ],
    ],
    ['end', [{ key: 'x', type: 'finish_to_finish' }]],
  ]);
});

test.each([
  ['a start of a group', edge('group', 'after', { type: 'start_to_start' })],
  ['an end of a group that waits', edge('after', 'group', { type: 'finish_to_finish' })],
  ['a start a group ends with', edge('after', 'group', { type: 'start_to_finish' })],
])('%s means something else without the group, so it is refused', (_, one) => {
  const tasks = [task('group'), task('x', { parentTaskId: 'id-group' }), task('after')];
  expect(() => saved(tasks, [one])).toThrow(expect.objectContaining({ code: 'CONFLICT' }));
});

test('keys a plan may not have are made such, each once', () => {
  const blueprint = saved([task('a.b'), task('a/b'), task('a_b'), task('.'), task('x'.repeat(80))]);
  expect(blueprint.tasks.map(({ key }) => key)).toEqual(['a_b', 'a_b_2', 'a_b_3', 'task', 'x'.repeat(58)]);
  expect(again(blueprint)).toHaveLength(5);
});

test('a graph without tasks is refused', () => {
  expect(() => saved([])).toThrow(/no tasks/);
});
