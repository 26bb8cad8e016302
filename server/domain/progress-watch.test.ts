import { expect, test } from 'vitest';
import { idleReason, loopReason, maxSameCalls, type Round } from './progress-watch.ts';

const round = (fields: Partial<Round> = {}): Round => ({
  taskId: 't',
  succeeded: false,
  treeHash: 'same',
  filesChanged: 0,
  passed: [],
  ...fields,
});
const idle = [round(), round(), round()];

test('three rounds that change nothing, pass nothing new and complete nothing stop the task', () => {
  expect(idleReason(idle)).toContain('3 rounds');
  expect(idleReason(idle.slice(1))).toBeNull();
  expect(idleReason([round({ filesChanged: 2, treeHash: 'a' }), ...idle])).toBeNull();
  expect(idleReason([round({ filesChanged: 2 }), ...idle])).toContain('3 rounds');
});

test.each<[string, Partial<Round>]>([
  ['another tree', { treeHash: 'other' }],
  ['a command that newly passes', { passed: ['npm run build'] }],
  ['a completed task', { succeeded: true }],
  ['the first round of another task that wrote something', { taskId: 'u', filesChanged: 1 }],
])('%s is progress', (_, fields) => {
  expect(idleReason([round(), round(), round(fields)])).toBeNull();
  expect(idleReason([round(), round(fields), round(fields)])).toBeNull();
});

test('a command that passed before is no progress when it passes again', () => {
  const passing = round({ passed: ['npm run build'] });
  expect(idleReason([passing, passing, passing, passing])).toContain('3 rounds');
});

const call = { tool: 'bash', input: { command: 'ls', cwd: '.' }, output: 'a' };

test('the same call with the same answer eight times in a row is a circle; anything else between is none', () => {
  const calls = Array.from({ length: maxSameCalls }, () => call);
  expect(loopReason(calls)).toContain('bash 8 times');
  expect(loopReason(calls.slice(1))).toBeNull();
  expect(loopReason([{ ...call, input: { cwd: '.', command: 'ls' } }, ...calls.slice(1)])).not.toBeNull();
  expect(loopReason([...calls.slice(1), { ...call, output: 'b' }])).toBeNull();
  expect(loopReason([{ ...call, tool: 'read' }, ...calls.slice(1)])).toBeNull();
});
