import fc from 'fast-check';
import { expect, test } from 'vitest';
import { taskStatuses } from '../task.ts';
import { parseQuery, type QueryNode, selectTasks } from './query.ts';
import { edge, graphs } from './testing.ts';

const task = (id: string, change: Partial<QueryNode> = {}): QueryNode => ({
  ...{ id, key: id, title: `Implement ${id}`, parentId: null, status: 'pending' },
  ...change,
});

/** design → build (group of api, page) → check → ship, and notes beside it. */
const graph = {
  nodes: [
    task('design', { status: 'completed', title: 'Design the thing' }),
    task('build', { title: 'Implement the parts' }),
    task('api', { parentId: 'build', status: 'failed' }),
    task('page', { parentId: 'build', status: 'in_progress' }),
    task('check', { title: 'Test the thing' }),
    task('ship'),
    task('notes', { status: 'completed' }),
  ],
  edges: [edge('design', 'build'), edge('build', 'check'), edge('check', 'ship')],
};

const kept = (query: string) => {
  const { ids } = selectTasks(graph, parseQuery(query));
  return ids === null ? 'all' : [...ids].toSorted().join(' ');
};

test.each([
  ['', 'all'],
  ['   ', 'all'],
  ['+check', 'api build check design page'],
  ['check+', 'check ship'],
  ['+api', 'api design'],
  ['api+', 'api check ship'],
  ['+check+', 'api build check design page ship'],
  ['state:failed', 'api'],
  ['STATE:failed,completed', 'api design notes'],
  ['thing', 'check design'],
  ['THING state:completed', 'design'],
  ['+ship state:failed', 'api'],
  ['state:skipped', ''],
  // Part of one key, when no task has it whole.
  ['+shi', 'api build check design page ship'],
  ['nowhere', ''],
])('the query “%s” keeps %s', (query, expected) => {
  expect(kept(query)).toBe(expected);
});

test.each([
  ['state:broken', 'There is no state “broken”'],
  ['state:', 'Name a state'],
  ['+', 'Name a task'],
  ['+ghost', 'No task is called “ghost”'],
])('“%s” is told as a fault', (query, words) => {
  expect(selectTasks(graph, parseQuery(query)).faults.join(' ')).toContain(words);
});

test('everything before and everything after a task meet in it alone, whatever the graph', () => {
  fc.assert(
    fc.property(graphs(), fc.nat(), (made, pick) => {
      const nodes = made.nodes.map((one) => task(one.id, { parentId: one.parentId, status: one.status }));
      const { id } = nodes[pick % nodes.length] ?? nodes[0] ?? task('none');
      const of = (query: string) => selectTasks({ nodes, edges: made.edges }, parseQuery(query)).ids ?? new Set();
      const before = of(`+${id}`);
      const after = of(`${id}+`);
      expect([...before].filter((one) => after.has(one))).toEqual([id]);
      expect(new Set([...before, ...after])).toEqual(of(`+${id}+`));
    }),
  );
});

test('any words are read without throwing, and every state can be asked for', () => {
  fc.assert(fc.property(fc.string(), (text) => void selectTasks(graph, parseQuery(text))));
  for (const status of taskStatuses) expect(parseQuery(`state:${status}`).faults).toEqual([]);
});
