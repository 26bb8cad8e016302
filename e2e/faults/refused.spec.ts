import { chmod, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Exit } from '../support/app.ts';
import { expect, test } from '../support/fixtures.ts';
import { createInstallation, freePort, type Installation } from '../support/installation.ts';
import { templateOf } from '../support/template.ts';

// Bounded for a busy machine; an idle one takes a tenth of it.
test.describe.configure({ timeout: 240_000 });

const quiet = { LOG_LEVEL: 'warn' };

/** One sentence in the terminal, no trace of the inside, and an exit code that says so. */
function expectSentence(end: Exit & { output: string }, about: RegExp): void {
  expect(end.code, end.output).toBe(1);
  const lines = end.output.trim().split('\n');
  expect(lines, end.output).toHaveLength(1);
  expect(lines[0]).toMatch(about);
  expect(lines[0]).toMatch(/^[A-Z].*\.$/);
}

let house: Installation;
test.beforeAll(async () => {
  house = await createInstallation({ database: 'postgres', template: await templateOf('postgres') });
});
test.afterAll(() => house?.close());

test('a port in use is told in one sentence', async () => {
  const other = createServer();
  await new Promise<void>((done) => other.listen(house.port, '127.0.0.1', done));
  try {
    expectSentence(await house.refused(quiet), new RegExp(`^Port ${house.port} .* in use`));
    expect(await house.leftRunning()).toEqual([]);
  } finally {
    await new Promise<void>((done) => other.close(() => done()));
  }
});

test('a data directory that cannot be one is told in one sentence', async () => {
  const file = join(house.folder, 'a-file');
  await writeFile(file, '');
  expectSentence(await house.refused({ ...quiet, DATA_DIR: join(file, 'data') }), /data directory .*a-file/i);
  expectSentence(await house.refused({ ...quiet, DATA_DIR: '/proc/orchestrator' }), /data directory \/proc/i);
});

test('FAULT_AT outside the tests is refused in one sentence', async () => {
  const end = await house.refused({ ...quiet, NODE_ENV: 'production', FAULT_AT: 'mid_tool' });
  expectSentence(end, /^FAULT_AT=mid_tool .*NODE_ENV=test/);
});

test('an OpenCode of another version is refused in one sentence', async () => {
  const program = join(house.folder, 'opencode');
  await writeFile(program, '#!/bin/sh\necho 2.0.24\n');
  await chmod(program, 0o755);
  expectSentence(await house.refused({ ...quiet, OPENCODE_BIN: program }), /^OpenCode 2\.0\.24 .*1\.18/);
});

test('an address of another machine and a common password are told in one sentence, by their variable', async () => {
  expectSentence(await house.refused({ ...quiet, HOST: '203.0.113.5' }), /^HOST=203\.0\.113\.5 .*127\.0\.0\.1/);
  const fresh = await createInstallation({ database: 'postgres' });
  try {
    expectSentence(await fresh.refused({ ...quiet, ADMIN_PASSWORD: 'password1234' }), /^ADMIN_PASSWORD: .*common/);
  } finally {
    await fresh.close();
  }
});

test('a second process on one data directory is refused, and the first one works on', async () => {
  await house.start();
  const end = await house.refused({ ...quiet, PORT: String(await freePort()) });
  expectSentence(end, /in use by process \d+/);
  const api = await house.api();
  expect((await api.call('GET', '/health/ready')).status).toBe(200);
  expect((await api.call('GET', '/sessions')).status).toBe(200);
});
