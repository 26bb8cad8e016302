import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkpointDue, nextSequence, restoredTasks, toPrune } from './checkpoint.ts';
import { taskStatuses } from './task.ts';

test('a sequence is the last one plus 1', () => {
  expect([nextSequence(null), nextSequence(0), nextSequence(150)]).toEqual([1, 1, 151]);
});

test('after 150 checkpoints 51 to 150 are kept', () => {
  const all = Array.from({ length: 150 }, (_, place) => place + 1);
  expect(toPrune(all.reverse())).toEqual(Array.from({ length: 50 }, (_, place) => place + 1));
  expect(toPrune([3, 1, 2])).toEqual([]);
});

test('pruning always leaves the newest hundred, or all when there are fewer', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(10_000), { maxLength: 250 }), (sequences) => {
      const dropped = new Set(toPrune(sequences));
      const kept = sequences.filter((one) => !dropped.has(one));
      expect(kept).toHaveLength(Math.min(100, sequences.length));
      for (const one of dropped) expect(one).toBeLessThan(Math.min(...kept));
    }),
  );
});

test('a periodic checkpoint is due after its time, not before', () => {
  const last = new Date('2026-01-01T00:00:00Z');
  expect(checkpointDue(last, new Date('2026-01-01T00:04:59Z'), 300)).toBe(false);
  expect(checkpointDue(last, new Date('2026-01-01T00:05:00Z'), 300)).toBe(true);
});

test.each(taskStatuses)(
  'restoring leaves a task that is now %s completed exactly when it was completed then',
  (status) => {
    const then = (id: string, was: 'completed' | 'in_progress') => ({
      id,
      key: id,
      status: was,
      reason: null,
      proof: 'none' as const,
      attemptCount: 1,
      mergedCommit: null,
    });
    const state = { tasks: [then('done', 'completed'), then('open', 'in_progress')] };
    const current = ['done', 'open', 'later'].map((id) => ({ id, status, parentTaskId: null }));
    const now = new Map(current.map(({ id }) => [id, status]));
    for (const { taskId, from, to } of restoredTasks(state, current)) {
      expect(from).toBe(status);
      expect(to).not.toBe(status);
      now.set(taskId, to);
    }
    expect([...now.values()]).toEqual(['completed', 'pending', 'cancelled']);
  },
);

test('the parts of a task that was split after the checkpoint are done in its place; a part added to a group is not', () => {
  const then = (id: string) => ({
    id,
    key: id,
    status: 'pending' as const,
    reason: null,
    proof: 'none' as const,
    attemptCount: 0,
    mergedCommit: null,
  });
  const state = { tasks: [then('whole'), then('group'), then('first')] };
  const task = (id: string, parentTaskId: string | null) => ({ id, parentTaskId, status: 'in_progress' as const });
  const current = [
    task('whole', null),
    task('part', 'whole'),
    task('crumb', 'part'),
    task('group', null),
    task('first', 'group'),
    task('second', 'group'),
    task('third', 'second'),
  ];
  const became = Object.fromEntries(restoredTasks(state, current).map(({ taskId, to }) => [taskId, to]));
  expect(became).toMatchObject({ part: 'pending', crumb: 'pending', second: 'cancelled', third: 'cancelled' });
});

test('a plan that is younger than the checkpoint starts again as a whole', () => {
  const current = [{ id: 'task', parentTaskId: null, status: 'failed' as const }];
  expect(restoredTasks({ tasks: [] }, current)).toEqual([{ taskId: 'task', from: 'failed', to: 'pending' }]);
});
