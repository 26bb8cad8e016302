import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { git, scratchFolder, scratchSession, taskCommit, write } from './git-testing.ts';

/** A worktree packed for an agent outside, and a checkout as that agent makes it. */
async function given() {
  const scratch = await scratchSession({ 'a.txt': 'one\ntwo\n', 'run.sh': '#!/bin/sh\n' });
  const worktree = await scratch.open('a1');
  // What set-up left there, tracked by nobody, belongs to what the agent gets.
  write(worktree, { 'made-by-setup.txt': 'x\n' });
  symlinkSync('/etc', join(worktree, 'away'));
  const source = await scratch.workspaces.pack(scratch.repository, worktree, 'a1');
  const apply = (artifacts: Parameters<typeof scratch.workspaces.applyArtifacts>[3], check = false) =>
    scratch.workspaces.applyArtifacts(scratch.repository, worktree, source.commit, artifacts, { check });
  return { ...scratch, worktree, given: source, apply };
}

test('the bundle holds the worktree as one commit on its history, and the same again is the same commit', async () => {
  const { workspaces, repository, worktree, given: source, baseCommit } = await given();
  if (source.kind !== 'bundle') throw new Error('A folder is no URL to clone');
  expect(await workspaces.pack(repository, worktree, 'a1')).toEqual(source);
  const pack = await workspaces.openPack('a1');
  const folder = scratchFolder();
  const bytes = await buffer(Readable.from(pack?.read() ?? []));
  expect(bytes.length).toBe(pack?.bytes);
  writeFileSync(join(folder, 'given'), bytes);
  git(folder, 'init', '--quiet');
  git(folder, 'fetch', '--quiet', 'given', source.ref);
  git(folder, 'checkout', '--quiet', '--detach', source.commit);
  expect(readFileSync(join(folder, 'made-by-setup.txt'), 'utf8')).toBe('x\n');
  expect(git(folder, 'rev-parse', 'HEAD^')).toBe(baseCommit);
  await workspaces.retireWorktree(repository, worktree, 'a1');
  expect(await workspaces.openPack('a1')).toBeNull();
});

test('contents and patches become the worktree, also when they are applied a second time', async () => {
  const { worktree, apply, workspaces, repository, source, baseCommit } = await given();
  const patch = 'diff --git a/a.txt b/a.txt\n--- a/a.txt\n+++ b/a.txt\n@@ -1,2 +1,2 @@\n one\n-two\n+three\n';
  const artifacts = [
    { path: 'deep/er/b.bin', content: Buffer.from([0, 255]).toString('base64'), encoding: 'base64' as const },
    { path: 'run.sh', content: '#!/bin/sh\nexit 0\n' },
    { path: 'changes.patch', patch },
  ];
  expect(await apply(artifacts, true)).toEqual([]);
  expect(readFileSync(join(worktree, 'a.txt'), 'utf8')).toBe('one\ntwo\n');
  for (let times = 0; times < 2; times += 1) expect(await apply(artifacts)).toEqual([]);
  expect(readFileSync(join(worktree, 'a.txt'), 'utf8')).toBe('one\nthree\n');
  expect([...readFileSync(join(worktree, 'deep/er/b.bin'))]).toEqual([0, 255]);
  const made = (await workspaces.commit(repository, worktree, taskCommit('a1', baseCommit))) ?? '';
  expect(git(source, 'show', '--format=', '--name-only', made).split('\n')).toEqual([
    'a.txt',
    'away',
    'deep/er/b.bin',
    'made-by-setup.txt',
    'run.sh',
  ]);
});

const link =
  'diff --git a/l b/l\nnew file mode 120000\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+/etc/passwd\n\\ No newline at end of file\n';
const patched = (path: string) => `--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+x\n`;
test.each([
  ['through a link', { path: 'away/passwd', content: 'x' }, /away is a symbolic link/],
  ['in place of a link', { path: 'away', content: 'x' }, /away is a symbolic link/],
  ['below a file', { path: 'a.txt/b', content: 'x' }, /a\.txt is a file/],
  ['a new link', { path: 'l.patch', patch: link }, /would be a symbolic link/],
  [
    "into git's folder",
    { path: 'p', patch: patched('.git/hooks/pre-commit') },
    /invalid path|does not apply|git's own/,
  ],
  ['out of the top', { path: 'p', patch: patched('../../out.txt') }, /invalid path|does not apply/],
  ['a patch through a link', { path: 'p', patch: patched('away/x') }, /does not apply/],
  [
    'a patch of other lines',
    { path: 'p', patch: '--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-nine\n+ten\n' },
    /does not apply/,
  ],
  ['no patch at all', { path: 'p', patch: 'hello' }, /does not apply/],
  [
    'that unpacks to more than it looks',
    { path: 'p', patch: `diff --git a/z b/z\nnew file mode 100644\nGIT binary patch\nliteral 9999999999\nzcmZ\n\n` },
    /unpack to more than 32 MiB/,
  ],
])('nothing is written %s', async (_, artifact, why) => {
  const { worktree, apply } = await given();
  const before = execFileSync('git', ['status', '--porcelain'], { cwd: worktree, encoding: 'utf8' });
  const issues = await apply([{ path: 'fine.txt', content: 'fine' }, artifact]);
  expect(issues.map(({ message }) => message).join(' ')).toMatch(why);
  expect(execFileSync('git', ['status', '--porcelain'], { cwd: worktree, encoding: 'utf8' })).toBe(before);
  expect(existsSync(join(worktree, 'fine.txt'))).toBe(false);
});

test('copies of a large file of the repository are counted before they are written', async () => {
  const large = Buffer.alloc(3 * 1024 * 1024, 'large\n');
  const scratch = await scratchSession({ 'large.txt': large });
  const worktree = await scratch.open('a1');
  const { commit } = await scratch.workspaces.pack(scratch.repository, worktree, 'a1');
  const copies = (count: number) =>
    Array.from({ length: count }, (_, n) => copied('large.txt', `copy-${n}.txt`)).join('');
  const apply = (patch: string) =>
    scratch.workspaces.applyArtifacts(scratch.repository, worktree, commit, [{ path: 'p', patch }], { check: true });
  expect(await apply(copies(2))).toEqual([]);
  expect((await apply(copies(100))).map(({ message }) => message)).toEqual([
    'All changed files together are larger than 256 MiB',
  ]);
});

const copied = (from: string, to: string) =>
  `diff --git a/${from} b/${to}\nsimilarity index 100%\ncopy from ${from}\ncopy to ${to}\n`;
