import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { fileURLToPath } from 'node:url';
import { afterEach, expect, test, vi } from 'vitest';
import { markerVariable } from './end-process.ts';
import { openCodeHome } from './opencode-home.ts';
import { readState } from './opencode-state.ts';
import { identityOf, processesMarked } from './process-table.ts';
import { only, type RuntimeFixture, runToEnd, startRuntime, temporaryFolder } from './runtime-testing.ts';

// Several processes are started in a row, which a busy machine does slowly.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });

const app = fileURLToPath(new URL('./runtime-app-testing.ts', import.meta.url));
const folders: string[] = [];
const runtimes: RuntimeFixture[] = [];

afterEach(async () => {
  for (const runtime of runtimes.splice(0)) await runtime.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function folder(): string {
  const made = temporaryFolder();
  folders.push(made);
  return made;
}

async function here(dataDir: string): Promise<RuntimeFixture> {
  const runtime = await startRuntime({ dataDir });
  runtimes.push(runtime);
  return runtime;
}

/** Starts the stand-in app as a process and answers what it printed once OpenCode was online. */
async function elsewhere(dataDir: string, watchdogMs = '600000') {
  const child = spawn(process.execPath, [app, dataDir, watchdogMs], { stdio: ['ignore', 'pipe', 'inherit'] });
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (data: Buffer) => resolve(data.toString()));
    child.once('exit', (code) => reject(new Error(`The app ended with ${code}`)));
  });
  const { pid, gatewayPort } = JSON.parse(line) as { pid: number; gatewayPort: number };
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { child, pid, gatewayPort, ended };
}

const marked = async (dataDir: string) => {
  const instance = readFileSync(openCodeHome(dataDir).instanceFile, 'utf8');
  return processesMarked(markerVariable, (marker) => marker.startsWith(`${instance}.`));
};

test('a killed app leaves OpenCode running; the next one adopts it on the same gateway port and goes on', async () => {
  const dataDir = folder();
  const former = await elsewhere(dataDir);
  former.child.kill('SIGKILL');
  await former.ended;
  expect(await identityOf(former.pid)).not.toBeNull();

  const runtime = await here(dataDir);
  expect(runtime.supervisor.status().pid).toBe(former.pid);
  expect(runtime.gateway.port()).toBe(former.gatewayPort);
  const order = runtime.order('- bash: echo adopted\n- say: Adopted.');
  expect((await runToEnd(runtime, order)).at(-1)).toEqual({ type: 'completed', text: 'Adopted.' });
});

test('an app that is asked to stop leaves nothing running and nothing recorded', async () => {
  const dataDir = folder();
  const former = await elsewhere(dataDir);
  const watchdog = (await readState(openCodeHome(dataDir)))?.watchdog;
  expect(watchdog).not.toBeNull();
  former.child.kill('SIGTERM');
  expect(await former.ended).toBe(0);

  expect(await identityOf(former.pid)).toBeNull();
  expect(await identityOf(watchdog?.pid ?? 0)).toBeNull();
  expect(await marked(dataDir)).toEqual([]);
  expect(await readState(openCodeHome(dataDir))).toBeNull();
});

test('app and OpenCode both killed: commands left behind are ended before the next OpenCode starts', async () => {
  const dataDir = folder();
  const first = await here(dataDir);
  const order = first.order('- bash: sleep 300\n- say: never');
  const detach = new AbortController();
  for await (const event of first.runner.run(order, detach.signal)) if (event.type === 'tool_call') detach.abort();
  await expect.poll(async () => (await marked(dataDir)).length, { timeout: 30_000 }).toBeGreaterThan(1);
  const former = first.supervisor.status().pid ?? 0;
  process.kill(former, 'SIGKILL');
  await expect.poll(() => first.supervisor.status().pid, { timeout: 60_000 }).not.toBe(former);
  await expect.poll(() => first.supervisor.status().state, { timeout: 60_000 }).toBe('online');

  const left = await marked(dataDir);
  expect(left.map(({ pid }) => pid)).toEqual([first.supervisor.status().pid]);
});

