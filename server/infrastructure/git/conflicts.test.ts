import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { git, scratchFolder, scratchSession, taskCommit, write } from './git-testing.ts';

const files = { 'a.txt': 'one\ntwo\nthree\n', 'gone.txt': 'g\n', 'bin.dat': 'b\n', 'ok.txt': 'o\n' };

/** Two attempts that changed the same places; the first has landed, a third has a worktree on it. */
async function collided() {
  const scratch = await scratchSession(files);
  const { workspaces, repository, branch, baseCommit, attempt, open } = scratch;
  const one = await attempt('a1', { 'a.txt': 'one\nours\nthree\n', 'gone.txt': 'changed\n', 'bin.dat': 'b\0o\n' });
  const second = await open('a2');
  write(second, { 'a.txt': 'one\ntheirs\nthree\n', 'bin.dat': 'b\0t\n', 'new.txt': 'n\n' });
  git(second, 'rm', '--quiet', 'gone.txt');
  const two = (await workspaces.commit(repository, second, taskCommit('a2', baseCommit))) ?? '';
  await workspaces.merge(repository, branch, one, taskCommit('a1', baseCommit));
  const worktree = await open('a3', one);
  const openConflict = () => workspaces.openConflict(repository, worktree, one, { commit: two, base: baseCommit });
  return { ...scratch, one, two, worktree, openConflict };
}

test('both sides are brought into the worktree: what fits is joined, the rest has markers with names', async () => {
  const { worktree, openConflict, workspaces, one } = await collided();
  const opened = await openConflict();
  expect([...opened.files].sort()).toEqual(['a.txt', 'bin.dat', 'gone.txt']);
  expect(readFileSync(join(worktree, 'a.txt'), 'utf8')).toBe(
    'one\n<<<<<<< session branch\nours\n=======\ntheirs\n>>>>>>> task\nthree\n',
  );
  expect(readFileSync(join(worktree, 'new.txt'), 'utf8')).toBe('n\n');
  expect(git(worktree, 'rev-parse', 'HEAD')).toBe(one);
  expect(await workspaces.markersLeft(worktree, ['a.txt', 'new.txt', 'none.txt'])).toEqual(['a.txt']);
});

test('opened again after half a resolution, it begins anew', async () => {
  const { worktree, openConflict } = await collided();
  const first = await openConflict();
  write(worktree, { 'a.txt': 'half\n', 'junk.txt': 'j' });
  expect(await openConflict()).toEqual(first);
  expect(readFileSync(join(worktree, 'a.txt'), 'utf8')).toContain('<<<<<<< session branch');
  expect(existsSync(join(worktree, 'junk.txt'))).toBe(false);
});

test('a resolution becomes one commit with both sides', async () => {
  const { worktree, openConflict, workspaces, repository, source, branch, one } = await collided();
  await openConflict();
  write(worktree, { 'a.txt': 'one\nours\ntheirs\nthree\n' });
  const commit = taskCommit('a3', one);
  const made = (await workspaces.commit(repository, worktree, commit)) ?? '';
  expect(await workspaces.merge(repository, branch, made, commit)).toMatchObject({ outcome: 'merged' });
  expect(git(source, 'show', `${branch}:a.txt`)).toBe('one\nours\ntheirs\nthree');
  expect(git(source, 'show', `${branch}:new.txt`)).toBe('n');
});

test("a person's choices stand in the worktree, file by file, and may be written twice", async () => {
  const { worktree, openConflict, workspaces, repository, one, two } = await collided();
  await openConflict();
  const apply = () =>
    workspaces.applyResolution(repository, worktree, { ours: one, theirs: two }, [
      { path: 'a.txt', choice: 'edited', content: 'mine\n' },
      { path: 'bin.dat', choice: 'theirs', content: null },
      { path: 'gone.txt', choice: 'deleted', content: null },
    ]);
  await apply();
  await apply();
  expect(readFileSync(join(worktree, 'a.txt'), 'utf8')).toBe('mine\n');
  expect(readFileSync(join(worktree, 'bin.dat'), 'utf8')).toBe('b\0t\n');
  expect(existsSync(join(worktree, 'gone.txt'))).toBe(false);
  expect(readFileSync(join(worktree, 'new.txt'), 'utf8')).toBe('n\n');
});

