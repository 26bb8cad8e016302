import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canMoveTask, type TaskStatus, taskStatuses } from '../task.ts';
import { consequencesOfFailure } from './failure.ts';
import type { TaskGraph } from './graph.ts';
import { groupMoves } from './progress.ts';
import { readySet } from './ready.ts';
import { edge, graphs, node } from './testing.ts';

const now = new Date('2026-01-01T00:00:00Z');

interface Step {
  taskId: string;
  moves: readonly TaskStatus[];
  reason: string | null;
}

/** What the engine does at each look: consequences, the ready set, groups; whatever was moved once waits for the next. */
function steps(graph: TaskGraph, policy: 'skip' | 'block'): Step[] {
  const dead = graph.nodes.filter(({ status }) => ['failed', 'cancelled', 'skipped'].includes(status));
  const all: Step[] = [
    ...dead.flatMap(({ id }) => consequencesOfFailure(graph, id, policy)),
    ...readySet(graph, now).map((taskId) => ({ taskId, moves: ['ready' as const], reason: null })),
    ...groupMoves(graph).map(({ taskId, moves }) => ({ taskId, moves, reason: null })),
  ];
  return all.filter(({ taskId }, place) => all.findIndex((one) => one.taskId === taskId) === place);
}

test('looking at a graph again and again comes to rest, by legal moves, and never wakes what was given up', () => {
  const statuses = fc.array(fc.constantFrom(...taskStatuses), { minLength: 12, maxLength: 12 });
  fc.assert(
    fc.property(graphs(), statuses, fc.constantFrom('skip' as const, 'block' as const), (plain, chosen, policy) => {
      const groups = new Set(plain.nodes.map(({ parentId }) => parentId));
      let graph: TaskGraph = {
        edges: plain.edges,
        nodes: plain.nodes.map((one, place) => {
          const status = groups.has(one.id) ? 'pending' : (chosen[place] ?? 'pending');
          return {
            ...one,
            status,
            reason: status === 'blocked' ? 'waiting_to_complete' : null,
            startedAt: now,
            endedAt: now,
          };
        }),
      };
      const givenUp = new Set<string>();
      for (let look = 0; ; look += 1) {
        expect(look).toBeLessThan(30);
        const found = steps(graph, policy);
        if (found.length === 0) break;
        for (const { taskId, moves, reason } of found) {
          expect(moves.length).toBeGreaterThan(0);
          let at = graph.nodes.find(({ id }) => id === taskId)?.status ?? 'completed';
          for (const next of moves) {
            expect(canMoveTask(at, next)).toBe(true);
            at = next;
          }
          if (at === 'skipped' || at === 'blocked') givenUp.add(taskId);
          else if (!groups.has(taskId)) expect(givenUp.has(taskId)).toBe(false);
          const status = at;
          graph = { ...graph, nodes: graph.nodes.map((one) => (one.id === taskId ? { ...one, status, reason } : one)) };
        }
      }
    }),
    { numRuns: 500 },
  );
});

test('a task that waits to complete is not left hanging when its prerequisite has failed', () => {
  const waiting = node('b', { status: 'blocked', reason: 'waiting_to_complete' });
  const graph = {
    nodes: [node('a', { status: 'failed' }), waiting],
    edges: [edge('a', 'b', { type: 'finish_to_finish' })],
  };
  for (const policy of ['skip', 'block'] as const) {
    expect(consequencesOfFailure(graph, 'a', policy)).toMatchObject([
      { taskId: 'b', to: 'skipped', moves: ['skipped'] },
    ]);
  }
});

test('a task blocked by a failure that binds only its end stays blocked', () => {
  const blocked = node('b', { status: 'blocked', reason: 'prerequisite_failed: a failed' });
  const graph = {
    nodes: [node('a', { status: 'failed' }), blocked],
    edges: [edge('a', 'b', { type: 'finish_to_finish' })],
  };
  expect(readySet(graph, now)).toEqual([]);
});
