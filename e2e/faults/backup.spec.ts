import { execFile } from 'node:child_process';
import { cp, readdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, test } from '../support/fixtures.ts';
import { git } from '../support/git.ts';
import { createInstallation, type Installation } from '../support/installation.ts';
import { script } from '../support/rest.ts';

// Bounded for a busy machine; an idle one takes a tenth of it.
test.describe.configure({ timeout: 240_000 });
test.use({ database: 'embedded' });

const root = resolve(import.meta.dirname, '../..');

function command(house: Installation, ...args: string[]): Promise<{ code: number; output: string }> {
  const env = { ...house.environment, INIT_CWD: house.folder, LEASE_SECONDS: '3' };
  return new Promise((done) =>
    execFile(
      process.execPath,
      [join(root, 'server/backup-cli.ts'), ...args],
      { cwd: house.folder, env, timeout: 120_000 },
      (error, out, err) => done({ code: error === null ? 0 : Number(error.code ?? 1), output: out + err }),
    ),
  );
}

// Works until the test lets it: however slow the machine is, the backup is taken in the middle.
const hold = `
const { existsSync } = require('node:fs');
setInterval(() => existsSync(process.argv[2]) && process.exit(0), 100);
`;

test('a backup of the running app, taken while a session works, finishes that session on another data directory', async ({
  house,
}) => {
  const app = await house.start({ LEASE_SECONDS: '3' });
  const api = await house.api();
  const source = await house.repository('work', { 'hold.js': hold });
  const go = join(house.folder, 'go');
  const work = script(`
- write: { path: result.txt, content: "one\\n" }
- bash: node hold.js ${go}
- say: The result is written.
`);
  const repository = await api.register(source, { verify: ['node check.js'] });
  const { id } = await api.create({ repositoryId: repository.id, prompt: work });
  await api.waitForEvent(id, 'attempt.tool_called', ({ payload }) => payload.tool === 'bash');
  const taken = await command(house, 'backup', 'live.tar');
  expect(taken, taken.output).toMatchObject({ code: 0 });
  expect((await api.session(id)).status, 'the app goes on meanwhile').toBe('running');
  await app.kill();

  const other = await createInstallation({ shared: { admin: house.admin, environment: { LEASE_SECONDS: '3' } } });
  try {
    const file = join(house.folder, 'live.tar');
    const restored = await command(other, 'restore', file);
    expect(restored, restored.output).toMatchObject({ code: 0 });
    expect(restored.output).toContain('whole');
    expect(restored.output, 'the key is not in the backup').toContain('Before the start put that key');
    expect(await readdir(other.dataDir)).not.toContain('encryption.key');
    await cp(join(house.dataDir, 'encryption.key'), join(other.dataDir, 'encryption.key'));

    await other.start();
    await writeFile(go, '');
    const again = await other.api();
    await again.waitFor(id, 'completed');
    const session = await again.session(id);
    expect(session.proof).toBe('proven');
    expect(await git(source, 'show', `${session.branch}:result.txt`)).toBe('one');
    const refused = await command(other, 'restore', file, '--replace');
    expect(refused.code).toBe(1);
    expect(refused.output, 'no restore under a running app').toContain('is in use by process');
  } finally {
    await other.close();
  }
});
