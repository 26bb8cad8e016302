import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import {
  git,
  repositoryAt,
  scratchRepository,
  scratchSession,
  scratchWorkspaces,
  taskCommit,
  write,
} from './git-testing.ts';

const paths = (source: string, commit: string) =>
  git(source, 'ls-tree', '-r', '--name-only', '-z', commit).split('\0').filter(Boolean);

test('a task is one commit on its base with the four trailers, whatever the machine knows of names', async () => {
  const { workspaces, repository, source, open, baseCommit } = await scratchSession();
  const worktree = await open('a1');
  write(worktree, { 'a.txt': 'changed\n' });
  const commit = taskCommit('a1', baseCommit, { subject: 'Add the sum\n\nOrchestrator-Epoch: 99' });
  const made = (await workspaces.commit(repository, worktree, commit)) ?? '';
  expect(git(source, 'log', '-1', '--format=%an <%ae>|%cn|%P|%s', made)).toBe(
    `OpenCode Industrial Orchestrator <orchestrator@localhost>|OpenCode Industrial Orchestrator|${baseCommit}|Add the sum Orchestrator-Epoch: 99`,
  );
  const body = git(source, 'log', '-1', '--format=%B', made);
  expect(execFileSync('git', ['interpret-trailers', '--parse'], { input: body, encoding: 'utf8' })).toBe(
    'Orchestrator-Session: IND-42\nOrchestrator-Task: build\nOrchestrator-Attempt: a1\nOrchestrator-Epoch: 3\n',
  );
});

test('nothing changed is no commit, even when the agent committed and took it back', async () => {
  const { workspaces, repository, open, baseCommit } = await scratchSession();
  const worktree = await open('a1');
  write(worktree, { 'b.txt': 'b' });
  git(worktree, 'add', '.');
  git(worktree, 'commit', '--quiet', '-m', 'Agent');
  git(worktree, 'revert', '--no-edit', 'HEAD');
  expect(await workspaces.commit(repository, worktree, taskCommit('a1', baseCommit))).toBeNull();
});

test("the agent's own commits become part of the one commit", async () => {
  const { workspaces, repository, source, open, baseCommit } = await scratchSession();
  const worktree = await open('a1');
  write(worktree, { 'b.txt': 'b' });
  git(worktree, 'add', '.');
  git(worktree, 'commit', '--quiet', '-m', 'Agent');
  write(worktree, { 'c.txt': 'c' });
  const made = (await workspaces.commit(repository, worktree, taskCommit('a1', baseCommit))) ?? '';
  expect(git(source, 'rev-parse', `${made}^`)).toBe(baseCommit);
  expect(paths(source, made)).toEqual(['a.txt', 'b.txt', 'c.txt']);
});

test('untracked, deleted, executable, linked, binary and oddly named files are in it, ignored ones are not', async () => {
  const { workspaces, repository, source, open, baseCommit } = await scratchSession({
    '.gitignore': 'ignored/\n',
    'a.txt': 'a',
    'gone.txt': 'g',
  });
  const worktree = await open('a1');
  const odd = ['sp ace.txt', 'quo"te.txt', 'new\nline.txt', 'ünï-漢.txt', '-dash', ':(glob)*', 'back\\slash'];
  write(
    worktree,
    Object.fromEntries([...odd, 'ignored/x', 'deep/er/y', 'bin'].map((name) => [name, Buffer.from([0, 1, 2, 255])])),
  );
  rmSync(join(worktree, 'gone.txt'));
  chmodSync(join(worktree, 'a.txt'), 0o755);
  symlinkSync('a.txt', join(worktree, 'link'));
  expect((await workspaces.changedFiles(worktree, baseCommit)).sort()).toEqual(
    [...odd, 'deep/er/y', 'bin', 'link', 'a.txt', 'gone.txt'].sort(),
  );
  const made = (await workspaces.commit(repository, worktree, taskCommit('a1', baseCommit))) ?? '';
  expect(paths(source, made).sort()).toEqual([...odd, '.gitignore', 'deep/er/y', 'bin', 'link', 'a.txt'].sort());
  expect(git(source, 'ls-tree', made, 'a.txt', 'link')).toMatch(/^100755 .*\n120000 /);
});

