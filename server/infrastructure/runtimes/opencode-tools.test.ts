import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AgentTools, ToolAnswer } from '../../application/tools-port.ts';
import { only, type RuntimeFixture, runToEnd, startRuntime } from './runtime-testing.ts';

const calls: unknown[][] = [];
let answer: ToolAnswer = { text: 'Kept', refused: false };
const tools: AgentTools = {
  async call(...given) {
    calls.push(given);
    return answer;
  },
};
let runtime: RuntimeFixture;
beforeAll(async () => {
  runtime = await startRuntime({ tools });
});
afterAll(() => runtime?.close());

const keeping = '- context: { set: { build.tool: npm, n: null } }\n- say: Kept it.';

test.each(['standard', 'read_only', 'documents', 'integration'])(
  'under the preset %s an agent keeps what it learned by a tool of its own, unasked',
  async (permissionPreset) => {
    calls.length = 0;
    answer = { text: 'Kept', refused: false };
    const order = runtime.order(keeping, { agent: { name: 'tester', permissionPreset } });
    const events = await runToEnd(runtime, order);
    expect(events.at(-1)).toEqual({ type: 'completed', text: 'Kept it.' });
    expect(only(events, 'ask')).toEqual([]);
    expect(calls).toEqual([[order.attemptId, 'context_set', { values: { 'build.tool': 'npm', n: null } }]]);
    const [call] = only(events, 'tool_call').filter(({ status }) => status === 'completed');
    expect(call).toMatchObject({ tool: 'orchestrator_context_set', output: 'Kept' });
  },
);

test('a refused call is an error the agent reads, and its run goes on', async () => {
  answer = { text: '403: the attempt is over', refused: true };
  const events = await runToEnd(runtime, runtime.order(keeping));
  const [call] = only(events, 'tool_call').filter(({ status }) => status === 'error');
  expect(call?.output).toContain('403: the attempt is over');
  expect(events.at(-1)).toMatchObject({ type: 'completed' });
});

test('when OpenCode dies in mid-run, the next one has the tools again', async () => {
  calls.length = 0;
  answer = { text: 'Kept', refused: false };
  const order = runtime.order('- wait: 3s\n- bash: echo alive\n- context: { set: { after: crash } }\n- say: Kept it.');
  const before = runtime.supervisor.status().pid ?? 0;
  let killed = false;
  const events = await runToEnd(runtime, order, ({ type }) => {
    if (killed || type !== 'started') return;
    killed = true;
    setTimeout(() => process.kill(before, 'SIGKILL'), 1_000);
  });
  expect(killed).toBe(true);
  expect(runtime.supervisor.status().pid).not.toBe(before);
  expect(events.at(-1)).toEqual({ type: 'completed', text: 'Kept it.' });
  expect(calls).toEqual([[order.attemptId, 'context_set', { values: { after: 'crash' } }]]);
});

test('tools that cannot be given are told, and the work is done without them', async () => {
  const without = await startRuntime({ toolsUrl: 'http://127.0.0.1:9/tools/nobody/mcp' });
  try {
    const events = await runToEnd(without, without.order(keeping));
    expect(only(events, 'progress').map(({ note }) => note)).toEqual([
      expect.stringMatching(/^The agent works without the tools for contexts: /),
    ]);
    expect(events.at(-1)).toEqual({ type: 'completed', text: 'Kept it.' });
    expect(without.contexts).toEqual([{ 'build.tool': 'npm', n: null }]);
  } finally {
    await without.close();
  }
});
