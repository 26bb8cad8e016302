import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from '../support/fixtures.ts';
import { expectSoundHistory } from '../support/history.ts';
import { script } from '../support/rest.ts';
import { until } from '../support/wait.ts';

// Bounded for a busy machine; an idle one takes a tenth of it.
test.describe.configure({ timeout: 240_000 });

const preload = pathToFileURL(join(import.meta.dirname, '../support/clock-shift.mjs')).href;

test('a process whose clock jumps by five minutes, ahead and behind, keeps its leases and its deadlines', async ({
  house,
}) => {
  const file = join(house.folder, 'clock');
  await house.start({ LEASE_SECONDS: '3', NODE_OPTIONS: `--import ${preload}`, CLOCK_SHIFT_FILE: file });
  const api = await house.api();
  await until('OpenCode to be online', async () => {
    const { body } = await api.call('GET', '/health/ready');
    return (body as { parts: { runtime: { ok: boolean } } }).parts.runtime.ok;
  });
  for (const seconds of [300, -300]) {
    await writeFile(file, String(seconds));
    const source = await house.repository(`work${seconds}`);
    const repository = await api.register(source, { verify: ['node check.js'] });
    const prompt = script(`
- write: { path: result.txt, content: "one\\n" }
- bash: node tally.js once 5000
- say: The result is written.
`);
    const believed = await until('the clock to jump', async () => {
      const seen = Date.parse(await readFile(`${file}.seen`, 'utf8').catch(() => ''));
      return Math.abs(seen - Date.now() - seconds * 1000) < 30_000;
    });
    expect(believed).toBe(true);
    const { id } = await api.create({ repositoryId: repository.id, prompt, maxDurationSeconds: 60 });
    await api.waitForEvent(id, 'attempt.tool_called', ({ payload }) => payload.tool === 'bash');
    // In the middle of the run it jumps to the other side.
    await writeFile(file, String(-seconds));
    await api.waitFor(id, 'completed');
    const events = await expectSoundHistory(api, id, {
      repository: source,
      files: { 'result.txt': 'one\n', 'tally.txt': 'once\n' },
    });
    expect(events.filter(({ type }) => type === 'recovery.taken_over')).toEqual([]);
    expect(events.filter(({ type }) => type === 'attempt.started')).toHaveLength(1);
  }
});
