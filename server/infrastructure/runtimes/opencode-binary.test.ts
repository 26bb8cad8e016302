import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { findOpenCode, ripgrepFolder } from './opencode-binary.ts';

const folder = mkdtempSync(join(tmpdir(), 'orchestrator-binary-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function program(name: string, output: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${output}\n`);
  chmodSync(path, 0o755);
  return path;
}

test('without a setting the package of the platform is used', async () => {
  const { path, version } = await findOpenCode(null);
  expect(path).toContain(`opencode-${process.platform}-${process.arch}`);
  expect(version).toMatch(/^1\.18\.\d+$/);
});

test('a program that is named is asked for its version', async () => {
  const path = program('right', 'echo 1.18.99');
  expect(await findOpenCode(path)).toEqual({ path, version: '1.18.99' });
});

test.each([
  ['of another version', () => program('next', 'echo 2.0.1'), /2\.0\.1 .* OPENCODE_BIN/],
  ['that fails', () => program('broken', 'exit 3'), /does not start.*OPENCODE_BIN/],
  ['that is not there', () => join(folder, 'missing'), /does not start.*OPENCODE_BIN/],
])('a program %s is refused with one sentence and its remedy', async (_, path, sentence) => {
  await expect(findOpenCode(path())).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringMatching(sentence),
  });
});

test('ripgrep comes with the app', () => {
  expect(ripgrepFolder()).toContain('@vscode');
});
