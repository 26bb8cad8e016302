import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { type OpenCodeClient, openCodeClient } from './opencode-client.ts';
import { openCodeHome } from './opencode-home.ts';
import { remoteSession } from './opencode-shapes.ts';
import { runToEnd, startRuntime } from './runtime-testing.ts';

test('a forgotten run is not to be had from OpenCode, and from its files not after the next start', {
  timeout: 120_000,
}, async () => {
  const runtime = await startRuntime();
  try {
    const word = `planted-${'Q7w8E9r0'}`;
    const home = openCodeHome(runtime.dataDir);
    const folder = join(home.root, 'data');
    const filesWith = (what: string) =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && readFileSync(join(entry.parentPath, entry.name)).includes(what))
        .map(({ name }) => name);
    const saying = (what: string) => {
      const long = `"for (let i = 0; i < 4000; i++) console.log('${what}' + i)"`;
      return runtime.order(`- say: ${what}\n- bash: 'node -e ${long.replaceAll("'", "''")}'\n- say: Done.`);
    };
    const order = saying(word);
    await runToEnd(runtime, order);
    const connected = () => openCodeClient(runtime.supervisor.client() ?? { baseUrl: '', authHeader: '' });
    const below = await connected().post('/session', { parentID: order.remoteSessionId }, remoteSession);
    const other = saying('another-word');
    await runToEnd(runtime, other);
    expect(filesWith(word), 'it was said, and printed').toContain('opencode.db-wal');
    const outputs = await outputsOf(connected(), order.remoteSessionId);
    const kept = await outputsOf(connected(), other.remoteSessionId);
    expect([filesWith(word), filesWith('another-word')]).toEqual([
      expect.arrayContaining(outputs),
      expect.arrayContaining(kept),
    ]);
    // It writes a long output twice at times, and knows of one of them.
    writeFileSync(join(home.outputs, 'tool_second'), word);

    const { runtimeId, remoteSessionId } = order;
    await runtime.runner.forget({ runtimeId, remoteSessionId });
    for (const id of [remoteSessionId, below.id])
      for (const path of ['', '/message'])
        await expect(connected().get(`/session/${id}${path}`, remoteSession)).rejects.toMatchObject({ status: 404 });
    await runtime.runner.forget({ runtimeId, remoteSessionId });
    expect(filesWith(word).filter((name) => outputs.includes(name))).toEqual([]);

    await runtime.supervisor.restart('for the test');
    expect(filesWith(word)).toEqual([]);
    expect(filesWith('another-word')).toEqual(expect.arrayContaining(kept));
    expect((await connected().get(`/session/${other.remoteSessionId}`, remoteSession)).id).toBe(other.remoteSessionId);

    // Deleted while it runs, it would stay busy for ever.
    const running = runtime.order('- wait: 60s');
    const stop = new AbortController();
    for await (const event of runtime.runner.run(running, stop.signal)) if (event.type === 'started') break;
    await runtime.runner.forget({ runtimeId, remoteSessionId: running.remoteSessionId });
    const query = `?directory=${encodeURIComponent(running.directory)}`;
    expect(await (await fetchStatus(runtime.supervisor.client(), query)).json()).toEqual({});
  } finally {
    await runtime.close();
  }
});

/** The files that the calls of a session name; there is at least one. */
async function outputsOf(client: OpenCodeClient, id: string): Promise<string[]> {
  const said = JSON.stringify(await client.get(`/session/${id}/message`, z.unknown()));
  const names = [...new Set([...said.matchAll(/tool-output\/(tool_\w+)/g)].map(([, name]) => name ?? ''))];
  expect(names).not.toEqual([]);
  return names;
}

function fetchStatus(address: { baseUrl: string; authHeader: string } | null, query: string): Promise<Response> {
  return fetch(`${address?.baseUrl}/session/status${query}`, { headers: { authorization: address?.authHeader ?? '' } });
}
