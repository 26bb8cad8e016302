import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { remoteMessageIds } from '../remote-ids.ts';
import { startExternalRuntime } from './external-testing.ts';
import { only, type RunnerFixture, runToEnd, startRuntime } from './runtime-testing.ts';

/** The contract of a runner: the same on the OpenCode we keep running and on one that runs elsewhere. */
describe.each(['embedded', 'elsewhere'] as const)('an OpenCode, %s', (kind) => {
  let runtime: RunnerFixture;
  beforeAll(async () => {
    runtime = kind === 'embedded' ? await startRuntime() : await startExternalRuntime();
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

  test('without a script the model writes an honest work log and says so', async () => {
    const order = runtime.order(null);
    const events = await runToEnd(runtime, order);

    const end = events.at(-1);
    expect(end).toMatchObject({ type: 'completed', text: expect.stringContaining('no intelligence') });
    const worklog = readFileSync(join(order.directory, 'WORKLOG.md'), 'utf8');
    expect(worklog).toContain('- greeting.txt');
    expect(worklog).toContain('no intelligence');
  });

  test('a permission ask opens, waits, and is answered once', async () => {
    const order = runtime.order(`
- ask: touch asked.txt
- say: Touched.`);
    const events = await runToEnd(runtime, order, async (event) => {
      if (event.type !== 'ask') return;
      expect(existsSync(join(order.directory, 'asked.txt'))).toBe(false);
      expect((await runtime.runner.openAsks(order)).map((ask) => ask.remoteAskId)).toEqual([event.ask.remoteAskId]);
      // What OpenCode does not understand is no server that is away: trying again would not mend it.
      const strange = { ...event.ask, remoteAskId: 'nothing-it-knows' };
      await expect(runtime.runner.answer(order, strange, { decision: 'once' })).rejects.toMatchObject({
        code: 'INTERNAL',
        message: expect.stringContaining('400'),
      });
      await runtime.runner.answer(order, event.ask, { decision: 'once' });
      await runtime.runner.answer(order, event.ask, { decision: 'once' });
    });

    expect(only(events, 'ask').map((event) => event.ask)).toMatchObject([
      { kind: 'permission', command: 'touch asked.txt', permission: 'bash', patterns: ['touch asked.txt'] },
    ]);
    expect(only(events, 'ask_gone')).toEqual([]);
    expect(events.at(-1)).toEqual({ type: 'completed', text: 'Touched.' });
    expect(existsSync(join(order.directory, 'asked.txt'))).toBe(true);
  });

  test('a rejection with a message lets the run go on without the command', async () => {
    const order = runtime.order(`
- ask: touch never.txt
- write: { path: after.txt, content: "went on\\n" }
- say: Without it.`);
    const events = await runToEnd(runtime, order, async (event) => {
      if (event.type === 'ask')
        await runtime.runner.answer(order, event.ask, { decision: 'reject', message: 'Not here.' });
    });

    expect(events.at(-1)).toEqual({ type: 'completed', text: 'Without it.' });
    const refused = only(events, 'tool_call').find((call) => call.status === 'error');
    expect(refused?.output).toContain('Not here.');
    expect(existsSync(join(order.directory, 'never.txt'))).toBe(false);
    expect(existsSync(join(order.directory, 'after.txt'))).toBe(true);
  });

  test('every request is answered by itself: rules for a session are applied by the application', async () => {
    const order = runtime.order(`
- ask: touch once.txt
- ask: touch once.txt
- say: Twice.`);
    const events = await runToEnd(runtime, order, async (event) => {
      if (event.type === 'ask') await runtime.runner.answer(order, event.ask, { decision: 'session' });
    });

    expect(only(events, 'ask')).toHaveLength(2);
    expect(events.at(-1)).toEqual({ type: 'completed', text: 'Twice.' });
  });

  test('a question is answered in words, and a rejected one is told as an answer', async () => {
    const order = runtime.order(`
- question: { text: "Which port?", options: ["3000", "8080"] }
- question: Any other wish?
- say: Thanks.`);
    const events = await runToEnd(runtime, order, async (event) => {
      if (event.type !== 'ask') return;
      const first = event.ask.question === 'Which port?';
      await runtime.runner.answer(
        order,
        event.ask,
        first ? { answers: ['8080'] } : { decision: 'reject', message: 'None.' },
      );
    });

    expect(only(events, 'ask').map(({ ask }) => [ask.kind, ask.question, ask.options])).toEqual([
      ['question', 'Which port?', ['3000', '8080']],
      ['question', 'Any other wish?', []],
    ]);
    const answers = only(events, 'tool_call').filter((call) => call.status === 'completed');
    expect(answers.map((call) => call.output).join()).toMatch(/8080[\s\S]*None\./);
    expect(events.at(-1)).toEqual({ type: 'completed', text: 'Thanks.' });
  });

  test('a finished run that is run again answers the same without a further model call', async () => {
    const order = runtime.order('- say: Only once.');
    const first = await runToEnd(runtime, order);
    const callsBefore = callsOf(order.attemptId);
    const second = await runToEnd(runtime, order);

    expect(second.at(-1)).toEqual(first.at(-1));
    expect(second[0]).toMatchObject({ type: 'started', adopted: true });
    const keysOf = (events: typeof first) => events.flatMap((event) => ('key' in event ? [event.key] : []));
    expect(keysOf(second)).toEqual(keysOf(first));
    expect(callsOf(order.attemptId)).toBe(callsBefore);
  });

  test('a detached run goes on by itself and is adopted with the same keys', async () => {
    const order = runtime.order(`
- bash: sleep 1
- write: { path: late.txt, content: "late\\n" }
- say: Finished alone.`);
    const detach = new AbortController();
    const seen: string[] = [];
    for await (const event of runtime.runner.run(order, detach.signal)) {
      if ('key' in event) seen.push(event.key);
      if (event.type === 'tool_call') detach.abort();
    }
    expect(seen).toHaveLength(1);

    const events = await runToEnd(runtime, order);
    expect(events[0]).toMatchObject({ type: 'started', adopted: true });
    expect(events.flatMap((event) => ('key' in event ? [event.key] : []))).toContain(seen[0]);
    expect(events.at(-1)).toEqual({ type: 'completed', text: 'Finished alone.' });
    expect(callsOf(order.attemptId)).toBe(3);
  });

  test('a further prompt runs in the same session after the first, and posted again it has no second effect', async () => {
    const order = runtime.order(`
- write: { path: first.txt, content: "1\\n" }
- say: First part.`);
    // A person writes while the first one runs: its ids are older than the answers before it.
    const { messageId: remoteMessageId, partId: remotePartId } = remoteMessageIds();
    await runToEnd(runtime, order);
    const prompt =
      'Also this:\n\n```rehearsal\n- write: { path: second.txt, content: "2\\n" }\n- say: Second part.\n```\n';
    const further = { ...order, prompt, remoteMessageId, remotePartId };
    const events = await runToEnd(runtime, further);

    expect(events.at(-1)).toEqual({ type: 'completed', text: 'Second part.' });
    expect(existsSync(join(order.directory, 'first.txt'))).toBe(true);
    expect(existsSync(join(order.directory, 'second.txt'))).toBe(true);
    const calls = callsOf(order.attemptId);
    expect((await runToEnd(runtime, further)).at(-1)).toEqual(events.at(-1));
    expect(callsOf(order.attemptId)).toBe(calls);
  });

  test('an abort in mid-tool is verified, and ends the command', async () => {
    const order = runtime.order('- bash: sleep 60\n- say: never');
    let rung = '';
    const events = await runToEnd(runtime, order, async (event) => {
      if (event.type === 'tool_call' && event.status === 'running') rung = (await runtime.runner.abort(order)).rung;
    });

    expect(rung).toBe('aborted');
    expect(events.at(-1)).toMatchObject({ type: 'aborted' });
    expect((await runtime.runner.abort(order)).rung).toBe('not_running');
  });

  test('after an abort a pending ask is open no more', async () => {
    const order = runtime.order('- ask: touch ghost.txt');
    const events = await runToEnd(runtime, order, async (event) => {
      if (event.type === 'ask') await runtime.runner.abort(order);
    });

    expect(events.at(-1)).toMatchObject({ type: 'aborted' });
    expect(await runtime.runner.openAsks(order)).toEqual([]);
  });

  test('a wrong model or preset is told before anything is posted', async () => {
    const wrongModel = await runToEnd(runtime, runtime.order('- say: x', { model: 'rehearsal/other' }));
    expect(wrongModel.at(-1)).toMatchObject({
      type: 'failed',
      failure: 'invalid',
      message: expect.stringContaining('rehearsal/other'),
    });
    const agent = { name: 'tester', permissionPreset: 'root' };
    const wrongPreset = await runToEnd(runtime, runtime.order('- say: x', { agent }));
    expect(wrongPreset.at(-1)).toMatchObject({
      type: 'failed',
      failure: 'invalid',
      message: expect.stringContaining('root'),
    });
  });

  function callsOf(attemptId: string): number {
    return runtime.calls.filter((call) => call.attemptId === attemptId).length;
  }
});
