import { expect, test } from 'vitest';
import { eventActorOf, eventTypes } from './events.ts';

test('event types are noun.past_tense, each once', () => {
  expect(new Set(eventTypes).size).toBe(eventTypes.length);
  for (const type of eventTypes) expect(type).toMatch(/^[a-z]+\.[a-z_]+$/);
});

// The sentence of api.md, whose list is closed.
const closedList =
  'session.created updated status_changed attention_changed retried deleted undeleted completed failed force_completed; plan.proposed accepted rejected; task.created updated status_changed routed decomposed restored; attempt.started output tool_called file_changed usage_reported ended; checkpoint.created restored; verification.passed failed; evidence.waived; merge.completed; conflict.detected resolved; comment.created; ask.opened answered escalated expired superseded; prompt.injected; approval.requested decided expired; agent.registered updated state_changed tier_changed; runtime.state_changed; context.changed; budget.reserved exhausted; recovery.taken_over';

test('the list is exactly the closed list of the API', () => {
  const expected = closedList.split('; ').flatMap((group) => {
    const [first = '', ...rest] = group.split(' ');
    const noun = first.split('.')[0];
    return [first, ...rest.map((verb) => `${noun}.${verb}`)];
  });
  expect([...eventTypes]).toEqual(expected);
});

test('an event keeps who did it without role or address', () => {
  const user = { kind: 'user', id: 'u', teamId: 't', role: 'admin', name: 'Ann', email: 'ann@example.com' } as const;
  expect(eventActorOf(user)).toEqual({ kind: 'user', id: 'u', name: 'Ann' });
  expect(eventActorOf({ kind: 'system', teamId: null, name: 'sweeper' })).toEqual({
    kind: 'system',
    id: null,
    name: 'sweeper',
  });
});
