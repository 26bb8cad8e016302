import { render, screen } from '@testing-library/react';
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

function show(Component: () => React.ReactNode) {
  const Stub = createRoutesStub([
    { path: '/', Component: () => <ClockProvider at={after(60)}>{Component()}</ClockProvider> },
  ]);
  return render(<Stub />).container;
}

test('the table names each task with its state, its proof and what it waits for', () => {
  show(() => <TaskTable {...graph} inspected={null} anchor="" />);
  const row = screen.getByRole('rowheader', { name: /build/ }).closest('tr');
  expect(row?.textContent).toContain('IN PROGRESS');
  expect(row?.textContent).toContain('design SS');
  expect(row?.textContent).toContain('critical path');
});

test('the picture holds the same tasks as described, focusable nodes', () => {
  // As the server draws it: the picture is complete before any script runs.
  const html = renderToString(<TaskGraph {...graph} selected={null} onSelect={() => undefined} />);
  const page = new DOMParser().parseFromString(html, 'text/html');
  const nodes = [...page.querySelectorAll('.react-flow__node')];
  expect(page.querySelectorAll('.react-flow__edge')).toHaveLength(1);
  expect(nodes.map((node) => node.getAttribute('aria-label')).sort()).toEqual([
    'Task build: Implement the thing, IN PROGRESS, on the critical path',
    'Task design: Design the thing, COMPLETED, on the critical path',
  ]);
  for (const node of nodes) expect(node.getAttribute('tabindex')).toBe('0');
});

test('without a plan the table says what will come', () => {
  show(() => <TaskTable tasks={[]} edges={[]} criticalPath={[]} inspected={null} anchor="" />);
  expect(screen.getByText('No plan yet')).toBeTruthy();
});