test('a process that only looks like ours by its number is never touched', async () => {
  const dataDir = folder();
  const runtime = await here(dataDir);
  const stranger = spawn('sleep', ['60'], {
    stdio: 'ignore',
    env: { ...process.env, [markerVariable]: 'someone-else.1' },
  });
  await runtime.supervisor.restart('the test wants it');

  expect(await identityOf(stranger.pid ?? 0)).not.toBeNull();
  stranger.kill();
});

test('the record and the home are private, and a repository stays free of OpenCode files', async () => {
  const runtime = await here(folder());
  const home = openCodeHome(runtime.dataDir);
  expect(statSync(home.stateFile).mode & 0o077).toBe(0);
  expect(statSync(home.configFile).mode & 0o077).toBe(0);

  const order = runtime.order('- write: { path: only.txt, content: "x\\n" }\n- say: Done.');
  await runToEnd(runtime, order);
  expect(readdirSync(order.directory).sort()).toEqual(['.git', 'greeting.txt', 'only.txt', 'package.json']);
});

test('with no app for long enough the watchdog ends OpenCode and the commands it runs', async () => {
  const dataDir = folder();
  const former = await elsewhere(dataDir, '3000');
  former.child.kill('SIGKILL');
  await former.ended;
  expect(await identityOf(former.pid)).not.toBeNull();

  await expect.poll(() => identityOf(former.pid), { timeout: 60_000 }).toBeNull();
  await expect.poll(() => marked(dataDir), { timeout: 10_000 }).toEqual([]);
  await expect.poll(() => readState(openCodeHome(dataDir)), { timeout: 10_000 }).toBeNull();
});

test('without a usable program the runtime is offline with a sentence, and the app lives on', async () => {
  const runtime = await here(folder());
  await runtime.supervisor.stop();
  const { createSupervisor } = await import('./opencode-supervisor.ts');
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const config = { opencodeBin: '/bin/false' };
  const supervisor = createSupervisor({ config, log, gateway: runtime.gateway, dataDir: runtime.dataDir });
  await supervisor.start();

  expect(supervisor.status()).toMatchObject({
    state: 'offline',
    pid: null,
    detail: expect.stringContaining('OPENCODE_BIN'),
  });
  expect(supervisor.client()).toBeNull();
  await supervisor.stop();
});

test('the real key is in no environment, file or request of the runtime', async () => {
  const key = 'sk-real-canary-0123456789';
  const model = { baseUrl: 'http://127.0.0.1:9', apiKey: key, name: 'real', inputPrice: null, outputPrice: null };
  const dataDir = folder();
  process.env.MODEL_API_KEY = key;
  const runtime = await startRuntime({ dataDir, model });
  runtimes.push(runtime);
  delete process.env.MODEL_API_KEY;

  const order = runtime.order('- bash: node -e "console.log(JSON.stringify(process.env))"\n- say: Seen.', {
    model: 'rehearsal/scripted',
  });
  const events = await runToEnd(runtime, order);
  const shown = only(events, 'tool_call').find((call) => call.status === 'completed')?.output ?? '';
  expect(shown).toContain(markerVariable);
  expect(shown).not.toContain(key);
  const environment = readFileSync(`/proc/${runtime.supervisor.status().pid}/environ`, 'utf8');
  expect(environment).not.toContain(key);
  const root = join(dataDir, 'runtime');
  for (const file of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
    const path = join(root, file);
    if (statSync(path).isFile()) expect(readFileSync(path).includes(key), file).toBe(false);
  }
  const { client } = runtime.supervisor;
  const address = client();
  const answer = await fetch(`${address?.baseUrl}/config/providers`, {
    headers: { authorization: address?.authHeader ?? '' },
  });
  expect(await answer.text()).not.toContain(key);
});
