import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCodeClient } from './opencode-client.ts';
import { createOpenCodeRunner } from './opencode-runner.ts';
import { remoteSession } from './opencode-shapes.ts';
import { only, type RuntimeFixture, runToEnd, startRuntime } from './runtime-testing.ts';

let runtime: RuntimeFixture;
beforeAll(async () => {
  runtime = await startRuntime();
});
afterAll(() => runtime?.close());

/** A stream that is open and never says anything, as one that died without being closed. */
const silent = () => new Response(new ReadableStream(), { headers: { 'content-type': 'text/event-stream' } });

// Presets deny the tool that makes sub-agents, so the one below is made beside it, as a server elsewhere may: a real session
// under the run's own, with a run of its own.
test('what a sub-agent asks is found by looking, where no stream tells of it, and its answer lets it go on', async () => {
  const { supervisor, gateway } = runtime;
  const link = {
    ...supervisor,
    client() {
      const address = supervisor.client();
      if (address === null) return null;
      const call = address.fetch ?? fetch;
      const deaf: typeof address.fetch = async (url, init) => (url.includes('/event') ? silent() : call(url, init));
      return { ...address, fetch: deaf };
    },
  };
  const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const runner = createOpenCodeRunner({
    link,
    log: quiet,
    runtimeId: 'runtime-1',
    defaultModel: () => gateway.defaultModel(),
    pollMs: 500,
  });
  const order = runtime.order(`
- wait: 12s
- say: The main run is done.`);
  let child = '';
  const events = await runToEnd({ runner }, order, async (event) => {
    if (event.type === 'started') child = await beginBelow(order.remoteSessionId, order.directory);
    if (event.type !== 'ask') return;
    expect(event.ask).toMatchObject({ remoteSessionId: child, command: 'touch below.txt', permission: 'bash' });
    expect((await runner.openAsks(order)).map(({ remoteAskId }) => remoteAskId)).toEqual([event.ask.remoteAskId]);
    await runner.answer(order, event.ask, { decision: 'once' });
  });
  expect(only(events, 'ask')).toHaveLength(1);
  expect(events.at(-1)).toEqual({ type: 'completed', text: 'The main run is done.' });
  expect(existsSync(join(order.directory, 'below.txt'))).toBe(true);
  expect(
    only(events, 'output').map(({ text }) => text),
    'what it says is told too',
  ).toContain('Below is done.');
});

/** A session below another, at work on a script of its own. */
async function beginBelow(parentID: string, directory: string): Promise<string> {
  const address = runtime.supervisor.client();
  if (address === null) throw new Error('OpenCode is not online');
  const client = openCodeClient(address);
  const query = `?directory=${encodeURIComponent(directory)}`;
  const { id } = await client.post(`/session${query}`, { parentID, title: 'Below' }, remoteSession);
  const script = '```rehearsal\n- ask: touch below.txt\n- say: Below is done.\n```\n';
  const [providerID = '', ...modelID] = runtime.gateway.defaultModel().split('/');
  await client.send('POST', `/session/${id}/prompt_async${query}`, {
    agent: 'orchestrator-standard',
    model: { providerID, modelID: modelID.join('/') },
    parts: [{ type: 'text', text: `Do it.\n\n${script}` }],
  });
  return id;
}
