import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { only, type RuntimeFixture, runToEnd, startRuntime } from './runtime-fixture.ts';

let runtime: RuntimeFixture;
beforeAll(async () => {
  runtime = await startRuntime();
});
afterAll(() => runtime?.close());

test('a script of every harmless step runs to its end through real tools', async () => {
  const order = runtime.order(`
- say: I begin.
- usage: { input: 1000, output: 200 }
- write: { path: src/sum.js, content: "export const sum = (a, b) => a + b\\n" }
- edit: { path: greeting.txt, find: hello, replace: good day }
- bash: npm test
- todo: [first thing, second thing]
- context: { set: { build.tool: npm } }
- wait: 50ms
- say: All done.`);
  const events = await runToEnd(runtime, order);

  expect(events[0]).toMatchObject({ type: 'started', adopted: false, runtimeId: 'runtime-1' });
  expect(events.at(-1)).toEqual({ type: 'completed', text: 'All done.' });
  expect(only(events, 'completed')).toHaveLength(1);
  expect(readFileSync(join(order.directory, 'src/sum.js'), 'utf8')).toBe('export const sum = (a, b) => a + b\n');
  expect(readFileSync(join(order.directory, 'greeting.txt'), 'utf8')).toBe('good day\n');

  const finished = only(events, 'tool_call').filter((call) => call.status === 'completed');
  expect(finished.map((call) => [call.callId, call.tool, call.exitCode])).toEqual([
    ['step-3', 'write', null],
    ['step-4', 'edit', null],
    ['step-5', 'bash', 0],
    ['step-6', 'todowrite', null],
  ]);
  expect(finished[2]?.output).toContain('tested');
  expect(only(events, 'file_changed').map((event) => event.path)).toEqual(['src/sum.js', 'greeting.txt']);
  const outputs = only(events, 'output');
  expect(outputs.map((event) => [event.kind, event.text])).toEqual([
    ['text', 'I begin.'],
    ['todo', '- [ ] first thing\n- [ ] second thing'],
    ['text', 'All done.'],
  ]);
  expect(only(events, 'output_delta').length).toBeGreaterThan(0);
  expect(only(events, 'usage').at(-1)?.usage).toMatchObject({ inputTokens: 1000, outputTokens: 200 });
  expect(runtime.contexts).toContainEqual({ 'build.tool': 'npm' });
  const keys = events.flatMap((event) => ('key' in event ? [event.key] : []));
  expect(new Set(keys).size).toBe(keys.length);
});
