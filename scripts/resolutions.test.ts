import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const ours = resolve(import.meta.dirname, '..');
let root: string;

function write(path: string, content: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'resolutions-'));
  for (const path of ['server/resolutions.ts', 'scripts/record-resolutions.ts'])
    cpSync(join(ours, path), join(root, path));
  write('package.json', '{ "type": "module" }');
  write('package-lock.json', '{}');
  write('node_modules/told/package.json', '{ "name": "told", "exports": "./first.cjs" }');
  write('node_modules/told/first.cjs', 'exports.word = "package";');
  write('server/index.ts', `import { word } from 'told';\nimport './part.ts';\nconsole.log(word);\n`);
  write('server/part.ts', `import data from './data.json' with { type: 'json' };\nconsole.log(data);\n`);
  write('server/data.json', '"data"');
  write('server/other.ts', `console.log('other');\n`);
  mkdirSync(join(root, 'build'));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function run(preload: string, ...flags: string[]): string[] {
  const args = [...flags, `--import=./${preload}`, 'server/index.ts'];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.trim().split('\n');
}

const start = (...flags: string[]) => run('server/resolutions.ts', ...flags);
const record = () => run('scripts/record-resolutions.ts');
const written = () => JSON.parse(readFileSync(join(root, 'build/resolutions.json'), 'utf8'));

/** Leads one import somewhere else, so that it shows whose answer was taken. */
function lead(specifier: string, path: string): void {
  const found = written();
  found.imports['server/index.ts'][specifier] = [path, 'module-typescript'];
  write('build/resolutions.json', JSON.stringify(found));
}

test('what the build found is where each import leads, in files of ours and of packages', () => {
  expect(record()).toEqual(['data', 'package']);
  expect(written().imports).toEqual({
    'server/index.ts': {
      told: ['node_modules/told/first.cjs', 'commonjs'],
      './part.ts': ['server/part.ts', 'module-typescript'],
    },
    'server/part.ts': { './data.json': ['server/data.json', 'json'] },
  });
  expect(start()).toEqual(['data', 'package']);
  lead('./part.ts', 'server/other.ts');
  expect(start()).toEqual(['other', 'package']);
});

test('an import the build did not see is looked for', () => {
  record();
  write('server/part.ts', `import './other.ts';\n`);
  expect(start()).toEqual(['other', 'package']);
});

test('without a build, with other packages and in development every import is looked for', () => {
  expect(start()).toEqual(['data', 'package']);
  record();
  lead('./part.ts', 'server/other.ts');
  expect(start('--conditions=development')).toEqual(['data', 'package']);
  write('package-lock.json', '{ "changed": true }');
  expect(start()).toEqual(['data', 'package']);
});
