import { randomBytes } from 'node:crypto';
import { readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createGit } from '../git/git-command.ts';
import { git, scratchFolder, scratchRepository, write } from '../git/git-testing.ts';
import { createReachability } from '../git/reachability.ts';
import { createGitSource } from './git.ts';

/** Stands where ssh would: git speaks its real protocol with a repository of this machine. */
function sshHere(): NodeJS.ProcessEnv {
  const path = join(scratchFolder(), 'ssh');
  writeFileSync(path, '#!/bin/sh\nfor last; do :; done; exec sh -c "$last"\n', { mode: 0o755 });
  return { ...process.env, GIT_SSH_COMMAND: path };
}

/** What does not compress. */
const noise = (bytes: number) => randomBytes(bytes).toString('base64').slice(0, bytes);

function remote(files: Record<string, string>, maxBytes?: number) {
  const repository = scratchRepository(files);
  const dataDir = scratchFolder();
  const source = createGitSource({
    git: createGit(sshHere()),
    dataDir,
    mayReach: async () => ['192.0.2.1'],
    networkMs: 60_000,
    ...(maxBytes !== undefined && { maxBytes }),
  });
  return { repository, dataDir, source, url: `ssh://git@host.test${repository}` };
}

test('the files under blueprints are read at the commit of the default branch, and nothing is kept', async () => {
  const { source, url, repository, dataDir } = remote({
    'blueprints/b.yaml': 'b: 1',
    'blueprints/more/a.yml': 'a: é',
    'blueprints/readme.md': '#',
    'c.yaml': 'c: 1',
  });
  const commit = git(repository, 'rev-parse', 'HEAD');
  const origin = { kind: 'git', url, ref: 'HEAD', commit };
  expect(await source.read({ kind: 'git', url })).toEqual([
    { name: 'blueprints/b.yaml', yaml: 'b: 1', origin: { ...origin, path: 'blueprints/b.yaml' } },
    { name: 'blueprints/more/a.yml', yaml: 'a: é', origin: { ...origin, path: 'blueprints/more/a.yml' } },
  ]);
  expect(readdirSync(join(dataDir, 'imports'))).toEqual([]);
});

test('a branch, a tag and a path are obeyed', async () => {
  const { source, url, repository } = remote({ 'blueprints/a.yaml': 'a: 1' });
  git(repository, 'tag', '-a', 'v1', '-m', 'One');
  git(repository, 'switch', '--quiet', '--create', 'next');
  write(repository, { 'plans/b.yaml': 'b: 2' });
  git(repository, 'add', '--all');
  git(repository, 'commit', '--quiet', '-m', 'Second');
  const commit = git(repository, 'rev-parse', 'next');
  git(repository, 'switch', '--quiet', 'main');
  const [found] = await source.read({ kind: 'git', url, ref: 'next', path: 'plans' });
  expect(found).toMatchObject({ yaml: 'b: 2', origin: { ref: 'next', commit, path: 'plans/b.yaml' } });
  const [tagged] = await source.read({ kind: 'git', url, ref: 'v1' });
  expect(tagged?.origin).toMatchObject({ commit: git(repository, 'rev-parse', 'v1^{commit}') });
  await expect(source.read({ kind: 'git', url, path: 'plans' })).rejects.toMatchObject({
    details: [{ path: 'path', message: expect.stringContaining('no .yaml or .yml file in plans') }],
  });
  await expect(source.read({ kind: 'git', url, ref: 'missing' })).rejects.toMatchObject({
    details: [{ path: 'url', message: expect.stringContaining('missing') }],
  });
});

test('a link is no file, and a large file is refused', async () => {
  const { source, url, repository } = remote({ 'blueprints/a.yaml': 'a: 1' });
  symlinkSync('/etc/passwd', join(repository, 'blueprints', 'link.yaml'));
  git(repository, 'add', '--all');
  git(repository, 'commit', '--quiet', '-m', 'Link');
  expect((await source.read({ kind: 'git', url })).map(({ name }) => name)).toEqual(['blueprints/a.yaml']);
  write(repository, { 'blueprints/l.yaml': 'x'.repeat(262_145) });
  git(repository, 'add', '--all');
  git(repository, 'commit', '--quiet', '-m', 'Large');
  await expect(source.read({ kind: 'git', url })).rejects.toThrow(/blueprints\/l.yaml is larger than 256 KiB/);
});

test('a repository that is too large is refused while it is fetched, and nothing of it is kept', async () => {
  const { source, url, dataDir } = remote({ 'blueprints/a.yaml': 'a: 1', 'large.bin': noise(3 * 2 ** 20) }, 2 ** 20);
  await expect(source.read({ kind: 'git', url })).rejects.toMatchObject({
    code: 'INVALID',
    details: [{ path: 'url', message: expect.stringContaining('larger than 1 MiB') }],
  });
  expect(readdirSync(join(dataDir, 'imports'))).toEqual([]);
});

test.each([
  ['file:///etc', /file:/],
  ['/tmp', /neither an absolute path nor a git URL/],
  ['https://ada:secret@host.test/x', /user name or password/],
  ['https://127.0.0.1/x', /OUTBOUND_ALLOW/],
])('%s is refused on its url', async (url, reason) => {
  const source = createGitSource({
    git: createGit(process.env),
    dataDir: scratchFolder(),
    mayReach: createReachability([]),
    networkMs: 5_000,
  });
  await expect(source.read({ kind: 'git', url })).rejects.toMatchObject({
    code: 'INVALID',
    details: [{ path: 'url', message: expect.stringMatching(reason) }],
  });
});
