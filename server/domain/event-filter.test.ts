import { expect, test } from 'vitest';
import { type EventFilter, eventKinds, everything, isWanted, typesOf } from './event-filter.ts';
import { eventTypes } from './events.ts';

const event = {
  type: 'attempt.tool_called',
  actor: { kind: 'agent', id: 'a', name: 'AGENT-DEBUGGER-01' },
  payload: { tool: 'bash', input: { command: 'npm Test' } },
} as const;

test.each<[Partial<EventFilter>, boolean]>([
  [{}, true],
  [{ types: ['attempt'] }, true],
  [{ types: ['attempt.tool_called'] }, true],
  [{ types: ['attempt.ended', 'session'] }, false],
  [{ session: 'ind-3' }, true],
  [{ session: 'IND-31' }, false],
  [{ who: 'debugger' }, true],
  [{ who: 'ada' }, false],
  [{ text: 'npm test' }, true],
  [{ text: 'tool_called' }, true],
  [{ text: 'npm run' }, false],
  [{ types: ['attempt'], who: 'ada', text: 'npm' }, false],
])('%j lets a tool call of an agent through: %s', (part, wanted) => {
  expect(isWanted(event, 'IND-3', { ...everything, ...part })).toBe(wanted);
});

test('an event of no session is not in one', () => {
  expect(isWanted(event, null, { ...everything, session: 'IND-3' })).toBe(false);
});

test('kinds cover every type, and a filter names the types it means', () => {
  expect(typesOf({ ...everything, types: [...eventKinds] })).toEqual([...eventTypes]);
  expect(typesOf({ ...everything, types: ['merge', 'ask.opened'] })).toEqual(['merge.completed', 'ask.opened']);
  expect(typesOf(everything)).toBeUndefined();
});
