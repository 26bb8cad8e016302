import { expect, test } from 'vitest';
import { askUrgency, byUrgency, heldUpBehind, passes } from './ask-urgency.ts';

const now = new Date('2026-01-01T12:00:00Z');
const waits = (minutes: number, heldUp = 0, priority = 2) => ({
  openedAt: new Date(now.getTime() - minutes * 60_000),
  heldUp,
  priority,
});

test.each([
  [waits(10), 30],
  [waits(10, 4), 150],
  [waits(10, 0, 0), 50],
  [waits(10, 0, 1), 40],
  [waits(10, 0, 3), 20],
  [waits(10, 0, 4), 10],
  [waits(10, 4, 0), 250],
  [waits(0), 3 / 60],
  [waits(-5), 3 / 60],
])('%o has lost %d weighted task-minutes', (ask, lost) => {
  expect(askUrgency(ask, now)).toBeCloseTo(lost, 9);
});

test('a young ask that holds up much comes before an old one that holds up nothing, and of equals the older', () => {
  const old = waits(30);
  const young = waits(10, 5);
  const critical = waits(20, 0, 0);
  expect(byUrgency([old, critical, young], now)).toEqual([young, critical, old]);
  const twin = { ...waits(60), priority: 4 };
  const heavy = waits(20);
  expect(byUrgency([heavy, twin], now)).toEqual([twin, heavy]);
});

test.each([
  ['d', 0],
  ['c', 1],
  ['b', 2],
  ['a', 4],
  ['alone', 0],
])('behind %s wait %d tasks', (id, many) => {
  const tasks = [
    { id: 'a', after: [] },
    { id: 'b', after: ['a'] },
    { id: 'c', after: ['b', 'x'] },
    { id: 'd', after: ['c', 'b'] },
    { id: 'x', after: ['a'] },
    { id: 'alone', after: [] },
  ];
  expect(heldUpBehind(id, tasks)).toBe(many);
});

test('a circle is not walked for ever', () => {
  const circle = [
    { id: 'a', after: ['b'] },
    { id: 'b', after: ['a'] },
  ];
  expect(heldUpBehind('a', circle)).toBe(1);
});

const ask = {
  kind: 'permission' as const,
  status: 'open' as const,
  permission: 'bash',
  sessionSlug: 'IND-3',
  sessionTitle: 'Publish the library',
  sessionCreatedBy: 'ada',
  taskTitle: 'Release it',
  agentName: 'AGENT-ONE',
  runtimeName: 'embedded',
  subAgent: false,
  title: 'Run npm publish',
  command: 'npm publish',
  question: null,
  paths: [],
};
test.each([
  [{}, true],
  [{ kind: ['question' as const] }, false],
  [{ kind: ['question' as const, 'permission' as const] }, true],
  [{ status: ['escalated' as const] }, false],
  [{ permission: ['bash'], session: ['IND-3'] }, true],
  [{ permission: ['bash'], session: ['IND-4'] }, false],
  [{ agent: ['AGENT-TWO'] }, false],
  [{ runtime: ['embedded'] }, true],
  [{ subAgent: true }, false],
  [{ owner: 'ada' }, true],
  [{ owner: 'leo' }, false],
  [{ q: 'NPM library' }, true],
  [{ q: 'npm zebra' }, false],
  [{ q: '  ' }, true],
])('the filter %o lets it pass: %s', (filter, yes) => {
  expect(passes(ask, filter)).toBe(yes);
});