test('the branch side of a deletion is the file as the branch has it, the task side its absence', async () => {
  const { worktree, openConflict, workspaces, repository, one, two } = await collided();
  await openConflict();
  const choose = (choice: 'ours' | 'theirs') =>
    workspaces.applyResolution(repository, worktree, { ours: one, theirs: two }, [
      { path: 'gone.txt', choice, content: null },
    ]);
  await choose('theirs');
  expect(existsSync(join(worktree, 'gone.txt'))).toBe(false);
  await choose('ours');
  expect(readFileSync(join(worktree, 'gone.txt'), 'utf8')).toBe('changed\n');
});

test('neither a choice nor a look for markers follows a link out of the worktree', async () => {
  const { worktree, openConflict, workspaces, repository, one, two } = await collided();
  await openConflict();
  const outside = scratchFolder();
  writeFileSync(join(outside, 'secret.txt'), '<<<<<<< x\n');
  symlinkSync(outside, join(worktree, 'link'));
  expect(await workspaces.markersLeft(worktree, ['link/secret.txt', '../a3.json'])).toEqual([]);
  await workspaces.applyResolution(repository, worktree, { ours: one, theirs: two }, [
    { path: 'link/secret.txt', choice: 'edited', content: 'mine' },
  ]);
  expect(readFileSync(join(outside, 'secret.txt'), 'utf8')).toBe('<<<<<<< x\n');
});

test('each side is shown: before, branch, task, and joined; binary files and absent sides say so', async () => {
  const { workspaces, repository, baseCommit, one, two, openConflict } = await collided();
  const { files: paths } = await openConflict();
  const commits = { base: baseCommit, ours: one, theirs: two };
  const sides = new Map((await workspaces.conflictSides(repository, commits, paths)).map((one) => [one.path, one]));
  expect(sides.get('a.txt')).toMatchObject({
    base: files['a.txt'],
    ours: 'one\nours\nthree\n',
    theirs: 'one\ntheirs\nthree\n',
    merged: expect.stringContaining('>>>>>>> task'),
    binary: false,
    truncated: false,
  });
  expect(sides.get('gone.txt')).toMatchObject({ base: 'g\n', ours: 'changed\n', theirs: null, merged: null });
  expect(sides.get('bin.dat')).toMatchObject({ binary: true, ours: null, theirs: null, merged: null });
});

test('both sides stay reachable when their attempts and worktrees are gone', async () => {
  const { workspaces, repository, source, one, two } = await collided();
  await workspaces.pinConflict(repository, 'c1', { ours: one, theirs: two });
  await workspaces.pinConflict(repository, 'c1', { ours: one, theirs: two });
  expect(git(source, 'rev-parse', 'refs/orchestrator/conflicts/c1/theirs')).toBe(two);
});

test('the outline of a commit is bounded and counts the rest; lockfiles make one hash', async () => {
  const { workspaces, repository, baseCommit, open } = await scratchSession({ 'ä b.txt': '1', 'b/c.txt': '2', z: '3' });
  expect(await workspaces.outline(repository, baseCommit, 2)).toEqual({ files: ['b/c.txt', 'z'], total: 3 });
  const worktree = await open('a1');
  expect(await workspaces.lockfiles(worktree)).toBeNull();
  write(worktree, { 'package-lock.json': '{}' });
  const first = await workspaces.lockfiles(worktree);
  expect(first).toMatch(/^[0-9a-f]{64}$/);
  write(worktree, { 'package-lock.json': '{ }' });
  expect(await workspaces.lockfiles(worktree)).not.toBe(first);
});
