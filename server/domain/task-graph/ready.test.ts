import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canMoveTask, type DependencyType, type TaskStatus } from '../task.ts';
import { consequencesOfFailure } from './failure.ts';
import type { GraphNode, TaskGraph } from './graph.ts';
import { edgeStates, mayComplete, readySet, startRefusal } from './ready.ts';
import { edge, graphs, node } from './testing.ts';

const zero = new Date('2026-01-01T00:00:00Z').getTime();
const at = (seconds: number) => new Date(zero + seconds * 1000);

const pair = (
  type: DependencyType,
  change: Partial<GraphNode>,
  rest: { required?: boolean; lagSeconds?: number } = {},
) => ({
  nodes: [node('a', change), node('b')],
  edges: [edge('a', 'b', { type, ...rest })],
});
const running = { status: 'in_progress', startedAt: at(0) } as const;
const completed = { status: 'completed', startedAt: at(0), endedAt: at(10) } as const;

test.each([
  ['finish_to_start', {}, false],
  ['finish_to_start', running, false],
  ['finish_to_start', completed, true],
  ['start_to_start', {}, false],
  ['start_to_start', { status: 'assigned' }, false],
  ['start_to_start', running, true],
  ['start_to_start', completed, true],
  ['start_to_start', { status: 'ready', startedAt: at(0) }, false],
  ['finish_to_finish', {}, true],
  ['start_to_finish', {}, true],
] as const)('with %s and a prerequisite %o the dependent is ready: %s', (type, change, yes) => {
  expect(readySet(pair(type, change), at(20)).includes('b')).toBe(yes);
});

test.each([
  ['finish_to_finish', {}, false],
  ['finish_to_finish', running, false],
  ['finish_to_finish', completed, true],
  ['start_to_finish', {}, false],
  ['start_to_finish', running, true],
  ['start_to_finish', completed, true],
  ['finish_to_start', {}, true],
  ['start_to_start', {}, true],
] as const)('with %s and a prerequisite %o the dependent may complete: %s', (type, change, yes) => {
  expect(mayComplete(pair(type, change), 'b', at(20))).toBe(yes);
});

test('a lag counts from the completion, or from the start', () => {
  const late = pair('finish_to_start', completed, { lagSeconds: 60 });
  expect([readySet(late, at(69)), readySet(late, at(70))]).toEqual([[], ['b']]);
  const soon = pair('start_to_start', running, { lagSeconds: 60 });
  expect([readySet(soon, at(59)), readySet(soon, at(60))]).toEqual([[], ['b']]);
  const end = pair('start_to_finish', running, { lagSeconds: 60 });
  expect([mayComplete(end, 'b', at(59)), mayComplete(end, 'b', at(60))]).toEqual([false, true]);
});

test.each(['failed', 'cancelled', 'skipped'] as const)(
  'an optional prerequisite that %s is dropped, a required one is not',
  (status) => {
    expect(readySet(pair('finish_to_start', { status }, { required: false }), at(0))).toEqual(['b']);
    expect(readySet(pair('finish_to_start', { status }), at(0))).toEqual([]);
    expect(edgeStates(pair('finish_to_start', { status }), at(0))).toEqual(['impossible']);
  },
);

test('an optional prerequisite that can still finish is waited for', () => {
  expect(readySet(pair('finish_to_start', running, { required: false }), at(0))).toEqual([]);
});

test('a task blocked by a failure becomes ready once its prerequisite has completed after a retry', () => {
  const blocked = { status: 'blocked', reason: 'prerequisite_failed: a failed' } as const;
  const graph = { nodes: [node('a', completed), node('b', blocked)], edges: [edge('a', 'b')] };
  expect(readySet(graph, at(20))).toEqual(['b']);
  const waiting = node('b', { status: 'blocked', reason: 'waiting_to_complete' });
  expect(readySet({ ...graph, nodes: [node('a', completed), waiting] }, at(20))).toEqual([]);
});

test('a group is never ready itself, and its dependencies hold its children', () => {
  const nodes = [node('a'), node('p'), node('c', { parentId: 'p' }), node('d', { parentId: 'c' })];
  expect(readySet({ nodes, edges: [] }, at(0))).toEqual(['a', 'd']);
  expect(readySet({ nodes, edges: [edge('a', 'p')] }, at(0))).toEqual(['a']);
});

test('a group completes for its dependents when its children have, optional failures aside', () => {
  const nodes = (one: Partial<GraphNode>, two: Partial<GraphNode>) => [
    node('p'),
    node('c1', { parentId: 'p', ...one }),
    node('c2', { parentId: 'p', ...two }),
    node('x'),
  ];
  const edges = [edge('p', 'x')];
  expect(readySet({ nodes: nodes(completed, running), edges }, at(20))).toEqual([]);
  expect(readySet({ nodes: nodes(completed, completed), edges }, at(20))).toEqual(['x']);
  expect(readySet({ nodes: nodes(completed, { status: 'failed', optional: true }), edges }, at(20))).toEqual(['x']);
  expect(readySet({ nodes: nodes(completed, { status: 'failed' }), edges }, at(20))).toEqual([]);
});

// --- random runs, judged by a checker of its own that knows only plain facts, not the code under test

interface Run {
  graph: TaskGraph;
  now: number;
}

function change(run: Run, id: string, to: TaskStatus, moves: readonly TaskStatus[] = [to]): void {
  const nodes = run.graph.nodes.map((one) => {
    if (one.id !== id) return one;
    let status = one.status;
    for (const next of moves) {
      expect(canMoveTask(status, next)).toBe(true);
      status = next;
    }
    expect(status).toBe(to);
    const startedAt = to === 'in_progress' ? (one.startedAt ?? at(run.now)) : one.startedAt;
    return { ...one, status, startedAt, endedAt: to === 'completed' || to === 'failed' ? at(run.now) : one.endedAt };
  });
  run.graph = { ...run.graph, nodes };
}

