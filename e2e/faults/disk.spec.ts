import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '../support/fixtures.ts';
import { expectSoundHistory } from '../support/history.ts';
import { createInstallation } from '../support/installation.ts';
import { script } from '../support/rest.ts';
import { makeSmallDisk, type SmallDisk } from '../support/small-disk.ts';

// Bounded for a busy machine; an idle one takes a tenth of it.
test.describe.configure({ timeout: 300_000 });

// Works until the test lets it: however slow the machine is, the disk fills in the middle.
const hold = `
const { existsSync } = require('node:fs');
setInterval(() => existsSync(process.argv[2]) && process.exit(0), 100);
`;

test('a disk that fills refuses new work, keeps the old, ends the process in a sentence and opens again whole', async () => {
  let small: SmallDisk | undefined;
  const house = await createInstallation({
    through: async (dataDir) => {
      small = await makeSmallDisk(dataDir, 1200);
      return small.through;
    },
  });
  if (small === undefined) throw new Error('There is no disk.');
  const disk: SmallDisk = small;
  try {
    const first = await house.start();
    const api = await house.api();
    const source = await house.repository('work', { 'hold.js': hold });
    const { id: repositoryId } = await api.register(source, { verify: ['node check.js'] });
    const go = join(house.folder, 'go');
    const prompt = script(`
- write: { path: result.txt, content: "one\\n" }
- bash: node hold.js ${go}
- say: The result is written.
`);
    const { id } = await api.create({ repositoryId, prompt });
    await api.waitForEvent(id, 'attempt.tool_called', ({ payload }) => payload.tool === 'bash');

    await disk.leave(400);
    const again = { repositoryId, prompt: script('- say: More work.'), title: 'More work' };
    const refused = await api.call('POST', '/sessions', { body: again });
    expect(refused.status, refused.text).toBe(503);
    expect(refused.error).toMatchObject({ code: 'UNAVAILABLE', details: { reason: 'disk' } });
    await writeFile(go, '');
    await api.waitFor(id, 'completed');
    await expectSoundHistory(api, id, { repository: source, files: { 'result.txt': 'one\n' } });

    // Nothing is to be done but to free some space.
    await disk.free();
    const taken = await api.create(again);

    await disk.leave(1);
    await api.call('POST', '/sessions', { body: again }).catch(() => null);
    const end = await first.ended(60);
    expect(end.code, first.output()).toBe(1);
    expect(first.output().trim().split('\n').at(-1)).toMatch(/^The disk .* is full: free some space, then start again/);

    await disk.free();
    await house.start();
    await api.waitFor(taken.id, 'completed');
    await expectSoundHistory(api, id, { repository: source, files: { 'result.txt': 'one\n' } });
  } finally {
    await house.close();
    await disk.close();
  }
});
