import { expect, test } from 'vitest';
import { type EventFilter, eventKinds, everything, isWanted, namesIn, typesOf } from './event-filter.ts';
import { eventTypes } from './events.ts';

const names = { slug: 'IND-3', agent: 'AGENT-DEBUGGER-01' };
const event = {
  type: 'attempt.tool_called',
  sessionId: 's',
  actor: { kind: 'system', id: null, name: 'engine' },
  payload: { attemptId: 'a', tool: 'bash', input: { command: 'npm Test' } },
} as const;

test.each<[Partial<EventFilter>, boolean]>([
  [{}, true],
  [{ types: ['attempt'] }, true],
  [{ types: ['attempt.tool_called'] }, true],
  [{ types: ['attempt.ended', 'session'] }, false],
  [{ session: 'ind-3' }, true],
  [{ session: 'IND-31' }, false],
  [{ who: 'debugger' }, true],
  [{ who: 'Engine' }, true],
  [{ who: 'ada' }, false],
  [{ text: 'npm test' }, true],
  [{ text: 'tool_called' }, true],
  [{ text: 'npm run' }, false],
  [{ types: ['attempt'], who: 'ada', text: 'npm' }, false],
])('%j lets a tool call of an agent through: %s', (part, wanted) => {
  expect(isWanted(event, names, { ...everything, ...part })).toBe(wanted);
});

test('an event of no session is not in one', () => {
  expect(isWanted(event, { slug: null, agent: null }, { ...everything, session: 'IND-3' })).toBe(false);
});

test('kinds cover every type, and a filter names the types it means', () => {
  expect(typesOf({ ...everything, types: [...eventKinds] })).toEqual([...eventTypes]);
  expect(typesOf({ ...everything, types: ['merge', 'ask.opened'] })).toEqual(['merge.completed', 'ask.opened']);
  expect(typesOf(everything)).toBeUndefined();
});

test('names are found by session, attempt and task; a planner’s own run has no key', () => {
  const known = { slugs: { s: 'IND-3' }, agents: { a: 'AGENT-DEBUGGER-01' }, tasks: { t: 'docs', p: null } };
  expect(namesIn(event, known)).toEqual({ ...names, task: null });
  const taskOf = (taskId: string) => namesIn({ sessionId: null, payload: { taskId } }, known);
  expect(taskOf('t')).toEqual({ slug: null, agent: null, task: { id: 't', key: 'docs' } });
  expect(taskOf('p').task).toEqual({ id: 'p', key: null });
  expect(taskOf('gone').task).toBeNull();
});
