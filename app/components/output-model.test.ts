import { expect, test } from 'vitest';
import { anEvent } from '../live-testing.ts';
import { joinEvents, outputOf, saysTheSame } from './output-model.ts';

const of = { attemptId: 'at1', taskId: 't1' };

test('what an attempt said and did stands in order, a call with its completion as one', () => {
  const call = { ...of, callId: 'step-1', tool: 'bash', input: { command: 'npm test' } };
  const [attempt, ...rest] = outputOf([
    anEvent(1, 'attempt.started', of),
    anEvent(2, 'attempt.output', { ...of, kind: 'text', text: 'I run the tests.' }),
    anEvent(3, 'attempt.tool_called', { ...call, status: 'running' }),
    anEvent(4, 'attempt.output', { ...of, kind: 'reasoning', text: 'Good.' }),
    anEvent(5, 'attempt.tool_called', { ...call, status: 'completed', output: 'ok', exitCode: 0 }),
    anEvent(6, 'task.status_changed', of),
  ]);
  expect(rest).toEqual([]);
  expect(attempt?.items.map((item) => [item.kind, item.seq])).toEqual([
    ['text', 2],
    ['tool', 3],
    ['text', 4],
  ]);
  expect(attempt?.items[1]).toMatchObject({ call: { output: 'ok', exitCode: 0, status: 'completed' } });
});

test('a call that a resumed run makes again is an item of its own', () => {
  const call = { ...of, callId: 'step-1', tool: 'bash', input: { command: 'npm test' } };
  const [attempt] = outputOf([
    anEvent(1, 'attempt.tool_called', { ...call, status: 'running' }),
    anEvent(2, 'attempt.tool_called', { ...call, status: 'error', output: 'aborted' }),
    anEvent(3, 'attempt.tool_called', { ...call, status: 'running' }),
  ]);
  expect(attempt?.items.map((item) => item.kind === 'tool' && [item.seq, item.call.status])).toEqual([
    [1, 'error'],
    [3, 'running'],
  ]);
});

test('a call that OpenCode refused bears the name of what was wanted, and is no success', () => {
  const call = { ...of, callId: 'step-1', tool: 'invalid', input: { tool: 'write', error: 'No tool of that name.' } };
  const [attempt] = outputOf([
    anEvent(1, 'attempt.tool_called', { ...call, status: 'running' }),
    anEvent(2, 'attempt.tool_called', { ...call, status: 'completed', output: 'The arguments are invalid.' }),
  ]);
  expect(attempt?.items).toHaveLength(1);
  expect(attempt?.items[0]).toMatchObject({
    call: { tool: 'write', subject: 'refused by OpenCode', output: 'No tool of that name.', status: 'error' },
  });
});

test('a call that its attempt left behind is interrupted', () => {
  const [attempt] = outputOf([
    anEvent(1, 'attempt.tool_called', { ...of, callId: 'step-1', tool: 'bash', status: 'running' }),
    anEvent(2, 'attempt.ended', { ...of, status: 'aborted' }),
  ]);
  expect(attempt?.items).toMatchObject([{ kind: 'tool', call: { status: 'interrupted' } }]);
});

test('each attempt has its own output, also one that said nothing yet', () => {
  const outputs = outputOf([
    anEvent(1, 'attempt.started', of),
    anEvent(2, 'attempt.output', { attemptId: 'at2', taskId: 't1', text: 'second' }),
  ]);
  expect(outputs.map((output) => [output.attemptId, output.items.length])).toEqual([
    ['at2', 1],
    ['at1', 0],
  ]);
});

test('stored and live events are joined once and in order', () => {
  const stored = [anEvent(1, 'attempt.output'), anEvent(2, 'attempt.output')];
  const live = [anEvent(3, 'attempt.output'), anEvent(2, 'attempt.output')];
  expect(joinEvents(stored, live).map((event) => event.seq)).toEqual([1, 2, 3]);
});

test('an item is drawn again when it says something else, not when it was only made anew', () => {
  const call = { ...of, callId: 'step-1', tool: 'bash', input: { command: 'npm test' } };
  const items = (output: string | undefined, text = 'I run the tests.') =>
    outputOf([
      anEvent(1, 'attempt.output', { ...of, kind: 'text', text }),
      anEvent(2, 'attempt.tool_called', { ...call, status: 'running', output }),
    ])[0]?.items ?? [];
  const alike = (one: ReturnType<typeof items>, other: ReturnType<typeof items>) =>
    one.map((item, at) => saysTheSame(item, other[at] ?? item));
  const events = items('ok');
  expect(
    alike(events, outputOf([anEvent(1, 'attempt.output', { ...of, kind: 'text', text: 'More.' })])[0]?.items ?? [])[0],
  ).toBe(false);
  expect(alike(items('ok'), items('ok', 'More.'))).toEqual([false, expect.any(Boolean)]);
  expect(alike(items(undefined), items('ok'))[1]).toBe(false);
  expect(alike(events, [...events])).toEqual([true, true]);
});