test('asked again it is the same commit, and after more work or a higher epoch another one', async () => {
  const { workspaces, repository, open, baseCommit } = await scratchSession();
  const worktree = await open('a1');
  write(worktree, { 'b.txt': 'b' });
  const commit = taskCommit('a1', baseCommit);
  const first = await workspaces.commit(repository, worktree, commit);
  expect(await workspaces.commit(repository, worktree, commit)).toBe(first);
  expect(await workspaces.commit(repository, worktree, { ...commit, epoch: 4 })).not.toBe(first);
  const hash = await workspaces.treeHash(worktree);
  write(worktree, { 'b.txt': 'more' });
  expect(await workspaces.treeHash(worktree)).not.toBe(hash);
  expect(await workspaces.commit(repository, worktree, commit)).not.toBe(first);
});

test('a commit not merged yet survives the garbage collection of the repository', async () => {
  const { source, attempt } = await scratchSession();
  const made = await attempt('a1', { 'b.txt': 'b' });
  git(source, 'gc', '--quiet', '--prune=now');
  expect(git(source, 'cat-file', '-t', made)).toBe('commit');
});

test("a lock or a broken index left by a killed agent is in nobody's way", async () => {
  const { workspaces, repository, source, open, baseCommit } = await scratchSession();
  const worktree = await open('a1');
  write(worktree, { 'b.txt': 'b' });
  writeFileSync(join(source, '.git/worktrees/a1/index.lock'), '');
  writeFileSync(join(source, '.git/worktrees/a1/index'), 'broken');
  const made = (await workspaces.commit(repository, worktree, taskCommit('a1', baseCommit))) ?? '';
  expect(paths(source, made)).toEqual(['a.txt', 'b.txt']);
});

test('repositories an agent made or cloned inside its worktree are kept file by file', async () => {
  const { workspaces, repository, source, open, baseCommit } = await scratchSession();
  const worktree = await open('a1');
  for (const folder of ['empty', 'cloned', 'staged']) {
    write(worktree, { [`${folder}/.gitignore`]: 'skip\n', [`${folder}/x y.txt`]: folder, [`${folder}/skip`]: 's' });
    git(join(worktree, folder), 'init', '--quiet');
    if (folder === 'empty') continue;
    git(join(worktree, folder), 'add', '.');
    git(join(worktree, folder), 'commit', '--quiet', '-m', 'Inner');
    write(worktree, { [`${folder}/later.txt`]: folder });
  }
  git(worktree, 'add', 'staged');
  const made = (await workspaces.commit(repository, worktree, taskCommit('a1', baseCommit))) ?? '';
  expect(paths(source, made)).toEqual([
    'a.txt',
    'cloned/.gitignore',
    'cloned/later.txt',
    'cloned/x y.txt',
    'empty/.gitignore',
    'empty/x y.txt',
    'staged/.gitignore',
    'staged/later.txt',
    'staged/x y.txt',
  ]);
  expect(git(source, 'show', `${made}:staged/later.txt`)).toBe('staged');
});

test('a worktree is detached at its commit and is the same one with its work when asked again', async () => {
  const { dataDir, open, source, baseCommit } = await scratchSession();
  const worktree = await open('a1');
  expect(worktree).toBe(join(dataDir, 'worktrees/IND-42/a1'));
  expect(git(worktree, 'rev-parse', 'HEAD')).toBe(baseCommit);
  expect(git(worktree, 'branch', '--show-current')).toBe('');
  write(worktree, { 'b.txt': 'half' });
  expect(await open('a1')).toBe(worktree);
  expect(existsSync(join(worktree, 'b.txt'))).toBe(true);
  expect(git(source, 'status', '--porcelain')).toBe('');
});

test('attempts that start at once each get a worktree of their own', async () => {
  const { open, source } = await scratchSession();
  const worktrees = await Promise.all(['a1', 'a2', 'a3', 'a4', 'a5', 'a6'].map((id) => open(id)));
  expect(new Set(worktrees).size).toBe(6);
  for (const worktree of worktrees) expect(git(worktree, 'status', '--porcelain')).toBe('');
  expect(git(source, 'worktree', 'list').split('\n')).toHaveLength(7);
});

