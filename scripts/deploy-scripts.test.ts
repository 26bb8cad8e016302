import { execFileSync } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const root = new URL('../', import.meta.url);
const textOf = (path: string) => readFileSync(new URL(path, root), 'utf8');

test.each(['deploy/as-own-user', 'deploy/opencode-fenced'])(
  '%s is a script a plain shell reads, ready to run',
  (path) => {
    execFileSync('sh', ['-n', new URL(path, root).pathname]);
    accessSync(new URL(path, root), constants.X_OK);
  },
);

test('as a user of its own the app is started as `npm start` starts it', () => {
  const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
  const command = /node .*$/.exec(scripts.start ?? '')?.[0] ?? 'no start';
  expect(textOf('deploy/as-own-user')).toContain(`env -i "$@" ${command}\n`);
  expect(scripts.start).toContain('NODE_ENV=production');
  expect(textOf('deploy/as-own-user')).toContain('NODE_ENV=production');
});
