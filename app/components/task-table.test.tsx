import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { renderToString } from 'react-dom/server';
import { createRoutesStub } from 'react-router';
import { expect, test } from 'vitest';
import { ClockProvider } from '../hooks/use-clock.tsx';
import { after, aTask } from '../live-testing.ts';
import { TaskGraph } from './task-graph.tsx';
import type { GraphData } from './task-graph-model.ts';
import { TaskTable } from './task-table.tsx';

const graph: GraphData = {
  tasks: [
    aTask({ id: 'a', key: 'design', title: 'Design the thing', status: 'completed', proof: 'proven' }),
    aTask({ id: 'b', key: 'build', title: 'Implement the thing', status: 'in_progress', position: 1 }),
  ],
  edges: [{ id: '1', from: 'a', to: 'b', type: 'start_to_start', required: true, lagSeconds: 0 }],
  criticalPath: ['a', 'b'],
};

const table = { to: (task: string) => `?task=${task}`, onFold: () => undefined };

function show(Component: () => React.ReactNode) {
  const Stub = createRoutesStub([
    { path: '/', Component: () => <ClockProvider at={after(60)}>{Component()}</ClockProvider> },
  ]);
  return render(<Stub />).container;
}

test('the table names each task with its state, its proof and what it waits for', () => {
  show(() => <TaskTable {...graph} inspected={null} {...table} />);
  const row = screen.getByRole('rowheader', { name: /build/ }).closest('tr');
  expect(row?.textContent).toContain('IN PROGRESS');
  expect(row?.textContent).toContain('design SS');
  expect(row?.textContent).toContain('critical path');
});

test('the picture holds the same tasks as described, focusable nodes', () => {
  // As the server draws it: the picture is complete before any script runs.
  const html = renderToString(
    <TaskGraph {...graph} selected={null} onSelect={() => undefined} onFold={() => undefined} />,
  );
  const page = new DOMParser().parseFromString(html, 'text/html');
  const nodes = [...page.querySelectorAll('.react-flow__node button')];
  expect(page.querySelectorAll('.react-flow__edge')).toHaveLength(1);
  expect(nodes.map((node) => node.querySelector('.sr-only')?.textContent).sort()).toEqual([
    'Task build: Implement the thing, IN PROGRESS, on the critical path, wave 2',
    'Task design: Design the thing, COMPLETED, on the critical path, wave 1',
  ]);
  // One tab stop for all of them.
  expect(nodes.filter((node) => node.getAttribute('tabindex') === '0')).toHaveLength(1);
});

test('picture and table offer the same commands for the same tasks', () => {
  const grouped: GraphData = {
    tasks: [
      aTask({ id: 'g', key: 'parts' }),
      aTask({ id: 'a', key: 'one', parentTaskId: 'g', status: 'failed', position: 1 }),
      aTask({ id: 'b', key: 'two', parentTaskId: 'g', status: 'completed', position: 2 }),
      aTask({ id: 'c', key: 'after', position: 3 }),
    ],
    edges: [{ id: '1', from: 'g', to: 'c', type: 'finish_to_start', required: true, lagSeconds: 0 }],
    criticalPath: [],
  };
  for (const folded of [new Set<string>(), new Set(['g'])]) {
    const none = () => undefined;
    const html = renderToString(
      <TaskGraph {...grouped} folded={folded} selected={null} onSelect={none} onFold={none} />,
    );
    const picture = new DOMParser().parseFromString(html, 'text/html');
    const list = show(() => <TaskTable {...grouped} folded={folded} inspected={null} {...table} />);
    const inside = (root: ParentNode, selector: string) => [...root.querySelectorAll(selector)];
    const opened = inside(picture, 'button[aria-pressed]').map((one) => one.id.replace('node-', ''));
    const linked = inside(list, 'th a').map((one) => one.getAttribute('href')?.split('task=')[1] ?? '');
    expect(opened.toSorted()).toEqual(linked.toSorted());
    expect(opened.toSorted()).toEqual(folded.size > 0 ? ['c', 'g'] : ['a', 'b', 'c', 'g']);
    const folds = (root: ParentNode) =>
      inside(root, 'button[aria-expanded]').map((one) => one.getAttribute('aria-label'));
    expect(folds(picture)).toEqual(folds(list));
    expect(folds(list)).toEqual([`${folded.size > 0 ? 'Unfold' : 'Fold'} parts: 1 COMPLETED, 1 FAILED`]);
    cleanup();
  }
});

test('a group is folded and unfolded by its button in the table', () => {
  const asked: string[] = [];
  const tasks = [aTask({ id: 'g', key: 'parts' }), aTask({ id: 'a', key: 'one', parentTaskId: 'g', position: 1 })];
  show(() => (
    <TaskTable
      {...{ tasks, edges: [], criticalPath: [], inspected: null }}
      to={(task) => `?task=${task}`}
      onFold={(id) => asked.push(id)}
    />
  ));
  fireEvent.click(screen.getByRole('button', { name: 'Fold parts: 1 PENDING' }));
  expect(asked).toEqual(['g']);
});

test('without a plan the table says what will come', () => {
  show(() => <TaskTable tasks={[]} edges={[]} criticalPath={[]} inspected={null} {...table} />);
  expect(screen.getByText('No plan yet')).toBeTruthy();
});
