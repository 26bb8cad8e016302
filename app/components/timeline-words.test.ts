import { expect, test } from 'vitest';
import type { EventPayload, EventType } from '../../server/domain/events.ts';
import { aTask } from '../live-testing.ts';
import { reasonText } from './task-words.ts';
import { namesOf, namesOfTask, wordsOf } from './timeline-words.ts';

const names = namesOf([aTask({ key: 'fix' })], new Set(['p1']));
const say = (type: EventType, payload: EventPayload) => wordsOf({ type, payload }, names).text;

test('an event beside its graph names its one task, and a planner’s run as the plan', () => {
  const moved = (task: Parameters<typeof namesOfTask>[0]) =>
    wordsOf({ type: 'task.status_changed', payload: { taskId: 't', from: 'ready', to: 'assigned' } }, namesOfTask(task))
      .text;
  expect(moved({ id: 't', key: 'docs' })).toBe('Task “docs” READY → ASSIGNED');
  expect(moved({ id: 't', key: null })).toBe('The plan READY → ASSIGNED');
  expect(moved(null)).toBe('A task READY → ASSIGNED');
});

test('a failed attempt says why and what it led to', () => {
  const ended = {
    taskId: 't1',
    number: 2,
    status: 'failed',
    message: 'npm test ended with 1',
    verdict: { action: 'other_type', preferredAgentType: 'debugger', reason: '', delaySeconds: 0 },
  };
  expect(say('attempt.ended', ended)).toBe(
    'Attempt 2 of task “fix” ended: failed: npm test ended with 1 → another type of agent: debugger',
  );
});

test('a plan says where it came from, how many tasks it has and what fits too', () => {
  const proposed = {
    source: 'rule',
    blueprint: 'security',
    sentence: 'The word “auth” picked security.',
    offered: ['crud'],
    tasks: [{ key: 'design', title: 'Design it' }],
  };
  expect(say('plan.proposed', proposed)).toBe('Plan proposed: 1 task. The word “auth” picked security.');
  expect(say('plan.proposed', { ...proposed, sentence: null })).toBe(
    'Plan proposed: 1 task from security. Fits too: crud',
  );
});

test('the planner is named as such, in its task and its attempts', () => {
  expect(say('task.created', { taskId: 'p1', kind: 'plan', sentence: 'no rule matched' })).toBe(
    'A planner agent is asked for the plan: no rule matched',
  );
  expect(say('attempt.ended', { taskId: 'p1', role: 'plan', status: 'succeeded' })).toBe(
    'The planner ended: succeeded',
  );
  expect(say('task.status_changed', { taskId: 'p1', from: 'ready', to: 'assigned' })).toBe('The plan READY → ASSIGNED');
});

test('who resolved a conflict and who waived a proof stands in the row', () => {
  expect(
    say('conflict.resolved', { taskId: 't1', resolvedBy: { kind: 'user', name: 'Ann' }, commit: 'abcdef0123456' }),
  ).toBe('Conflict of task “fix” resolved by Ann as abcdef0123');
  expect(say('evidence.waived', { taskId: 't1', byName: 'Ann', reason: 'The test server is down today' })).toBe(
    'Proof of task “fix” waived by Ann: The test server is down today',
  );
});

test('a task that waits for a path says for which and who holds it', () => {
  expect(reasonText('waiting_for_path: src/a.ts held by Add x')).toBe('Waits for src/a.ts held by Add x');
  expect(reasonText('waiting_for_person')).toBe('Waits for a person');
  expect(reasonText('gave up')).toBe('gave up');
});
