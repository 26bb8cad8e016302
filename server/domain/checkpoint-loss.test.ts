import { expect, test } from 'vitest';
import { lossOf } from './checkpoint-loss.ts';
import type { TaskStatus } from './task.ts';

const then = (id: string, status: TaskStatus) =>
  ({ id, key: id, status, reason: null, proof: 'none', attemptCount: 0, mergedCommit: null }) as const;
const now = (id: string, status: TaskStatus) => ({ id, key: id, status, parentTaskId: null });

test('a restore tells what leaves the branch, what is cut short and what leaves the plan', () => {
  const checkpoint = {
    sequence: 2,
    state: { tasks: [then('a', 'completed'), then('b', 'pending'), then('c', 'pending')] },
  };
  const tasks = [now('a', 'completed'), now('b', 'completed'), now('c', 'in_progress'), now('d', 'ready')];
  const checkpoints = [1, 2, 3, 4].map((sequence) => ({ sequence, undone: sequence === 4 }));
  expect(lossOf(checkpoint, tasks, checkpoints)).toEqual({
    undone: ['b'],
    cut: ['c'],
    dropped: ['d'],
    again: 2,
    later: 1,
  });
});

test('going back to how it is costs nothing', () => {
  const checkpoint = { sequence: 1, state: { tasks: [then('a', 'completed')] } };
  expect(lossOf(checkpoint, [now('a', 'completed')], [{ sequence: 1, undone: false }])).toEqual({
    ...{ undone: [], cut: [], dropped: [], again: 0, later: 0 },
  });
});
