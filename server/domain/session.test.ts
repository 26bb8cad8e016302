import { expect, test } from 'vitest';
import {
  assertMove,
  canMove,
  isActive,
  isExecuting,
  isTerminal,
  priorities,
  priorityOf,
  type SessionStatus,
  sessionStatuses,
  slugOf,
} from './session.ts';
import { createSessionInput, promptInput, updateSessionInput } from './session-input.ts';

// Row: from; columns in the order of sessionStatuses. Written out by hand from domain.md 1.1, not derived from the code.
const table: Record<SessionStatus, string> = {
  //                    p q r P d C % f t s c o
  pending: '            . x x . . . . x . . x .',
  queued: '             . . x x . . . x . . x .',
  running: '            . . . x x x x x x x . x',
  paused: '             . x x . . . . . . x x x',
  degraded: '           . . x x . x x x x x . x',
  completed: '          . . . . . . . . . . . .',
  partially_completed: 'x . . . . . . . . . . .',
  failed: '             x . . . . . . . . . . .',
  timeout: '            x . . . . . . . . . . .',
  stopped: '            x . . . . . . . . . . .',
  cancelled: '          . . . . . . . . . . . .',
  orphaned: '           x . . . . . . . . . . .',
};

const pairs = sessionStatuses.flatMap((from) => {
  const row = table[from].trim().split(' ');
  return sessionStatuses.map((to, column) => [from, to, row[column] === 'x'] as const);
});

test('the table has every pair of statuses', () => {
  expect(pairs).toHaveLength(144);
});

test.each(pairs)('a session moves from %s to %s: %s', (from, to, legal) => {
  expect(canMove(from, to)).toBe(legal);
  if (legal) return expect(() => assertMove(from, to)).not.toThrow();
  const allowed = pairs.filter(([one, , yes]) => one === from && yes).map(([, target]) => target);
  try {
    assertMove(from, to);
  } catch (error) {
    expect(error).toMatchObject({ code: 'INVALID_TRANSITION', details: { from, to } });
    const { details } = error as { details: { allowed: string[] } };
    return expect([...details.allowed].sort()).toEqual([...allowed].sort());
  }
  throw new Error('the move was not refused');
});

test('every status is reached by a path from pending', () => {
  const seen = new Set<SessionStatus>(['pending']);
  for (const from of seen) for (const [one, to, legal] of pairs) if (one === from && legal) seen.add(to);
  expect([...seen].sort()).toEqual([...sessionStatuses].sort());
});

test('active, executing and terminal divide the statuses as the quota needs', () => {
  expect(sessionStatuses.filter(isActive)).toEqual(['pending', 'queued', 'running', 'paused', 'degraded']);
  expect(sessionStatuses.filter(isExecuting)).toEqual(['running', 'degraded']);
  expect(sessionStatuses.filter(isTerminal)).toEqual([
    'completed',
    'partially_completed',
    'failed',
    'timeout',
    'stopped',
    'cancelled',
    'orphaned',
  ]);
});

test('priority words are the numbers 0 to 4 and 0 is a value', () => {
  expect(priorities.map(priorityOf)).toEqual([0, 1, 2, 3, 4]);
  expect(createSessionInput.parse({ ...least, priority: 0 }).priority).toBe(0);
  expect(createSessionInput.parse({ ...least, priority: 'critical' }).priority).toBe(0);
});

test('a slug is IND- and the running number', () => {
  expect(slugOf(42)).toBe('IND-42');
});

const least = { title: 'Fix the sum', prompt: 'Make it add.', repositoryId: '0191d3a2-7f00-7000-8000-000000000001' };

test('the least input takes the defaults of the specification', () => {
  expect(createSessionInput.parse(least)).toEqual({
    ...least,
    description: '',
    type: 'execution',
    priority: 2,
    parameters: {},
    parallelism: 2,
    maxDurationSeconds: 3600,
    autonomy: 'auto',
    dependencyPolicy: 'skip',
    technologies: [],
    tags: [],
    start: false,
  });
});

test('title and prompt are trimmed before they are judged', () => {
  const input = createSessionInput.parse({ ...least, title: '  Fix the sum ', prompt: '\n Make it add. \n' });
  expect([input.title, input.prompt]).toEqual(['Fix the sum', 'Make it add.']);
});

