import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'preflight-'));
  mkdirSync(join(root, 'scripts'));
  cpSync(join(import.meta.dirname, 'preflight.cjs'), join(root, 'scripts/preflight.cjs'));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Runs the guard as another Node would: only the version it sees is changed. */
function preflight(version = process.versions.node) {
  const pretend = join(root, 'pretend.cjs');
  writeFileSync(
    pretend,
    `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });`,
  );
  return spawnSync(process.execPath, ['--require', pretend, join(root, 'scripts/preflight.cjs')], { encoding: 'utf8' });
}

test('without packages it says to install them', () => {
  expect(preflight()).toMatchObject({ status: 1, stderr: 'The packages are not installed: run "npm ci" first.\n' });
});

test('with packages and a new enough Node it is silent', () => {
  mkdirSync(join(root, 'node_modules/express'), { recursive: true });
  for (const version of ['24.0.0', '26.1.0']) {
    expect(preflight(version)).toMatchObject({ status: 0, stdout: '', stderr: '' });
  }
});

test('an old Node is refused with the remedy that fits', () => {
  mkdirSync(join(root, 'node_modules/express'), { recursive: true });
  const without = preflight('20.20.2');
  expect(without.status).toBe(1);
  expect(without.stderr).toMatch(
    /^Node 20\.20\.2 is too old and no Node 24 comes with .*: install Node 24 or newer\.\n$/,
  );
  mkdirSync(join(root, 'node_modules/.bin'));
  writeFileSync(join(root, 'node_modules/.bin/node'), '');
  const beside = preflight('18.0.0');
  expect(beside.status).toBe(1);
  expect(beside.stderr).toMatch(/^Node 18\.0\.0 is too old: start it by its npm script.*\n$/);
});