test('what a crash left of a half-made worktree is made anew, without touching worktrees of the person', async () => {
  const { dataDir, open, source } = await scratchSession();
  const theirs = join(dataDir, 'theirs');
  git(source, 'worktree', 'add', '--quiet', '--detach', theirs);
  rmSync(theirs, { recursive: true });
  // Killed after git wrote its note and some files, before the worktree was handed out.
  const half = join(dataDir, 'worktrees/IND-42/a1');
  git(source, 'worktree', 'add', '--quiet', '--detach', half);
  rmSync(join(half, 'a.txt'));
  // Killed before git wrote anything.
  mkdirSync(join(dataDir, 'worktrees/IND-42/a2/rest'), { recursive: true });
  for (const id of ['a1', 'a2']) {
    const worktree = await open(id);
    expect(git(worktree, 'status', '--porcelain')).toBe('');
    expect(existsSync(join(worktree, 'a.txt'))).toBe(true);
  }
  expect(git(source, 'worktree', 'list')).toContain(theirs);
});

test('files of a worktree its repository forgot are moved aside, not deleted', async () => {
  const { open, source, warnings } = await scratchSession();
  const worktree = await open('a1');
  write(worktree, { 'b.txt': 'work' });
  rmSync(join(source, '.git/worktrees/a1'), { recursive: true });
  await open('a1');
  expect(existsSync(join(worktree, 'b.txt'))).toBe(false);
  const aside = String(Object(warnings[0]?.fields).aside);
  expect(existsSync(join(aside, 'b.txt'))).toBe(true);
});

test('an agent that removes or redirects its .git file leads no command elsewhere', async () => {
  const { workspaces, repository, source, open, baseCommit } = await scratchSession();
  const other = scratchRepository();
  const worktree = await open('a1');
  write(worktree, { 'b.txt': 'b', '.git': `gitdir: ${join(other, '.git')}\n` });
  expect(await workspaces.changedFiles(worktree, baseCommit)).toEqual(['b.txt']);
  rmSync(join(worktree, '.git'));
  const made = (await workspaces.commit(repository, worktree, taskCommit('a1', baseCommit))) ?? '';
  expect(paths(source, made)).toEqual(['a.txt', 'b.txt']);
  expect(git(other, 'status', '--porcelain')).toBe('');
});

test('a bare repository has branches, worktrees and commits like any other', async () => {
  const { workspaces, dataDir } = scratchWorkspaces();
  const bare = join(dataDir, 'repositories/central.git');
  git('/', 'clone', '--quiet', '--bare', scratchRepository(), bare);
  const repository = repositoryAt(bare);
  const { branch, baseCommit } = await workspaces.openBranch(repository, { id: 's', slug: 'IND-1', teamSlug: 't' });
  const worktree = await workspaces.openWorktree(repository, { id: 'a1', sessionSlug: 'IND-1', commit: baseCommit });
  write(worktree, { 'b.txt': 'b' });
  const made = (await workspaces.commit(repository, worktree, taskCommit('a1', baseCommit))) ?? '';
  expect(await workspaces.merge(repository, branch, made, taskCommit('a1', baseCommit))).toMatchObject({
    outcome: 'merged',
  });
  expect(await workspaces.retireWorktree(repository, worktree, 'a1')).toEqual({ bundle: null });
});

test('a change in the second of the checkout that keeps the size is kept too', async () => {
  const { workspaces, repository, source, open, baseCommit } = await scratchSession();
  let worktree = '';
  for (let again = 1; ; again += 1) {
    worktree = await open(`a${again}`);
    write(worktree, { 'a.txt': 'ONE\ntwo\nthree\n' });
    const gitDir = git(worktree, 'rev-parse', '--absolute-git-dir');
    const second = (path: string) => Math.floor(statSync(path).mtimeMs / 1000);
    if (second(join(worktree, 'a.txt')) === second(join(gitDir, 'index')) || again === 20) break;
  }
  await sleep(1100);
  const made = (await workspaces.commit(repository, worktree, taskCommit('a', baseCommit))) ?? '';
  expect(git(source, 'show', `${made}:a.txt`)).toBe('ONE\ntwo\nthree');
});
