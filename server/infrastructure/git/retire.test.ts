import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { git, scratchFolder, scratchSession, taskCommit, write } from './git-testing.ts';

/** What a person gets back who fetches a bundle into a clone of the repository. */
function restored(source: string, bundle: string | null): Record<string, string> {
  const clone = join(scratchFolder(), 'clone');
  git('/', 'clone', '--quiet', source, clone);
  git(clone, 'fetch', '--quiet', bundle ?? '', '+refs/*:refs/rescued/*');
  const tip = git(clone, 'for-each-ref', '--format=%(objectname)', 'refs/rescued');
  const names = git(clone, 'ls-tree', '-r', '--name-only', tip).split('\n');
  return Object.fromEntries(names.map((name) => [name, git(clone, 'show', `${tip}:${name}`)]));
}

test('a worktree nobody changed goes without a bundle and leaves nothing behind', async () => {
  const { workspaces, repository, source, dataDir, open } = await scratchSession();
  const worktree = await open('a1');
  expect(await workspaces.retireWorktree(repository, worktree, 'IND-42-a1')).toEqual({ bundle: null });
  expect(readdirSync(join(dataDir, 'worktrees/IND-42'))).toEqual([]);
  expect(git(source, 'worktree', 'list').split('\n')).toHaveLength(1);
});

test('half-done work, untracked files and commits of the agent are bundled before the worktree goes', async () => {
  const { workspaces, repository, source, dataDir, open } = await scratchSession({
    'a.txt': 'a',
    '.gitignore': 'skip\n',
  });
  const worktree = await open('a1');
  write(worktree, { 'committed.txt': 'c' });
  git(worktree, 'add', '.');
  git(worktree, 'commit', '--quiet', '-m', 'Agent');
  write(worktree, { 'a.txt': 'changed', 'untracked.txt': 'u', skip: 's' });
  const { bundle } = await workspaces.retireWorktree(repository, worktree, 'IND-42/a1');
  expect(bundle).toBe(join(dataDir, 'bundles/IND-42-a1.bundle'));
  expect(restored(source, bundle)).toEqual({
    '.gitignore': 'skip',
    'a.txt': 'changed',
    'committed.txt': 'c',
    'untracked.txt': 'u',
  });
  expect(existsSync(worktree)).toBe(false);
  expect(git(source, 'for-each-ref', 'refs/orchestrator/retiring', 'refs/orchestrator/attempts')).toBe('');
});

test('commits of the agent on no ref are bundled although nothing is dirty', async () => {
  const { workspaces, repository, source, open } = await scratchSession();
  const worktree = await open('a1');
  write(worktree, { 'b.txt': 'b' });
  git(worktree, 'add', '.');
  git(worktree, 'commit', '--quiet', '-m', 'Agent');
  const { bundle } = await workspaces.retireWorktree(repository, worktree, 'clean');
  expect(restored(source, bundle)).toHaveProperty(['b.txt'], 'b');
});

test('work that is merged, directly or replayed, needs no bundle; unmerged work does', async () => {
  const { workspaces, repository, source, branch, baseCommit, attempt, open } = await scratchSession();
  for (const id of ['a1', 'a2', 'a3']) await attempt(id, { [`${id}.txt`]: id });
  for (const id of ['a1', 'a2']) {
    const made = git(source, 'rev-parse', `refs/orchestrator/attempts/${id}`);
    const worktree = await open(id);
    const head = git(source, 'rev-parse', branch);
    const replayed = await workspaces.replay(repository, worktree, made, head, taskCommit(id, baseCommit));
    if (replayed.outcome === 'conflict') throw new Error(replayed.message);
    await workspaces.merge(repository, branch, replayed.commit, taskCommit(id, head));
    expect(await workspaces.retireWorktree(repository, worktree, id)).toEqual({ bundle: null });
  }
  const { bundle } = await workspaces.retireWorktree(repository, await open('a3'), 'a3');
  expect(restored(source, bundle)).toHaveProperty(['a3.txt'], 'a3');
});

test('work done after the merge is bundled', async () => {
  const { workspaces, repository, source, branch, baseCommit, attempt, open } = await scratchSession();
  const made = await attempt('a1', { 'b.txt': 'b' });
  await workspaces.merge(repository, branch, made, taskCommit('a1', baseCommit));
  const worktree = await open('a1');
  write(worktree, { 'late.txt': 'zombie' });
  const { bundle } = await workspaces.retireWorktree(repository, worktree, 'late');
  expect(restored(source, bundle)).toHaveProperty(['late.txt'], 'zombie');
});

test('repeated after a crash it answers the same bundle, and another work of the same label gets its own', async () => {
  const { workspaces, repository, dataDir, open } = await scratchSession();
  const first = await open('a1');
  write(first, { 'b.txt': 'b' });
  const answer = await workspaces.retireWorktree(repository, first, 'same');
  expect(await workspaces.retireWorktree(repository, first, 'same')).toEqual(answer);
  const second = await open('a2');
  write(second, { 'c.txt': 'c' });
  expect(await workspaces.retireWorktree(repository, second, 'same')).toEqual({
    bundle: join(dataDir, 'bundles/same-2.bundle'),
  });
  expect(readdirSync(join(dataDir, 'bundles')).sort()).toEqual(['same-2.bundle', 'same.bundle']);
});

test('a worktree that is in an older commit of its repository has nothing to lose', async () => {
  const { workspaces, repository, source, open } = await scratchSession();
  git(source, 'commit', '--quiet', '--allow-empty', '-m', 'Later');
  write(source, { 'later.txt': 'l' });
  git(source, 'add', '.');
  git(source, 'commit', '--quiet', '-m', 'Later still');
  const worktree = await open('a1', git(source, 'rev-parse', 'main'));
  git(worktree, 'checkout', '--quiet', 'HEAD~1');
  expect(await workspaces.retireWorktree(repository, worktree, 'older')).toEqual({ bundle: null });
});

test('an agent that broke its .git file cannot keep its worktree from being bundled', async () => {
  const { workspaces, repository, source, open } = await scratchSession();
  const worktree = await open('a1');
  write(worktree, { 'b.txt': 'b', '.git': 'nonsense' });
  const { bundle } = await workspaces.retireWorktree(repository, worktree, 'broken');
  expect(restored(source, bundle)).toHaveProperty(['b.txt'], 'b');
});
