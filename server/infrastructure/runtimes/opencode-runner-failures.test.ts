import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { toldAborted } from './opencode-aborted.ts';
import { openCodeClient } from './opencode-client.ts';
import { refreshMessages } from './opencode-remote.ts';
import { type ToolPart, toolPart } from './opencode-shapes.ts';
import { only, type RuntimeFixture, runToEnd, startRuntime } from './runtime-testing.ts';

let runtime: RuntimeFixture;
beforeAll(async () => {
  runtime = await startRuntime();
});
afterAll(() => runtime?.close());

test.each([
  ['rate_limit', 1],
  ['server_error', 1],
  ['cut', 1],
  ['malformed', 2],
  ['hang', 1],
])('after %s the run goes on and ends well', async (kind, times) => {
  const order = runtime.order(`
- write: { path: before.txt, content: "1\\n" }
- fail: ${kind}
  times: ${times}
- write: { path: after.txt, content: "2\\n" }
- say: Survived.`);
  const events = await runToEnd(runtime, order);

  expect(events.at(-1)).toEqual({ type: 'completed', text: 'Survived.' });
  const writes = only(events, 'tool_call').filter((call) => call.status === 'completed');
  expect(writes.map((call) => call.callId)).toEqual(['step-1', 'step-3']);
  const failed = runtime.calls.filter(
    (call) => call.attemptId === order.attemptId && (call.errorClass !== null || call.status === 499),
  );
  expect(failed).toHaveLength(times);
});

test.each([
  ['length', 'transient'],
  ['refuse', 'refused'],
])('%s ends the run as %s', async (kind, failure) => {
  const order = runtime.order(`- write: { path: before.txt, content: "1\\n" }\n- fail: ${kind}\n- say: never`);
  const events = await runToEnd(runtime, order);

  expect(events.at(-1)).toMatchObject({ type: 'failed', failure });
});

test('a spent quota parks the run until its reset, then it goes on', async () => {
  const order = runtime.order('- fail: quota\n- say: Paid.');
  const states: string[] = [];
  const events = await runToEnd(runtime, order, (event) => {
    if (event.type === 'progress') states.push(runtime.supervisor.status().state);
  });

  expect(only(events, 'progress')[0]?.note).toMatch(/^Parked until /);
  expect(states[0]).toBe('parked');
  expect(events.at(-1)).toEqual({ type: 'completed', text: 'Paid.' });
});

test('a parked run can be aborted', async () => {
  const order = runtime.order('- fail: quota\n- say: never');
  const events = await runToEnd(runtime, order, async (event) => {
    if (event.type === 'progress') await runtime.runner.abort(order);
  });

  expect(events.at(-1)).toMatchObject({ type: 'aborted' });
});

test('an abort right after the start comes after the post, not before it', async () => {
  const order = runtime.order('- write: { path: never.txt, content: "x" }\n- bash: sleep 30\n- say: never');
  let rung = '';
  const events = await runToEnd(runtime, order, async (event) => {
    if (event.type === 'started') rung = (await runtime.runner.abort(order)).rung;
  });

  expect(['aborted', 'not_running']).toContain(rung);
  expect(events.at(-1)).toMatchObject({ type: 'aborted' });
  expect((await runtime.runner.abort(order)).rung).toBe('not_running');
});

test('a run that was aborted for a pause goes on when it is run again', async () => {
  const order = runtime.order('- write: { path: one.txt, content: "1" }\n- bash: sleep 2\n- say: After the pause.');
  const paused = await runToEnd(runtime, order, async (event) => {
    if (event.type === 'tool_call' && event.tool === 'bash') await runtime.runner.abort(order);
  });
  expect(paused.at(-1)).toMatchObject({ type: 'aborted' });

  const resumed = await runToEnd(runtime, order);
  expect(resumed.at(-1)).toEqual({ type: 'completed', text: 'After the pause.' });
  const writes = only(resumed, 'tool_call').filter((call) => call.tool === 'write' && call.status === 'completed');
  expect(writes).toHaveLength(1);
});

test('a wait longer than the patience with a silent model is no failure', async () => {
  const order = runtime.order('- wait: 4s\n- say: Patience.');
  const events = await runToEnd(runtime, order);

  expect(events.at(-1)).toEqual({ type: 'completed', text: 'Patience.' });
  expect(callsOf(order.attemptId)).toBe(1);
});

