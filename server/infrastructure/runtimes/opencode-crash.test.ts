import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { RunEvent } from '../../application/ports.ts';
import { identityOf } from './process-table.ts';
import { only, type RuntimeFixture, runToEnd, startRuntime } from './runtime-testing.ts';

// Each test starts OpenCode anew, which a busy machine does slowly.
vi.setConfig({ testTimeout: 180_000 });

let runtime: RuntimeFixture;
beforeAll(async () => {
  runtime = await startRuntime();
});
afterAll(() => runtime?.close());

const killOpenCode = () => process.kill(runtime.supervisor.status().pid ?? Number.NaN, 'SIGKILL');

test('OpenCode killed between two tools: the run is resumed by posting the same ids, and no step runs twice', async () => {
  const order = runtime.order(`
- bash: echo one >> steps.txt
- wait: 2s
- bash: echo two >> steps.txt
- say: Both.`);
  let killed = false;
  const events = await runToEnd(runtime, order, async (event) => {
    if (killed || event.type !== 'tool_call' || event.status !== 'completed') return;
    killed = true;
    await delay(500);
    killOpenCode();
  });

  expect(events.at(-1)).toEqual({ type: 'completed', text: 'Both.' });
  expect(readFileSync(join(order.directory, 'steps.txt'), 'utf8')).toBe('one\ntwo\n');
  expect(only(events, 'started')).toHaveLength(1);
  expect(runtime.supervisor.status().restarts).toBe(1);
});

test('OpenCode killed in mid-tool: the run is lost, and the orphaned command is ended first', async () => {
  const order = runtime.order(
    "- bash: node -e \"require('fs').writeFileSync('pid.txt', String(process.pid)); setTimeout(() => {}, 60000)\"\n- say: never",
  );
  const pidFile = join(order.directory, 'pid.txt');
  const events = await runToEnd(runtime, order, async (event) => {
    if (event.type !== 'tool_call' || event.status !== 'running') return;
    while (!existsSync(pidFile)) await delay(50);
    killOpenCode();
  });

  expect(events.at(-1)).toMatchObject({ type: 'lost', message: expect.stringContaining('bash') });
  expect(await identityOf(Number(readFileSync(pidFile, 'utf8')))).toBeNull();
  // Told again after a restart of the app, the answer is the same.
  expect((await runToEnd(runtime, order)).at(-1)).toMatchObject({ type: 'lost' });
});

test('OpenCode killed while an ask is open: the ask is gone, and the same command asks anew', async () => {
  const order = runtime.order('- ask: touch asked.txt\n- say: Done.');
  const asks: string[] = [];
  const events = await runToEnd(runtime, order, async (event: RunEvent) => {
    if (event.type !== 'ask') return;
    asks.push(event.ask.remoteAskId);
    if (asks.length === 1) killOpenCode();
    else await runtime.runner.answer(order, event.ask, { decision: 'once' });
  });

  expect(only(events, 'ask_gone').map((event) => event.remoteAskId)).toEqual([asks[0]]);
  expect(asks).toHaveLength(2);
  expect(events.at(-1)).toEqual({ type: 'completed', text: 'Done.' });
  expect(existsSync(join(order.directory, 'asked.txt'))).toBe(true);
});

test('OpenCode disposed and restarted on purpose: the run goes on in the new process', async () => {
  const order = runtime.order(`
- write: { path: one.txt, content: "1\\n" }
- wait: 2s
- write: { path: two.txt, content: "2\\n" }
- say: Over two processes.`);
  let restarted = false;
  const events = await runToEnd(runtime, order, async (event) => {
    if (restarted || event.type !== 'tool_call' || event.status !== 'completed') return;
    restarted = true;
    await runtime.supervisor.restart('the test wants it');
  });

  expect(events.at(-1)).toEqual({ type: 'completed', text: 'Over two processes.' });
  expect(existsSync(join(order.directory, 'two.txt'))).toBe(true);
});
