import { expect, test } from 'vitest';
import { type ForceBasis, forceFactKeys, forceFacts } from './force-facts.ts';

type BasisTask = ForceBasis['tasks'][number];

function task(key: string, fields: Partial<BasisTask> & { waitsFor?: string[] } = {}): BasisTask {
  const { waitsFor = [], ...rest } = fields;
  const dependencies = waitsFor.map((taskId) => ({
    id: `${taskId}>${key}`,
    taskId,
    type: 'finish_to_start' as const,
    required: true,
    lagSeconds: 0,
    satisfied: false,
  }));
  return {
    id: key,
    key,
    title: `Add ${key}`,
    status: 'pending',
    proof: 'none',
    parentTaskId: null,
    reason: null,
    dependencies,
    ...rest,
  };
}

const named = (basis: Partial<ForceBasis>) =>
  Object.fromEntries(
    forceFacts({ tasks: [], attempts: [], asks: [], children: [], ...basis }).map(({ key, items }) => [key, items]),
  );

test('each leaf is counted once, a group never', () => {
  const tasks = [
    task('group'),
    task('a', { status: 'completed', proof: 'proven', parentTaskId: 'group' }),
    task('b', { status: 'completed', proof: 'claimed' }),
    task('c', { status: 'completed', proof: 'waived' }),
    task('d', { status: 'failed' }),
    task('e', { status: 'in_progress' }),
    task('f', { status: 'paused' }),
    task('g', { status: 'ready' }),
    task('h', { status: 'blocked' }),
  ];
  const attempts = [
    { taskId: 'e', number: 2, status: 'running' as const },
    { taskId: 'f', number: 1, status: 'waiting' as const },
    { taskId: 'd', number: 3, status: 'failed' as const },
    { taskId: 'h', number: 1, status: 'failed' as const },
  ];
  expect(named({ tasks, attempts })).toMatchObject({
    proven: ['a: Add a'],
    claimed: ['b: Add b'],
    waived: ['c: Add c'],
    missing: ['d: Add d (failed)'],
    cut_short: ['e: Add e (attempt 2, running)', 'f: Add f (attempt 1, waiting)'],
    unfinished: ['h: Add h (blocked)'],
    never_begun: ['g: Add g'],
  });
});

test('what depends on work that will not be done is named, through others too; optional dependencies are not', () => {
  const tasks = [
    task('a', { status: 'in_progress' }),
    task('b', { waitsFor: ['a'] }),
    task('c', { waitsFor: ['b'] }),
    task('d', {
      status: 'completed',
      proof: 'proven',
      dependencies: [
        { id: 'x', taskId: 'a', type: 'finish_to_start', required: false, lagSeconds: 0, satisfied: false },
      ],
    }),
  ];
  expect(named({ tasks }).dependents).toEqual(['b: Add b waits for a', 'c: Add c waits for b']);
});

test('a session without a plan has every fact, at nothing', () => {
  const facts = forceFacts({ tasks: [], attempts: [], asks: [], children: [] });
  expect(facts.map(({ key }) => key)).toEqual(forceFactKeys);
  expect(facts.every(({ count }) => count === 0)).toBe(true);
});

test('of many at most fifty are named, all are counted', () => {
  const tasks = Array.from({ length: 80 }, (_, place) => task(`t${place}`));
  const fact = forceFacts({ tasks, attempts: [], asks: [], children: [] }).find(({ key }) => key === 'never_begun');
  expect(fact).toMatchObject({ count: 80 });
  expect(fact?.items).toHaveLength(50);
});
