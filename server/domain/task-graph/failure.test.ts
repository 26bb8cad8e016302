import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canMoveTask, type TaskStatus, taskEnded, taskStatuses } from '../task.ts';
import { consequencesOfFailure } from './failure.ts';
import { edge, graphs, node } from './testing.ts';

const chain = (statuses: TaskStatus[]) => ({
  nodes: statuses.map((status, place) => node('abcdef'[place] ?? '?', { status })),
  edges: statuses.slice(1).map((_, place) => edge('abcdef'[place] ?? '?', 'abcdef'[place + 1] ?? '?')),
});

test('dependents are skipped transitively, with the reason', () => {
  const found = consequencesOfFailure(chain(['failed', 'pending', 'pending']), 'a', 'skip');
  expect(found).toEqual([
    { taskId: 'b', to: 'skipped', moves: ['skipped'], because: 'a', reason: 'prerequisite_failed: a failed' },
    {
      taskId: 'c',
      to: 'skipped',
      moves: ['skipped'],
      because: 'b',
      reason: 'prerequisite_failed: b cannot complete because a failed',
    },
  ]);
});

test('under the policy block they are blocked instead', () => {
  const found = consequencesOfFailure(chain(['cancelled', 'pending', 'pending']), 'a', 'block');
  expect(found.map(({ taskId, to, reason }) => [taskId, to, reason])).toEqual([
    ['b', 'blocked', 'prerequisite_failed: a cancelled'],
    ['c', 'blocked', 'prerequisite_failed: b cannot complete because a cancelled'],
  ]);
});

test('a dependent already in progress goes through blocked to skipped', () => {
  const graph = {
    nodes: [node('a', { status: 'failed' }), node('b', { status: 'in_progress' })],
    edges: [edge('a', 'b', { type: 'start_to_start' })],
  };
  expect(consequencesOfFailure(graph, 'a', 'skip')[0]?.moves).toEqual(['blocked', 'skipped']);
  expect(consequencesOfFailure(graph, 'a', 'block')[0]?.moves).toEqual(['blocked']);
});

test('optional dependencies, ended tasks and unrelated ones stay as they are', () => {
  const graph = {
    nodes: [node('a', { status: 'failed' }), node('b'), node('c', { status: 'completed' }), node('d'), node('e')],
    edges: [edge('a', 'b', { required: false }), edge('a', 'c', { type: 'start_to_start' }), edge('c', 'd')],
  };
  expect(consequencesOfFailure(graph, 'a', 'skip')).toEqual([]);
});

test('a required child takes its group down, an optional one does not, and siblings go on', () => {
  const graph = (optional: boolean) => ({
    nodes: [
      node('p'),
      node('a', { parentId: 'p', status: 'failed', optional }),
      node('s', { parentId: 'p' }),
      node('x'),
    ],
    edges: [edge('p', 'x')],
  });
  expect(consequencesOfFailure(graph(false), 'a', 'skip').map(({ taskId }) => taskId)).toEqual(['x']);
  expect(consequencesOfFailure(graph(true), 'a', 'skip')).toEqual([]);
});

test('a group that waits for the failed task is skipped leaf by leaf, and so is what waits for the group', () => {
  const nodes = [
    node('a', { status: 'failed' }),
    node('p'),
    node('c', { parentId: 'p' }),
    node('d', { parentId: 'p' }),
    node('x'),
  ];
  const graph = { nodes, edges: [edge('a', 'p'), edge('p', 'x')] };
  const found = consequencesOfFailure(graph, 'a', 'skip').map(({ taskId }) => taskId);
  expect(found.sort()).toEqual(['c', 'd', 'x']);
});

test('each consequence is a legal walk of a task that had not ended, and each needs the failed one', () => {
  const policies = fc.constantFrom('skip' as const, 'block' as const);
  fc.assert(
    fc.property(
      graphs(),
      fc.array(fc.constantFrom(...taskStatuses), { minLength: 12, maxLength: 12 }),
      policies,
      (plain, statuses, policy) => {
        const nodes = plain.nodes.map((one, place) => ({
          ...one,
          status: place === 0 ? 'failed' : (statuses[place] ?? 'pending'),
        }));
        const graph = { nodes, edges: plain.edges };
        const found = consequencesOfFailure(graph, '0', policy);
        expect(new Set(found.map(({ taskId }) => taskId)).size).toBe(found.length);
        for (const { taskId, to, moves } of found) {
          let at = nodes.find(({ id }) => id === taskId)?.status ?? 'completed';
          expect(taskEnded(at)).toBe(false);
          for (const next of moves) {
            expect(canMoveTask(at, next)).toBe(true);
            at = next;
          }
          expect(at).toBe(to);
        }
        const inGroups = nodes.some(({ parentId }) => parentId !== null);
        const open = nodes.filter(({ status }) => !taskEnded(status)).map(({ id }) => id);
        if (inGroups) return;
        // Without groups: exactly what required edges reach through tasks that had not ended.
        const hit = new Set(['0']);
        for (const id of hit)
          for (const { from, to, required } of graph.edges)
            if (from === id && required && open.includes(to)) hit.add(to);
        hit.delete('0');
        expect(found.map(({ taskId }) => taskId).sort()).toEqual([...hit].sort());
      },
    ),
  );
});

test('what needs a group is skipped when the last thing in it that could complete has died, optional or not', () => {
  const graph = {
    nodes: [
      node('all'),
      node('extra', { parentId: 'all', optional: true }),
      node('leaf', { parentId: 'extra', status: 'failed' }),
      node('after'),
    ],
    edges: [edge('all', 'after')],
  };
  expect(consequencesOfFailure(graph, 'leaf', 'skip').map(({ taskId, to }) => [taskId, to])).toEqual([
    ['after', 'skipped'],
  ]);
  const sibling = { ...graph, nodes: [...graph.nodes, node('other', { parentId: 'all', optional: true })] };
  expect(consequencesOfFailure(sibling, 'leaf', 'skip')).toEqual([]);
});
