import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { git, scratchSession, session, taskCommit, write } from './git-testing.ts';

const lines = Array.from({ length: 20 }, (_, number) => `line ${number}`);
const text = (changes: Record<number, string>) => lines.map((line, number) => changes[number] ?? line).join('\n');

/** Two attempts from one base; the first has landed. */
async function overtaken(
  first: Record<string, string>,
  second: Record<string, string>,
  files: Record<string, string> = { 'a.txt': text({}), '.gitignore': 'node_modules/\n' },
) {
  const scratch = await scratchSession(files);
  const { workspaces, repository, branch, baseCommit, attempt } = scratch;
  const one = await attempt('a1', first);
  const two = await attempt('a2', second);
  await workspaces.merge(repository, branch, one, taskCommit('a1', baseCommit));
  const worktree = await scratch.open('a2');
  const replay = () => workspaces.replay(repository, worktree, two, one, taskCommit('a2', baseCommit));
  return { ...scratch, one, two, worktree, replay };
}

test('a task from an older head is put on the new one by a real merge, as one commit the worktree stands on', async () => {
  const { workspaces, repository, source, branch, one, worktree, replay } = await overtaken(
    { 'a.txt': text({ 1: 'first' }), 'theirs.txt': 'x' },
    { 'a.txt': text({ 18: 'second' }), 'b.txt': 'b' },
  );
  const replayed = await replay();
  if (replayed.outcome !== 'replayed') throw new Error('It conflicts');
  expect(readFileSync(join(worktree, 'a.txt'), 'utf8')).toBe(text({ 1: 'first', 18: 'second' }));
  expect(existsSync(join(worktree, 'theirs.txt'))).toBe(true);
  expect(git(worktree, 'rev-parse', 'HEAD')).toBe(replayed.commit);
  expect(git(worktree, 'status', '--porcelain')).toBe('');
  expect(git(source, 'rev-parse', `${replayed.commit}^`)).toBe(one);
  expect(await workspaces.treeHash(worktree)).toBe(git(source, 'rev-parse', `${replayed.commit}^{tree}`));
  const merged = await workspaces.merge(repository, branch, replayed.commit, taskCommit('a2', one));
  expect(merged).toMatchObject({ outcome: 'merged', commit: replayed.commit });
  expect(git(source, 'rev-list', '--merges', branch)).toBe('');
  expect(git(source, 'log', '-1', '--format=%(trailers:key=Orchestrator-Attempt,valueonly)', branch)).toBe('a2');
});

test('the same again answers the same commit and leaves the worktree as it is', async () => {
  const { worktree, replay } = await overtaken({ 'x.txt': 'x' }, { 'b.txt': 'b' });
  const first = await replay();
  mkdirSync(join(worktree, 'node_modules'));
  writeFileSync(join(worktree, 'node_modules/kept.js'), 'kept');
  expect(await replay()).toEqual(first);
  expect(existsSync(join(worktree, 'node_modules/kept.js'))).toBe(true);
});

test('a crash half-way, a stale lock and what a proof left behind are put right; ignored files stay', async () => {
  const { source, worktree, replay } = await overtaken({ 'x.txt': 'x' }, { 'b.txt': 'b' });
  mkdirSync(join(worktree, 'node_modules'));
  write(worktree, { 'node_modules/kept.js': 'kept', 'coverage/out.txt': 'left', 'a.txt': 'half' });
  git(worktree, 'init', '--quiet', 'nested');
  writeFileSync(join(source, '.git/worktrees/a2/index.lock'), '');
  await replay();
  expect(git(worktree, 'status', '--porcelain')).toBe('');
  expect(existsSync(join(worktree, 'node_modules/kept.js'))).toBe(true);
  expect(existsSync(join(worktree, 'coverage'))).toBe(false);
  expect(existsSync(join(worktree, 'nested'))).toBe(false);
  expect(readFileSync(join(worktree, 'a.txt'), 'utf8')).toBe(text({}));
});

test('a conflict names its files, says why and changes nothing', async () => {
  const { workspaces, repository, branch, one, worktree, replay } = await overtaken(
    { 'a b\n.txt': 'ours\n' },
    { 'a b\n.txt': 'theirs\n' },
    { 'a b\n.txt': 'one\n' },
  );
  expect(await replay()).toEqual({
    outcome: 'conflict',
    files: ['a b\n.txt'],
    message: expect.stringContaining('Merge conflict in'),
  });
  expect(readFileSync(join(worktree, 'a b\n.txt'), 'utf8')).toBe('theirs\n');
  expect(await workspaces.head(repository, branch)).toBe(one);
});

test('work of another attempt is taken on under the own trailer', async () => {
  const { workspaces, repository, source, branch, baseCommit, attempt, open } = await scratchSession();
  const made = await attempt('a1', { 'b.txt': 'b' });
  const worktree = await open('a2');
  const commit = taskCommit('a2', baseCommit);
  const replayed = await workspaces.replay(repository, worktree, made, baseCommit, commit);
  if (replayed.outcome !== 'replayed') throw new Error('It conflicts');
  expect(replayed.commit).not.toBe(made);
  expect(readFileSync(join(worktree, 'b.txt'), 'utf8')).toBe('b');
  await workspaces.merge(repository, branch, replayed.commit, commit);
  expect(git(source, 'log', '-1', '--format=%(trailers:key=Orchestrator-Attempt,valueonly)', branch)).toBe('a2');
});

test('after a restored checkpoint the work it undid does not come back with a later task', async () => {
  const { workspaces, repository, source, branch, baseCommit, attempt, open } = await scratchSession();
  const one = await attempt('a1', { 'undone.txt': 'u' });
  await workspaces.merge(repository, branch, one, taskCommit('a1', baseCommit));
  const two = await attempt('a2', { 'b.txt': 'b' }, one);
  await workspaces.resetBranch(repository, branch, baseCommit, session);
  const worktree = await open('a2');
  const replayed = await workspaces.replay(repository, worktree, two, baseCommit, taskCommit('a2', one));
  if (replayed.outcome !== 'replayed') throw new Error('It conflicts');
  expect(git(source, 'ls-tree', '--name-only', replayed.commit).split('\n')).toEqual(['a.txt', 'b.txt']);
  expect(git(source, 'rev-parse', `${replayed.commit}^`)).toBe(baseCommit);
});

test('work that was put on a head and did not land is bundled when its worktree is taken away', async () => {
  const { workspaces, repository, worktree, replay } = await overtaken({ 'x.txt': 'x' }, { 'b.txt': 'b' });
  await replay();
  const { bundle } = await workspaces.retireWorktree(repository, worktree, 'a2');
  expect(bundle).not.toBeNull();
});
