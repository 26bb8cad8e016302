import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isBuilt, sourceStamp, writeStamp } from './build-stamp.ts';

let root: string;

function write(path: string, content: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'build-stamp-'));
  write('app/root.tsx', 'root');
  write('server/domain/task.ts', 'task');
  write('server/index.ts', 'server');
  write('package-lock.json', '{}');
  write('build/server/index.js', 'built');
  write('build/client/assets/a.js', 'built');
  write('build/architecture.json', '{}');
  write('build/resolutions.json', '{}');
  writeStamp(root, sourceStamp(root));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

test('a build made from the sources that stand there is kept', () => {
  expect(isBuilt(root)).toBe(true);
});

test.each(['app/root.tsx', 'server/domain/task.ts', 'package-lock.json', 'vite.config.ts', 'public/favicon.svg'])(
  'a change of %s asks for a build',
  (path) => {
    write(path, 'changed');
    expect(isBuilt(root)).toBe(false);
  },
);

test('a renamed file and a removed one ask for a build', () => {
  renameSync(join(root, 'app/root.tsx'), join(root, 'app/other.tsx'));
  expect(isBuilt(root)).toBe(false);
  rmSync(join(root, 'app/other.tsx'));
  expect(isBuilt(root)).toBe(false);
});

test('what is not in the bundle asks for none', () => {
  write('server/index.ts', 'changed');
  write('app/root.test.tsx', 'a test');
  write('README.md', 'words');
  expect(isBuilt(root)).toBe(true);
});

test.each([
  'build/server/index.js',
  'build/client',
  'build/architecture.json',
  'build/resolutions.json',
  'build/.stamp',
])('without %s there is no build', (path) => {
  rmSync(join(root, path), { recursive: true });
  expect(isBuilt(root)).toBe(false);
});
