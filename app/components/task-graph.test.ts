import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dependencyTypes, taskStatuses } from '../../server/domain/task.ts';
import { nodeOf } from '../../server/domain/task-graph/graph.ts';
import { accepted } from '../../server/domain/task-graph/testing.ts';
import { aTask } from '../live-testing.ts';
import { foldedGroups, type GraphData, graphModel, type TaskSight } from './task-graph-model.ts';
import { taskRows } from './task-table-rows.ts';

const graphs = fc.integer({ min: 0, max: 15 }).chain((count) => {
  const index = fc.nat(Math.max(0, count - 1));
  return fc.record({
    statuses: fc.array(fc.constantFrom(...taskStatuses), { minLength: count, maxLength: count }),
    parents: fc.array(fc.option(index), { minLength: count, maxLength: count }),
    critical: fc.uniqueArray(index),
    folded: fc.uniqueArray(index),
    pairs: fc.uniqueArray(fc.tuple(index, index, fc.constantFrom(...dependencyTypes), fc.boolean()), {
      maxLength: 20,
      selector: ([a, b]) => `${a}-${b}`,
    }),
  });
});

type Sample = typeof graphs extends fc.Arbitrary<infer T> ? T : never;

function dataOf({ statuses, parents, critical, pairs, folded }: Sample): GraphData {
  const parentOf = (i: number) => {
    const parent = parents[i];
    return parent != null && parent < i ? `t${parent}` : null;
  };
  const tasks = statuses.map((status, i) =>
    aTask({ id: `t${i}`, key: `k${i}`, position: i, status, parentTaskId: parentOf(i) }),
  );
  return {
    tasks,
    edges: accepted(
      tasks.map(nodeOf),
      pairs
        .filter(([a, b]) => a < b)
        .map(([a, b, type, required]) => ({ from: `t${a}`, to: `t${b}`, type, required, lagSeconds: 0 })),
    ).map((edge) => ({ ...edge, id: `${edge.from}-${edge.to}` })),
    criticalPath: critical.map((i) => `t${i}`).filter((id) => statuses[Number(id.slice(1))] !== undefined),
    folded: new Set(folded.map((i) => `t${i}`)),
  };
}

test('the picture and the table show the same tasks, states, marks and dependencies, folded or not', () => {
  fc.assert(
    fc.property(graphs, (graph) => {
      const data = dataOf(graph);
      const model = graphModel(data);
      const rows = taskRows(data);
      const facts = (sights: readonly TaskSight[]) =>
        sights
          .map(({ task, critical, group, folded, counts, wave }) => ({
            ...{ id: task.id, status: task.status, critical, group, folded, counts, wave },
          }))
          .sort((a, b) => a.id.localeCompare(b.id));
      expect(facts(rows)).toEqual(facts(model.nodes));

      const ofPicture = model.lines
        .filter((line) => line.type !== 'part_of')
        .map(({ from, to, type, required }) => ({ from, to, type, required }));
      const ofTable = rows.flatMap((row) =>
        row.after.map(({ id, type, required }) => ({ from: id, to: row.task.id, type, required })),
      );
      const sorted = (edges: typeof ofTable) =>
        edges.toSorted((a, b) =>
          `${a.from} ${a.to} ${a.type} ${a.required}`.localeCompare(`${b.from} ${b.to} ${b.type} ${b.required}`),
        );
      expect(sorted(ofTable)).toEqual(sorted(ofPicture as typeof ofTable));
    }),
  );
});

test('the table reads from top to bottom: prerequisites first, children under their group', () => {
  const tasks = [
    aTask({ id: 'c', key: 'c', position: 0 }),
    aTask({ id: 'g', key: 'g', position: 1 }),
    aTask({ id: 'g2', key: 'g2', position: 2, parentTaskId: 'g' }),
    aTask({ id: 'g1', key: 'g1', position: 3, parentTaskId: 'g' }),
  ];
  const edge = { type: 'finish_to_start', required: true, lagSeconds: 0 } as const;
  const edges = [
    { id: '1', from: 'g', to: 'c', ...edge },
    { id: '2', from: 'g1', to: 'g2', ...edge },
  ];
  const rows = taskRows({ tasks, edges, criticalPath: ['g'] });
  expect(rows.map((row) => [row.task.key, row.depth])).toEqual([
    ['g', 0],
    ['g1', 1],
    ['g2', 1],
    ['c', 0],
  ]);
});

test('a line says its lag and that it is optional', () => {
  const tasks = [aTask({ id: 'a' }), aTask({ id: 'b' })];
  const edges = [{ id: '1', from: 'a', to: 'b', type: 'start_to_start', required: false, lagSeconds: 30 } as const];
  expect(graphModel({ tasks, edges, criticalPath: ['a', 'b'] }).lines).toMatchObject([
    { label: '+30 s optional', critical: true },
  ]);
});

test('what may collide orders nothing: places and dependencies stay, the line leads from the upper to the lower', () => {
  const tasks = [aTask({ id: 'a', key: 'a' }), aTask({ id: 'b', key: 'b', position: 1 })];
  const plain = { tasks, edges: [], criticalPath: [] };
  const collisions = [
    {
      first: 'b',
      second: 'a',
      globs: [
        ['src/**', 'src/a.ts'],
        ['docs/**', 'docs/**'],
      ],
    },
    { first: 'a', second: 'ghost', globs: [] },
  ] as const;
  const model = graphModel({ ...plain, collisions });
  expect(model.nodes).toEqual(graphModel(plain).nodes);
  expect(model.lines).toMatchObject([{ type: 'collision', from: 'a', to: 'b', label: 'src/a.ts +1' }]);
  expect(taskRows({ ...plain, collisions }).map(({ after, collides }) => ({ after, collides }))).toEqual([
    { after: [], collides: [{ key: 'b', paths: 'src/** and src/a.ts, docs/**' }] },
    { after: [], collides: [{ key: 'a', paths: 'src/** and src/a.ts, docs/**' }] },
  ]);
});

test('a large graph begins with its groups folded, a small one does not; the address says otherwise by key', () => {
  const group = (count: number) => [
    aTask({ id: 'g', key: 'g' }),
    ...Array.from({ length: count }, (_, i) => aTask({ id: `t${i}`, key: `k${i}`, parentTaskId: 'g' })),
  ];
  expect([...foldedGroups(group(5), [])]).toEqual([]);
  expect([...foldedGroups(group(5), ['g', 'k1', 'ghost'])]).toEqual(['g']);
  expect([...foldedGroups(group(200), [])]).toEqual(['g']);
  expect([...foldedGroups(group(200), ['g'])]).toEqual([]);
});
