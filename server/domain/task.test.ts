import { expect, test } from 'vitest';
import {
  actionVerbs,
  assertTaskMove,
  canMoveTask,
  complexityOf,
  movesBetween,
  startsWithVerb,
  type TaskStatus,
  taskStatuses,
} from './task.ts';
import { taskTitle } from './task-input.ts';

// Row: from; columns in the order of taskStatuses. Written out by hand from domain.md 2.1.
const table: Record<TaskStatus, string> = {
  //            p r a i b P C f c s
  pending: '    . x . . x . . . x x',
  ready: '      . . x . . x . . x x',
  assigned: '   . x . x . . . . x .',
  in_progress: '. x . . x x x x x .',
  blocked: '    . x . x . . . . x x',
  paused: '     . x . x . . . . x .',
  completed: '  . . . . . . . . . .',
  failed: '     x x . . . . . . . .',
  cancelled: '  x x . . . . . . . .',
  skipped: '    x x . . . . . . . .',
};

const pairs = taskStatuses.flatMap((from) => {
  const row = table[from].trim().split(' ');
  return taskStatuses.map((to, column) => [from, to, row[column] === 'x'] as const);
});

test('the table has every pair of statuses', () => {
  expect(pairs).toHaveLength(100);
});

test.each(pairs)('a task moves from %s to %s: %s', (from, to, legal) => {
  expect(canMoveTask(from, to)).toBe(legal);
  if (legal) expect(() => assertTaskMove(from, to)).not.toThrow();
  else expect(() => assertTaskMove(from, to)).toThrow(expect.objectContaining({ code: 'INVALID_TRANSITION' }));
});

test.each(pairs)('the moves between %s and %s are legal, step by step', (from, to) => {
  const moves = movesBetween(from, to);
  if (moves === null) return expect(from).toBe('completed');
  let at: TaskStatus = from;
  for (const next of moves) {
    expect(canMoveTask(at, next)).toBe(true);
    at = next;
  }
  expect(at).toBe(to);
});

test('a running task becomes skipped through blocked', () => {
  expect(movesBetween('in_progress', 'skipped')).toEqual(['blocked', 'skipped']);
  expect(movesBetween('assigned', 'skipped')).toEqual(['ready', 'skipped']);
  expect(movesBetween('pending', 'completed')).toEqual(['ready', 'assigned', 'in_progress', 'completed']);
});

test.each([
  [0, 'trivial'],
  [0.24, 'trivial'],
  [0.25, 'simple'],
  [0.99, 'simple'],
  [1, 'moderate'],
  [3.99, 'moderate'],
  [4, 'complex'],
  [7.99, 'complex'],
  [8, 'expert'],
  [100, 'expert'],
])('%f expected hours are %s', (hours, complexity) => {
  expect(complexityOf(hours)).toBe(complexity);
});

test.each(actionVerbs)('a title may start with %s', (verb) => {
  expect(taskTitle.safeParse(`${verb.toUpperCase()} the thing`).success).toBe(true);
  expect(taskTitle.safeParse(`${verb}: the thing`).success).toBe(true);
  expect(startsWithVerb(`${verb}ness of things`)).toBe(false);
});

test.each(['The thing to add', 'Implementation of it', 'go', `Add ${'x'.repeat(200)}`, ''])(
  'the title "%s" is refused',
  (title) => {
    expect(taskTitle.safeParse(title).success).toBe(false);
  },
);
