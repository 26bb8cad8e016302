import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { isBuilt, sourceStamp, writeStamp } from './build-stamp.ts';

const root = resolve(import.meta.dirname, '..');

if (process.argv.includes('--if-needed') && isBuilt(root)) process.exit(0);

// Taken before the build: a file edited during it makes the next start build again.
const stamp = sourceStamp(root);
rmSync(resolve(root, 'build/.stamp'), { force: true });
if (process.argv.includes('--if-needed')) process.stdout.write('Building the pages.\n');
const quiet = process.argv.includes('--if-needed') ? ['--logLevel', 'warn'] : [];
const { status } = spawnSync(process.execPath, [resolve(root, 'node_modules/.bin/react-router'), 'build', ...quiet], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, NODE_ENV: 'production' },
});
if (status !== 0) {
  process.stderr.write('The pages could not be built: the messages above say why.\n');
  process.exit(1);
}
// Before the stamp: a build without its picture is not whole.
const picture = spawnSync(process.execPath, [resolve(root, 'scripts/architecture.ts')], {
  cwd: root,
  stdio: 'inherit',
});
if (picture.status !== 0) {
  process.stderr.write('The import graph could not be read: the messages above say why.\n');
  process.exit(1);
}
// What `npm start` runs, found and compiled once: a start reads it instead of looking for each module, stripping types
// and parsing again.
rmSync(resolve(root, 'build/.compiled'), { recursive: true, force: true });
rmSync(resolve(root, 'build/resolutions.json'), { force: true });
const modules = [
  'server/engine.ts',
  'server/web.ts',
  'server/infrastructure/backup/backup.ts',
  'build/server/index.js',
];
const compiled = spawnSync(
  process.execPath,
  [
    '--max-semi-space-size=4',
    '--import',
    './scripts/record-resolutions.ts',
    '--input-type=module',
    '-e',
    modules.map((path) => `await import('./${path}');`).join(''),
  ],
  {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, NODE_ENV: 'production', NODE_COMPILE_CACHE: 'build/.compiled' },
  },
);
if (compiled.status !== 0) {
  process.stderr.write('The server could not be loaded: the messages above say why.\n');
  process.exit(1);
}
writeStamp(root, stamp);