function find(graph: TaskGraph, id: string): GraphNode {
  const found = graph.nodes.find((one) => one.id === id);
  if (found === undefined) throw new Error(`no node ${id}`);
  return found;
}

function leavesUnder(graph: TaskGraph, id: string): GraphNode[] {
  const children = graph.nodes.filter((one) => one.parentId === id);
  return children.length === 0 ? [find(graph, id)] : children.flatMap((child) => leavesUnder(graph, child.id));
}

function selfAndGroups(graph: TaskGraph, id: string): string[] {
  const { parentId } = find(graph, id);
  return parentId === null ? [id] : [id, ...selfAndGroups(graph, parentId)];
}

const finishes = (type: DependencyType) => type === 'finish_to_start' || type === 'finish_to_finish';
const bindsStart = (type: DependencyType) => type === 'finish_to_start' || type === 'start_to_start';

/** Fails when a required dependency is not met at this moment, for the kind of step that is about to happen. */
function checkDependencies(run: Run, id: string, step: 'start' | 'finish'): void {
  const targets = step === 'start' ? selfAndGroups(run.graph, id) : [id];
  for (const one of run.graph.edges) {
    if (!one.required || !targets.includes(one.to) || bindsStart(one.type) !== (step === 'start')) continue;
    const leaves = leavesUnder(run.graph, one.from);
    // A group has started with its first leaf, whatever became of that leaf; it is done by those that completed.
    const counted = finishes(one.type)
      ? ['completed', 'in_progress']
      : ['completed', 'in_progress', 'failed', 'blocked'];
    const needed = leaves.length === 1 ? leaves : leaves.filter(({ status }) => counted.includes(status));
    const moments = needed.map((leaf) => (finishes(one.type) ? leaf.endedAt : leaf.startedAt)?.getTime());
    const known = moments.flatMap((moment) => moment ?? []);
    expect(known.length).toBeGreaterThan(0);
    const since = finishes(one.type) ? Math.max(...known) : Math.min(...known);
    if (finishes(one.type)) expect(needed.every(({ status }) => status === 'completed')).toBe(true);
    expect(at(run.now).getTime()).toBeGreaterThanOrEqual(since + one.lagSeconds * 1000);
  }
}

test('whatever happens in a run, no task starts or completes against a dependency, and the run never gets stuck', () => {
  const dice = fc.array(fc.nat(1_000), { minLength: 400, maxLength: 400 });
  fc.assert(
    fc.property(graphs(10), dice, fc.constantFrom('skip' as const, 'block' as const), (graph, rolls, policy) => {
      const run: Run = { graph, now: 0 };
      const isOver = () =>
        graph.nodes
          .flatMap(({ id }) => leavesUnder(run.graph, id))
          .every(({ status }) => ['completed', 'failed', 'cancelled', 'skipped', 'blocked'].includes(status));
      let turn = 0;
      for (; turn < rolls.length && !isOver(); turn += 1) {
        const roll = rolls[turn] ?? 0;
        run.now += 1 + (roll % 40);
        const started = readySet(run.graph, at(run.now));
        for (const id of started.slice(0, 1 + (roll % 3))) {
          checkDependencies(run, id, 'start');
          change(run, id, 'in_progress', ['ready', 'assigned', 'in_progress']);
        }
        const working = run.graph.nodes.filter(({ status }) => status === 'in_progress');
        const one = working[roll % Math.max(1, working.length)];
        if (one === undefined) continue;
        if (roll % 7 === 0) {
          change(run, one.id, 'failed');
          for (const { taskId, to, moves } of consequencesOfFailure(run.graph, one.id, policy)) {
            const reason = to === 'blocked' ? 'prerequisite_failed' : null;
            change(run, taskId, to, moves);
            run.graph = { ...run.graph, nodes: run.graph.nodes.map((n) => (n.id === taskId ? { ...n, reason } : n)) };
          }
        } else if (mayComplete(run.graph, one.id, at(run.now))) {
          checkDependencies(run, one.id, 'finish');
          change(run, one.id, 'completed');
        }
      }
      expect(isOver()).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test('a ready task is refused its start by an edge or a split that came later, also through its group', () => {
  const nodes = [
    node('a'),
    node('b', { status: 'ready' }),
    node('g', { status: 'ready' }),
    node('c', { parentId: 'g', status: 'ready' }),
  ];
  expect(startRefusal({ nodes, edges: [] }, 'b', at(0))).toBeNull();
  expect(startRefusal({ nodes, edges: [edge('a', 'b')] }, 'b', at(0))).toBe('it waits for a');
  expect(startRefusal({ nodes, edges: [edge('a', 'b', { type: 'finish_to_finish' })] }, 'b', at(0))).toBeNull();
  expect(startRefusal({ nodes, edges: [edge('a', 'g')] }, 'c', at(0))).toBe('it waits for a');
  expect(startRefusal({ nodes, edges: [] }, 'g', at(0))).toContain('split');
  expect(startRefusal({ nodes, edges: [] }, 'z', at(0))).toContain('no task');
});

test('what is in the ready set is never refused its start', () => {
  fc.assert(
    fc.property(graphs(), (graph) => {
      for (const id of readySet(graph, at(0))) expect(startRefusal(graph, id, at(0))).toBeNull();
    }),
  );
});
