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
  const variables = scripts.start?.match(/\b[A-Z_]+=\S+/g) ?? [];
  expect(variables).toContain('NODE_ENV=production');
  for (const variable of variables)
    for (const path of ['deploy/as-own-user', 'Dockerfile']) expect(textOf(path), path).toContain(variable);
});
