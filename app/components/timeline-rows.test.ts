import { expect, test } from 'vitest';
import { eventTypes } from '../../server/domain/events.ts';
import { after, anEvent, aTask } from '../live-testing.ts';
import { attemptBars, grownTo } from './timeline-bars.ts';
import type { EventGroup } from './timeline-entry.ts';
import { fits, idleSeconds, pairsOf, rowsOf } from './timeline-rows.ts';
import { namesOf, wordsOf } from './timeline-words.ts';

const names = namesOf([aTask({ key: 'fix' })]);
const rows = (...events: Parameters<typeof rowsOf>[0][number][]) => rowsOf(events, names);

test('every event type has words, also for a payload that is empty', () => {
  for (const type of eventTypes) {
    const words = wordsOf({ type, payload: {} }, names);
    expect(words.text.length, type).toBeGreaterThan(2);
    expect(words.text, type).not.toMatch(/undefined|null|NaN|\[object/);
  }
});

test('a state change says from, to and why', () => {
  const said = wordsOf(
    { type: 'task.status_changed', payload: { taskId: 't1', from: 'in_progress', to: 'failed', reason: 'gave up' } },
    names,
  );
  expect(said).toMatchObject({ text: 'Task “fix” IN PROGRESS → FAILED: gave up', tone: 'broken' });
});

test('an unknown cost is said to be unknown', () => {
  const payload = { usage: { inputTokens: 1000, outputTokens: 5, costUsd: null } };
  expect(wordsOf({ type: 'attempt.usage_reported', payload }, names).text).toBe('1,005 tokens so far, cost unknown');
});

test('a tool call and its completion share the row in which the call began', () => {
  const call = { attemptId: 'at1', callId: 'step-1', tool: 'bash', input: { command: 'npm test' } };
  const shown = rows(
    anEvent(1, 'attempt.tool_called', { ...call, status: 'running' }),
    anEvent(2, 'attempt.output', { text: 'hello' }),
    anEvent(3, 'attempt.tool_called', { ...call, status: 'completed', output: 'ok', exitCode: 1 }),
  );
  expect(shown.map((row) => row.key)).toEqual(['1', '2']);
  expect(shown[0]).toMatchObject({ completion: { seq: 3 }, words: { text: 'Bash npm test → exit 1', tone: 'broken' } });
});

test('a call that a resumed run makes again has a row of its own', () => {
  const call = { attemptId: 'at1', callId: 'step-1', tool: 'bash', input: { command: 'npm test' } };
  const shown = rows(
    anEvent(1, 'attempt.tool_called', { ...call, status: 'running' }),
    anEvent(2, 'attempt.tool_called', { ...call, status: 'error', output: 'aborted' }),
    anEvent(3, 'attempt.tool_called', { ...call, status: 'running' }),
    anEvent(4, 'attempt.tool_called', { ...call, status: 'completed', output: 'ok', exitCode: 0 }),
  );
  expect(shown.map((row) => row.kind === 'event' && [row.seq, row.completion?.seq])).toEqual([
    [1, 2],
    [3, 4],
  ]);
});

test('a call that its attempt left behind is interrupted, not running', () => {
  const call = { attemptId: 'at1', callId: 'step-1', tool: 'bash', input: { command: 'sleep 60' }, status: 'running' };
  const shown = rows(
    anEvent(1, 'attempt.tool_called', call),
    anEvent(2, 'attempt.ended', { attemptId: 'at1', status: 'aborted' }),
  );
  expect(shown[0]).toMatchObject({ words: { text: 'Bash sleep 60 (interrupted)', tone: 'caution' } });
});

test('long silence is folded to one row that carries its length', () => {
  const shown = rows(
    anEvent(1, 'attempt.output'),
    anEvent(2, 'attempt.output', {}, { at: after(1 + idleSeconds) }),
    anEvent(3, 'attempt.output', {}, { at: after(1 + idleSeconds + 7200) }),
  );
  expect(shown.map((row) => row.kind)).toEqual(['event', 'event', 'idle', 'event']);
  expect(shown[2]).toMatchObject({ seconds: 7200 });
});

test('an end that is known before its call is shown by itself, and joins it when the call is read', () => {
  const call = { attemptId: 'at1', callId: 'step-1', tool: 'bash', input: { command: 'npm test' } };
  const began = anEvent(1, 'attempt.tool_called', { ...call, status: 'running' });
  const ended = anEvent(9, 'attempt.tool_called', { ...call, status: 'completed', exitCode: 0 });
  expect(pairsOf([ended]).absorbed.size).toBe(0);
  const pairs = pairsOf([began, ended]);
  expect([...pairs.absorbed]).toEqual([9]);
  expect(pairs.endOf.get(1)).toBe(ended);
});

test('the filter takes kinds, text and agent, and looks into payloads', () => {
  const events = [
    anEvent(1, 'session.status_changed', { from: 'queued', to: 'running' }),
    anEvent(2, 'attempt.tool_called', { tool: 'write', attemptId: 'at1', input: { content: 'needle' } }),
    anEvent(3, 'ask.opened', { title: 'Publish?' }),
  ];
  const agentOf = (attempt: unknown) => (attempt === 'at1' ? 'AGENT-ONE' : null);
  const seqs = (groups: EventGroup[], text: string, agent = '') =>
    events
      .filter((event) => fits(event, { groups: new Set(groups), text, agent }, names, agentOf))
      .map(({ seq }) => seq);
  expect(seqs([], '')).toEqual([1, 2, 3]);
  expect(seqs(['people'], '')).toEqual([3]);
  expect(seqs([], 'NEEDLE')).toEqual([2]);
  expect(seqs(['state'], 'needle')).toEqual([]);
  expect(seqs([], '', 'AGENT-ONE')).toEqual([2]);
  expect(seqs([], '', 'AGENT-TWO')).toEqual([]);
});

test('a bar tells where the time of an attempt went', () => {
  const of = { attemptId: 'at1', taskId: 't1' };
  const events = [
    anEvent(1, 'task.status_changed', { taskId: 't1', to: 'ready' }, { at: after(0) }),
    anEvent(2, 'attempt.started', of, { at: after(5) }),
    anEvent(3, 'ask.opened', { ...of, askId: 'a1' }, { at: after(10) }),
    anEvent(4, 'ask.answered', { ...of, askId: 'a1' }, { at: after(40) }),
    anEvent(
      5,
      'verification.passed',
      { taskId: 't1', commands: [{ command: 'npm test', exitCode: 0, durationMs: 8000 }] },
      { at: after(60) },
    ),
    anEvent(6, 'attempt.ended', { ...of, status: 'succeeded' }, { at: after(61) }),
  ];
  expect(attemptBars(events, after(500)).get('at1')).toEqual({
    attemptId: 'at1',
    taskId: 't1',
    until: after(61),
    growing: null,
    segments: [
      { kind: 'queued', seconds: 5 },
      { kind: 'waiting', seconds: 30 },
      { kind: 'running', seconds: 18 },
      { kind: 'verifying', seconds: 8 },
    ],
  });
});

test('an attempt that still runs grows until now and counts an unanswered ask as waiting', () => {
  const of = { attemptId: 'at1', taskId: 't1' };
  const events = [
    anEvent(1, 'attempt.started', of, { at: after(0) }),
    anEvent(2, 'ask.opened', { askId: 'a1', taskId: 't1' }, { at: after(10) }),
    anEvent(3, 'attempt.started', { ...of, adopted: true }, { at: after(15) }),
  ];
  const bar = attemptBars(events, after(30)).get('at1');
  expect(bar?.growing).toBe('waiting');
  expect(bar?.segments.map((segment) => segment.seconds)).toEqual([0, 20, 10, 0]);
  const later = bar && grownTo(bar, after(35));
  expect(later?.segments.map((segment) => segment.seconds)).toEqual([0, 25, 10, 0]);
});