const refusedInputs: [string, Record<string, unknown>, string][] = [
  ['a title of 2 characters', { title: ' ab ' }, 'title'],
  ['a title of 201 characters', { title: 'x'.repeat(201) }, 'title'],
  ['a generic title', { title: 'Untitled' }, 'title'],
  ['a generic title in capitals and spaces', { title: '  TEST SESSION ' }, 'title'],
  ['the title new session', { title: 'new session' }, 'title'],
  ['the title coding task', { title: 'Coding Task' }, 'title'],
  ['the title development session', { title: 'development session' }, 'title'],
  ['an empty prompt', { prompt: '   ' }, 'prompt'],
  ['a prompt of 10,001 characters', { prompt: 'x'.repeat(10_001) }, 'prompt'],
  ['a prompt with NUL', { prompt: 'a\u0000b' }, 'prompt'],
  ['a description of 1,001 characters', { description: 'x'.repeat(1_001) }, 'description'],
  ['no such type', { type: 'coding' }, 'type'],
  ['priority 5', { priority: 5 }, 'priority'],
  ['priority -1', { priority: -1 }, 'priority'],
  ['priority 1.5', { priority: 1.5 }, 'priority'],
  ['priority urgent', { priority: 'urgent' }, 'priority'],
  ['59 seconds', { maxDurationSeconds: 59 }, 'maxDurationSeconds'],
  ['86,401 seconds', { maxDurationSeconds: 86_401 }, 'maxDurationSeconds'],
  ['no task at once', { parallelism: 0 }, 'parallelism'],
  ['17 tasks at once', { parallelism: 17 }, 'parallelism'],
  ['a model without provider', { model: 'gpt' }, 'model'],
  ['a model with an empty part', { model: 'a//b' }, 'model'],
  ['a model with a space', { model: 'a/b c' }, 'model'],
  ['21 tags', { tags: Array.from({ length: 21 }, (_, n) => `t${n}`) }, 'tags'],
  ['an empty tag', { tags: [''] }, 'tags.0'],
  ['a tag of 41 characters', { tags: ['x'.repeat(41)] }, 'tags.0'],
  ['a budget of 0 tokens', { budget: { tokens: 0 } }, 'budget.tokens'],
  ['a cost of 0', { budget: { costUsd: 0 } }, 'budget.costUsd'],
  ['a parent that is no id', { parentId: 'parent' }, 'parentId'],
  ['a repository that is no id', { repositoryId: 'sample' }, 'repositoryId'],
  ['an unknown autonomy', { autonomy: 'full' }, 'autonomy'],
  ['an unknown policy', { dependencyPolicy: 'fail' }, 'dependencyPolicy'],
  ['start as text', { start: 'yes' }, 'start'],
];

test.each(refusedInputs)('%s is refused and the field named', (_, change, path) => {
  const parsed = createSessionInput.safeParse({ ...least, ...change });
  expect(parsed.error?.issues.map((issue) => issue.path.join('.'))).toContain(path);
});

test('unknown fields, null and a missing prompt are refused', () => {
  expect(createSessionInput.safeParse({ ...least, colour: 'red' }).success).toBe(false);
  expect(createSessionInput.safeParse(null).success).toBe(false);
  expect(createSessionInput.safeParse({ ...least, prompt: undefined }).success).toBe(false);
});

test.each([
  ['the bounds', { title: 'abc', prompt: 'x'.repeat(10_000), maxDurationSeconds: 60, parallelism: 16 }],
  ['the upper bounds', { title: 'x'.repeat(200), description: 'x'.repeat(1_000), maxDurationSeconds: 86_400 }],
  ['a title that only holds a generic one', { title: 'Untitled document upload' }],
  ['a model with further slashes', { model: 'openrouter/meta-llama/llama-3.1_8b' }],
  ['a parent by slug', { parentId: 'IND-7' }],
  ['20 tags', { tags: Array.from({ length: 20 }, (_, n) => `t${n}`) }],
  ['parameters of three types', { parameters: { hours: 3, name: 'x', fast: true } }],
])('%s is accepted', (_, change) => {
  expect(createSessionInput.safeParse({ ...least, ...change }).error).toBeUndefined();
});

test('a patch applies no defaults and refuses what cannot change', () => {
  expect(updateSessionInput.parse({ title: 'Another goal' })).toEqual({ title: 'Another goal' });
  expect(updateSessionInput.parse({})).toEqual({});
  for (const field of ['prompt', 'repositoryId', 'status', 'slug', 'type']) {
    expect(updateSessionInput.safeParse({ [field]: 'x' }).success).toBe(false);
  }
});

test('an injected prompt holds 1 to 10,000 characters', () => {
  expect(promptInput.parse({ text: ' go on ' })).toEqual({ text: 'go on' });
  expect(promptInput.safeParse({ text: '' }).success).toBe(false);
  expect(promptInput.safeParse({ text: 'x'.repeat(10_001) }).success).toBe(false);
  expect(promptInput.safeParse({ text: 'x', taskId: 'nine' }).success).toBe(false);
});