test('the gateway refuses a remote session it does not know, and the run ends at once', async () => {
  const order = runtime.order('- say: x');
  runtime.attempts.delete(order.remoteSessionId);
  const events = await runToEnd(runtime, order);

  expect(events.at(-1)).toMatchObject({ type: 'failed', failure: 'refused' });
  expect(callsOf(order.attemptId)).toBe(0);
});

test('a superseded attempt makes no further call, and a cut-off ends a call under way', async () => {
  const superseded = runtime.order('- bash: echo x\n- say: never');
  const events = await runToEnd(runtime, superseded, (event) => {
    const known = runtime.attempts.get(superseded.remoteSessionId);
    if (event.type === 'tool_call' && known)
      runtime.attempts.set(superseded.remoteSessionId, { ...known, status: 'superseded' });
  });
  expect(events.at(-1)).toMatchObject({ type: 'failed', failure: 'refused' });

  const cut = runtime.order('- wait: 60s\n- say: never');
  setTimeout(() => runtime.gateway.cut(cut.attemptId, 'The budget is spent'), 1_000);
  const end = (await runToEnd(runtime, cut)).at(-1);
  expect(end).toMatchObject({ type: 'failed', failure: 'refused', message: 'The budget is spent' });
});

test('a command that OpenCode aborted on its own way out is told to the agent as that, and done again', async () => {
  const order = runtime.order('- bash: echo half && sleep 2 && echo whole > made.txt\n- say: Made.');
  const leaving = new AbortController();
  for await (const event of runtime.runner.run(order, leaving.signal))
    if (event.type === 'tool_call' && event.status === 'running') leaving.abort();
  const client = openCodeClient(runtime.supervisor.client() ?? { baseUrl: '', authHeader: '' });
  await client.send('POST', `/session/${order.remoteSessionId}/abort`);
  const command = async () => {
    const all = await refreshMessages(client, order.remoteSessionId, new Map());
    const found = all.flatMap(({ parts }) => parts.flatMap((part) => toolPart.safeParse(part).data ?? []))[0];
    return found === undefined || found.state.status === 'running' ? null : found;
  };
  await expect.poll(command).not.toBeNull();
  const part = (await command()) as ToolPart;
  // As a stop of all of it leaves a command at times, depending on which of its own hands is the quicker.
  const { output: _, ...state } = part.state;
  const left = { status: 'error', error: 'Tool execution aborted', metadata: { output: 'half\n', interrupted: true } };
  const path = `/session/${order.remoteSessionId}/message/${part.messageID}/part/${part.id}`;
  await client.send('PATCH', path, { ...part, state: { ...state, ...left } });

  expect((await runToEnd(runtime, order)).at(-1)).toEqual({ type: 'completed', text: 'Made.' });
  expect(existsSync(join(order.directory, 'made.txt'))).toBe(true);
});

test('only a command whose half answer would pass for a whole one is told anew', () => {
  const part = (state: object) => ({
    id: 'p',
    messageID: 'm',
    type: 'tool' as const,
    callID: 'step-1',
    tool: 'bash',
    state,
  });
  const cut = { status: 'error', error: 'Tool execution aborted', metadata: { interrupted: true, output: 'half\n' } };
  expect(toldAborted(part(cut))?.state).toEqual({
    ...cut,
    error: 'Tool execution aborted\n\nIt had said until then:\nhalf\n',
    metadata: {},
  });
  expect(toldAborted(part({ ...cut, metadata: { interrupted: true, output: '' } }))?.state.error).toBe(cut.error);
  expect(toldAborted(part({ ...cut, metadata: { interrupted: true } }))).toBeNull();
  expect(toldAborted(part({ ...cut, metadata: { output: 'half' } }))).toBeNull();
  expect(toldAborted(part({ ...cut, status: 'completed' }))).toBeNull();
  expect(toldAborted({ id: 'p', messageID: 'm', type: 'text', text: 'half' })).toBeNull();
});

function callsOf(attemptId: string): number {
  return runtime.calls.filter((call) => call.attemptId === attemptId).length;
}
