import fc from 'fast-check';
import { expect, test } from 'vitest';
import { estimateOf } from '../estimate.ts';
import { canMoveTask, taskStatuses } from '../task.ts';
import { envelopeOf } from './envelope.ts';
import { eta, groupMoves, progress, remainingHours } from './progress.ts';
import { edge, graphs, node } from './testing.ts';

const now = new Date('2026-01-01T10:00:00Z');
const hoursFromNow = (hours: number) => new Date(now.getTime() + hours * 3_600_000);

test('progress counts leaves, not groups, nor what was taken out of the plan', () => {
  const nodes = [
    node('p', { status: 'in_progress' }),
    node('a', { parentId: 'p', status: 'completed' }),
    node('b', { parentId: 'p', status: 'failed' }),
    node('c', { status: 'cancelled' }),
    node('d', { status: 'skipped', optional: true }),
    node('e'),
  ];
  expect(progress({ nodes, edges: [] })).toEqual({ completed: 1, total: 3, ratio: 1 / 3 });
  expect(progress({ nodes: [], edges: [] })).toEqual({ completed: 0, total: 0, ratio: 0 });
});

test('remaining hours fall while a task runs, and never below nothing', () => {
  const graph = (started: number) => ({
    nodes: [
      node('a', { status: 'in_progress', hours: 4, startedAt: hoursFromNow(-started) }),
      node('b', { hours: 2 }),
      node('c', { status: 'completed', hours: 8 }),
      node('d', { status: 'skipped', hours: 8 }),
    ],
    edges: [],
  });
  expect([remainingHours(graph(1), now), remainingHours(graph(9), now)]).toEqual([5, 2]);
});

test('the ETA is bound by the critical path or by the parallelism', () => {
  const nodes = ['a', 'b', 'c', 'd'].map((id) => node(id, { hours: 2 }));
  expect(eta({ nodes, edges: [] }, 1, now)).toEqual(hoursFromNow(8));
  expect(eta({ nodes, edges: [] }, 2, now)).toEqual(hoursFromNow(4));
  expect(eta({ nodes, edges: [edge('a', 'b'), edge('b', 'c')] }, 4, now)).toEqual(hoursFromNow(6));
  expect(eta({ nodes: nodes.map((one) => ({ ...one, status: 'completed' as const })), edges: [] }, 1, now)).toBeNull();
});

test('a lag that has already passed in part delays the ETA by the rest', () => {
  const done = node('a', { status: 'completed', startedAt: hoursFromNow(-3), endedAt: hoursFromNow(-1) });
  const graph = { nodes: [done, node('b', { hours: 2 })], edges: [edge('a', 'b', { lagSeconds: 3 * 3600 })] };
  expect(eta(graph, 2, now)).toEqual(hoursFromNow(4));
});

const group = (
  first: Parameters<typeof node>[1],
  second: Parameters<typeof node>[1],
  status: 'pending' | 'in_progress' = 'pending',
) => ({
  nodes: [node('p', { status }), node('c1', { parentId: 'p', ...first }), node('c2', { parentId: 'p', ...second })],
  edges: [],
});

test('a group follows its children', () => {
  const running = { status: 'in_progress', startedAt: now } as const;
  const done = { status: 'completed', startedAt: now, endedAt: now } as const;
  const of = (...input: Parameters<typeof group>) => groupMoves(group(...input)).map(({ to }) => to);
  expect(of({}, {})).toEqual([]);
  expect(of(running, {})).toEqual(['in_progress']);
  expect(of(done, running, 'in_progress')).toEqual([]);
  expect(of(done, done, 'in_progress')).toEqual(['completed']);
  expect(of(done, { status: 'failed', optional: true }, 'in_progress')).toEqual(['completed']);
  expect(of(done, { status: 'failed' }, 'in_progress')).toEqual(['failed']);
  expect(of({ status: 'skipped' }, { status: 'skipped' })).toEqual(['skipped']);
  expect(of({ status: 'cancelled' }, { status: 'cancelled' })).toEqual(['cancelled']);
  expect(of({ status: 'failed' }, { status: 'blocked', reason: 'prerequisite_failed' }, 'in_progress')).toEqual([]);
});

test('the moves of a group are legal steps', () => {
  fc.assert(
    fc.property(
      graphs(),
      fc.array(fc.constantFrom(...taskStatuses), { minLength: 12, maxLength: 12 }),
      (plain, statuses) => {
        const nodes = plain.nodes.map((one, place) => ({ ...one, status: statuses[place] ?? 'pending' }));
        for (const { taskId, to, moves } of groupMoves({ nodes, edges: plain.edges })) {
          let at = nodes.find(({ id }) => id === taskId)?.status ?? 'completed';
          for (const next of moves) {
            expect(canMoveTask(at, next)).toBe(true);
            at = next;
          }
          expect(at).toBe(to);
        }
      },
    ),
  );
});

test('the envelope adds means and variances, and an unknown price stays unknown', () => {
  const nodes = [node('a', { hours: 2.5 }), node('b', { hours: 2.5 })];
  const estimate = estimateOf({ optimistic: 1, likely: 2, pessimistic: 6 }, 'manual');
  const estimates = new Map([
    ['a', estimate],
    ['b', estimate],
  ]);
  const rates = { tokensPerHour: 1000, usdPerMillionTokens: null };
  const found = envelopeOf({ nodes, edges: [] }, estimates, rates, 2);
  expect(found.workHours.p50).toBeCloseTo(5);
  expect(found.workHours.p90).toBeCloseTo(5 + 1.2816 * Math.sqrt(2 * (5 / 6) ** 2));
  expect(found.elapsedHours.p50).toBeLessThanOrEqual(found.workHours.p50);
  expect(found.tokens.p50).toBe(5000);
  expect(found.costUsd).toBeNull();
  const priced = envelopeOf({ nodes, edges: [] }, estimates, { tokensPerHour: 1e6, usdPerMillionTokens: 2 }, 2);
  expect(priced.costUsd?.p50).toBeCloseTo(10);
});
