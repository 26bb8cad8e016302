import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { upstream } from '../gateway/gateway-testing.ts';
import { createExternalFleet } from './external-fleet.ts';
import { type ElsewhereFixture, localOutbound, startExternalRuntime } from './external-testing.ts';
import { only, runToEnd } from './runtime-testing.ts';

// OpenCode starts several times, which a busy machine does slowly.
vi.setConfig({ testTimeout: 180_000 });

let runtime: ElsewhereFixture;
beforeAll(async () => {
  runtime = await startExternalRuntime();
});
afterAll(() => runtime?.close());

test('a real server is enrolled by what it says: its version, its models by name, and that it sees our files', async () => {
  const fleet = createExternalFleet({
    outbound: localOutbound,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    dataDir: runtime.dataDir,
    runner: { defaultModel: () => '' },
    gateway: { models: () => [], defaultModel: () => '' },
    gatewayUrl: () => '',
    keepSecret: () => undefined,
  });
  const { url, password } = runtime.elsewhere;
  const sight = await fleet.probe({ url, username: 'opencode', password });
  expect(sight).toMatchObject({ state: 'online', softwareVersion: '1.18.33', filesSeen: true });
  expect(sight.models).toContain('rehearsal/scripted');
  // Its own answer holds the token of the gateway in clear.
  expect(JSON.stringify(sight)).not.toContain('oig_');
});

test('killed between two tools and started again, the run goes on with the same ids and no step runs twice', async () => {
  const order = runtime.order(`
- bash: echo one >> steps.txt
- wait: 3s
- bash: echo two >> steps.txt
- say: Both.`);
  let killed = false;
  const events = await runToEnd(runtime, order, async (event) => {
    if (killed || event.type !== 'tool_call' || event.status !== 'completed') return;
    killed = true;
    await delay(500);
    await runtime.elsewhere.kill();
    await runtime.elsewhere.start();
    await runtime.link.check();
  });
  expect(events.at(-1)).toEqual({ type: 'completed', text: 'Both.' });
  expect(readFileSync(join(order.directory, 'steps.txt'), 'utf8')).toBe('one\ntwo\n');
});

test('gone in mid-tool for good, the run is lost in bounded time; back again, the server is used anew', async () => {
  expect(await runtime.link.check()).toMatchObject({ state: 'online' });
  const runner = runtime.runnerThatWaits(3_000);
  const order = runtime.order('- bash: sleep 60\n- say: never');
  let killedAt = 0;
  const events = await runToEnd({ runner }, order, async (event) => {
    if (killedAt > 0 || event.type !== 'tool_call' || event.status !== 'running') return;
    killedAt = Date.now();
    await runtime.elsewhere.kill();
  });
  expect(events.at(-1)).toMatchObject({ type: 'lost', message: expect.stringContaining('taken up anew') });
  expect(Date.now() - killedAt).toBeLessThan(30_000);
  expect(runtime.link.sight()).toMatchObject({ state: 'offline', circuit: 'open' });
  expect(runtime.link.client()).toBeNull();
  // Not ours to end, and not to be asked: nobody claims that it stopped.
  expect((await runner.abort(order)).rung).toBe('unverified');

  await runtime.elsewhere.start();
  expect(await runtime.link.check()).toMatchObject({ state: 'online', circuit: 'closed' });
  const again = runtime.order('- say: Here again.');
  expect((await runToEnd(runtime, again)).at(-1)).toEqual({ type: 'completed', text: 'Here again.' });
});

test('with a configuration of its own it works under our rules and tells what its own provider used', async () => {
  const chunk = (delta: object, finish: string | null = null) =>
    `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
  const call = (name: string, input: object) => {
    const tool = { index: 0, id: 'call-1', type: 'function', function: { name, arguments: JSON.stringify(input) } };
    return chunk({ role: 'assistant', tool_calls: [tool] }) + chunk({}, 'tool_calls');
  };
  const model = await upstream((response, { body }) => {
    const asked = JSON.parse(body) as { messages: { role: string }[]; tools?: unknown[] };
    const step = asked.messages.filter(({ role }) => role === 'tool').length;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    if (step === 0) response.write(call('bash', { command: 'touch asked.txt', description: 'touches' }));
    else response.write(chunk({ role: 'assistant', content: 'Done.' }) + chunk({}, 'stop'));
    const usage = { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 };
    response.end(`data: ${JSON.stringify({ choices: [], usage })}\n\ndata: [DONE]\n\n`);
  });
  const own = await startExternalRuntime({
    config: {
      model: 'own/large',
      enabled_providers: ['own'],
      provider: {
        own: {
          npm: '@ai-sdk/openai-compatible',
          options: { baseURL: model.baseUrl, apiKey: 'sk-own-key-of-theirs' },
          models: { large: { name: 'Large', tool_call: true, cost: { input: 1, output: 2 } } },
        },
      },
    },
  });
  try {
    const order = own.order('', { prompt: 'Touch it.', model: 'own/large' });
    const events = await runToEnd(own, order, async (event) => {
      if (event.type !== 'ask') return;
      expect(existsSync(join(order.directory, 'asked.txt'))).toBe(false);
      await own.runner.answer(order, event.ask, { decision: 'once' });
    });
    // OpenCode's own agent would have run it unasked: the rules of the preset bind the session.
    expect(only(events, 'ask')).toHaveLength(1);
    expect(events.at(-1)).toEqual({ type: 'completed', text: 'Done.' });
    expect(execFileSync('git', ['status', '--short'], { cwd: order.directory, encoding: 'utf8' })).toContain('asked');
    expect(own.calls).toEqual([]);
    expect(
      own.reported.map(({ provider, model: name, inputTokens, outputTokens }) => [
        provider,
        name,
        inputTokens,
        outputTokens,
      ]),
    ).toEqual([
      ['own', 'large', 100, 20],
      ['own', 'large', 100, 20],
    ]);
    expect(own.reported[0]?.costUsd).toBeCloseTo(0.00014, 8);
    // Told again after a restart of the app, nothing is counted twice.
    await runToEnd(own, order);
    expect(own.reported).toHaveLength(2);
    const elsewhereModel = await runToEnd(own, own.order('', { prompt: 'x', model: 'own/small' }));
    expect(elsewhereModel.at(-1)).toMatchObject({ type: 'failed', failure: 'invalid' });
  } finally {
    await own.close();
  }
});
