import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DependencyType } from '../task.ts';
import { criticalPath } from './critical-path.ts';
import { edge, graphs, node } from './testing.ts';

test('a sibling of 100 hours beats two chained tasks of 1 hour', () => {
  const nodes = [node('a', { hours: 1 }), node('b', { hours: 1 }), node('long', { hours: 100 })];
  const found = criticalPath({ nodes, edges: [edge('a', 'b')] });
  expect(found.path).toEqual(['long']);
  expect(found.hours).toBe(100);
  expect(found.slackHours).toEqual({ a: 98, b: 98, long: 0 });
});

test('the path runs in order of time', () => {
  const nodes = [node('end', { hours: 2 }), node('start', { hours: 3 }), node('side', { hours: 1 })];
  const found = criticalPath({ nodes, edges: [edge('start', 'end'), edge('side', 'end')] });
  expect([found.path, found.hours, found.slackHours.side]).toEqual([['start', 'end'], 5, 2]);
});

// a takes 10 h, b 4 h: when b may end at the earliest, and the slack of a and of b.
test.each<[DependencyType, number, number, number, number]>([
  ['finish_to_start', 0, 14, 0, 0],
  ['finish_to_start', 2, 16, 0, 0],
  ['start_to_start', 0, 10, 0, 6],
  ['start_to_start', 8, 12, 0, 0],
  ['finish_to_finish', 0, 10, 0, 0],
  ['finish_to_finish', 3, 13, 0, 0],
  ['start_to_finish', 0, 10, 0, 6],
  ['start_to_finish', 12, 12, 0, 0],
])('with %s and a lag of %i h the whole takes %i h', (type, lag, total, slackOfA, slackOfB) => {
  const nodes = [node('a', { hours: 10 }), node('b', { hours: 4 })];
  const found = criticalPath({ nodes, edges: [edge('a', 'b', { type, lagSeconds: lag * 3600 })] });
  expect(found.hours).toBe(total);
  expect(found.slackHours).toEqual({ a: slackOfA, b: slackOfB });
});

test('what waits for a group starts when the longest child has ended, and groups take no time', () => {
  const nodes = [
    node('p', { hours: 50 }),
    node('short', { parentId: 'p', hours: 1 }),
    node('long', { parentId: 'p', hours: 5 }),
    node('x', { hours: 2 }),
  ];
  const found = criticalPath({ nodes, edges: [edge('p', 'x')] });
  expect([found.path, found.hours, found.slackHours.short]).toEqual([['long', 'x'], 7, 4]);
});

test('an empty graph takes no time', () => {
  expect(criticalPath({ nodes: [], edges: [] })).toEqual({ path: [], slackHours: {}, hours: 0 });
});

/** Longest path by plain relaxation over leaves, the formulas of domain.md 2.4 taken literally. */
function slowEarliest(
  nodes: readonly { id: string; hours: number }[],
  edges: ReturnType<typeof edge>[],
): Map<string, number> {
  const starts = new Map(nodes.map(({ id }) => [id, 0]));
  const hours = new Map(nodes.map((one) => [one.id, one.hours]));
  for (let round = 0; round <= nodes.length; round += 1) {
    for (const { from, to, type, lagSeconds } of edges) {
      const lag = lagSeconds / 3600;
      const [a, da, db] = [starts.get(from) ?? 0, hours.get(from) ?? 0, hours.get(to) ?? 0];
      const bound = {
        finish_to_start: a + da + lag,
        start_to_start: a + lag,
        finish_to_finish: a + da + lag - db,
        start_to_finish: a + lag - db,
      }[type];
      starts.set(to, Math.max(starts.get(to) ?? 0, bound));
    }
  }
  return starts;
}

test('without groups the length and the slack equal those of a slow reference', () => {
  fc.assert(
    fc.property(graphs(9), (plain) => {
      const nodes = plain.nodes.map((one) => ({ ...one, parentId: null }));
      const edges = [...plain.edges];
      const found = criticalPath({ nodes, edges });
      const starts = slowEarliest(nodes, edges);
      const total = Math.max(...nodes.map(({ id, hours }) => (starts.get(id) ?? 0) + hours));
      expect(found.hours).toBeCloseTo(total, 6);
      for (const { id } of nodes) {
        // Slack is exactly how much later a task can start without making the whole longer.
        const slack = found.slackHours[id] ?? 0;
        expect(slack).toBeGreaterThanOrEqual(0);
        for (const [delay, longer] of [
          [slack, false],
          [slack + 0.01, true],
        ] as const) {
          const gate = { id: 'gate', hours: (starts.get(id) ?? 0) + delay };
          const late = slowEarliest([...nodes, gate], [...edges, edge('gate', id)]);
          const end = Math.max(...nodes.map((one) => (late.get(one.id) ?? 0) + one.hours));
          expect(end > total + 1e-5).toBe(longer);
        }
      }
    }),
    { numRuns: 60 },
  );
});

test('the critical path is never empty while there is work, and never longer than all work', () => {
  fc.assert(
    fc.property(graphs(), (graph) => {
      const groups = new Set(graph.nodes.map(({ parentId }) => parentId));
      const leaves = graph.nodes.filter(({ id }) => !groups.has(id));
      const work = leaves.reduce((sum, { hours }) => sum + hours, 0);
      const lag = graph.edges.reduce((sum, { lagSeconds }) => sum + lagSeconds / 3600, 0);
      const found = criticalPath(graph);
      expect(found.path.length).toBeGreaterThan(0);
      expect(found.hours).toBeLessThanOrEqual(work + lag + 1e-9);
      expect(found.hours).toBeGreaterThanOrEqual(Math.max(...leaves.map(({ hours }) => hours)));
    }),
  );
});
