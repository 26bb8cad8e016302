import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fenceOf } from './fence.ts';
import { createGit } from './git-command.ts';
import { git, scratchSession, session, taskCommit, write } from './git-testing.ts';
import { swapRef } from './refs.ts';

const scratchGit = createGit(process.env);

test('the first task is put on the branch as its own commit', async () => {
  const { workspaces, repository, branch, baseCommit, attempt } = await scratchSession();
  const made = await attempt('a1', { 'b.txt': 'b' });
  const commit = taskCommit('a1', baseCommit);
  expect(await workspaces.merge(repository, branch, made, commit)).toEqual({
    outcome: 'merged',
    commit: made,
    warning: null,
  });
  expect(await workspaces.head(repository, branch)).toBe(made);
  expect(await workspaces.findMerged(repository, branch, baseCommit, 'a1')).toBe(made);
  expect(await workspaces.findMerged(repository, branch, baseCommit, 'a')).toBeNull();
});

test('a merge asked for again finds its commit by the trailer and moves nothing', async () => {
  const { workspaces, repository, branch, baseCommit, attempt } = await scratchSession();
  const one = await attempt('a1', { 'b.txt': 'b' });
  await workspaces.merge(repository, branch, one, taskCommit('a1', baseCommit));
  const two = await attempt('a2', { 'c.txt': 'c' }, one);
  await workspaces.merge(repository, branch, two, taskCommit('a2', one));
  const again = await workspaces.merge(repository, branch, one, taskCommit('a1', baseCommit, { epoch: 9 }));
  expect(again).toEqual({ outcome: 'already_merged', commit: one, warning: null });
  expect(await workspaces.head(repository, branch)).toBe(two);
});

test('a branch that stands elsewhere than the work was verified on is told and left alone', async () => {
  const { workspaces, repository, branch, baseCommit, attempt } = await scratchSession();
  const one = await attempt('a1', { 'b.txt': 'b' });
  const two = await attempt('a2', { 'c.txt': 'c' });
  await workspaces.merge(repository, branch, one, taskCommit('a1', baseCommit));
  const moved = await workspaces.merge(repository, branch, two, taskCommit('a2', baseCommit));
  expect(moved).toEqual({ outcome: 'moved', head: one });
  expect(await workspaces.head(repository, branch)).toBe(one);
});

test('of many merges at once from one base exactly one lands, and no work is lost', async () => {
  const { workspaces, repository, source, branch, baseCommit, attempt } = await scratchSession();
  const ids = ['a1', 'a2', 'a3', 'a4'];
  const made = new Map<string, string>();
  for (const id of ids) made.set(id, await attempt(id, { [`${id}.txt`]: id }));
  const results = await Promise.all(
    [...ids, ...ids].map((id) => workspaces.merge(repository, branch, made.get(id) ?? '', taskCommit(id, baseCommit))),
  );
  const landed = results.flatMap((result) => (result.outcome === 'moved' ? [] : [result.commit]));
  expect(new Set(landed).size).toBe(1);
  expect(results.filter(({ outcome }) => outcome === 'moved')).toHaveLength(6);
  expect(git(source, 'rev-list', '--count', `main..${branch}`)).toBe('1');
});

test("another attempt's words in a subject are not taken for its trailer", async () => {
  const { workspaces, repository, branch, baseCommit, open } = await scratchSession();
  const worktree = await open('a1');
  write(worktree, { 'b.txt': 'b' });
  const commit = taskCommit('a1', baseCommit, { subject: 'Orchestrator-Attempt: a2' });
  const made = (await workspaces.commit(repository, worktree, commit)) ?? '';
  await workspaces.merge(repository, branch, made, commit);
  expect(await workspaces.findMerged(repository, branch, baseCommit, 'a2')).toBeNull();
});

test('a person who has the branch checked out sees it move along', async () => {
  const { workspaces, repository, source, branch, baseCommit, attempt } = await scratchSession();
  git(source, 'checkout', '--quiet', branch);
  write(source, { 'own.txt': 'mine' });
  const made = await attempt('a1', { 'b.txt': 'b', 'a.txt': 'new\n' });
  const result = await workspaces.merge(repository, branch, made, taskCommit('a1', baseCommit));
  expect(result).toMatchObject({ outcome: 'merged', warning: null });
  expect(git(source, 'status', '--porcelain')).toBe('?? own.txt');
  expect(readFileSync(join(source, 'a.txt'), 'utf8')).toBe('new\n');
  await workspaces.resetBranch(repository, branch, baseCommit, session);
  expect(git(source, 'status', '--porcelain')).toBe('?? own.txt');
  expect(existsSync(join(source, 'b.txt'))).toBe(false);
});

test('changes of a person in a checked-out branch are left alone and the merge says so', async () => {
  const { workspaces, repository, source, branch, baseCommit, attempt, warnings } = await scratchSession();
  git(source, 'checkout', '--quiet', branch);
  writeFileSync(join(source, 'a.txt'), 'mine\n');
  write(source, { 'b.txt': 'also mine' });
  const made = await attempt('a1', { 'a.txt': 'theirs\n', 'b.txt': 'b' });
  const result = await workspaces.merge(repository, branch, made, taskCommit('a1', baseCommit));
  expect(result).toMatchObject({ outcome: 'merged', commit: made, warning: expect.stringContaining(source) });
  expect(readFileSync(join(source, 'a.txt'), 'utf8')).toBe('mine\n');
  expect(readFileSync(join(source, 'b.txt'), 'utf8')).toBe('also mine');
  expect(warnings).toHaveLength(1);
});

test('a branch that vanished is told, not made anew', async () => {
  const { workspaces, repository, source, branch, baseCommit, attempt } = await scratchSession();
  const made = await attempt('a1', { 'b.txt': 'b' });
  git(source, 'branch', '-D', branch);
  await expect(workspaces.merge(repository, branch, made, taskCommit('a1', baseCommit))).rejects.toMatchObject({
    code: 'INVALID',
    details: [{ path: 'branch', message: expect.stringContaining('no longer exists') }],
  });
});

test('who had the lock of the repository before moves no branch, however late its git is called', async () => {
  const { workspaces, repository, branch, baseCommit, attempt } = await scratchSession();
  const fence = (fencing: number) => ({ sessionId: session.id, fencing });
  await workspaces.raiseFence(repository, fence(5));
  const one = await attempt('a1', { 'b.txt': 'b' });
  await workspaces.raiseFence(repository, fence(7));
  const late = workspaces.merge(repository, branch, one, taskCommit('a1', baseCommit), fence(5));
  await expect(late).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('number 7') });
  await expect(workspaces.raiseFence(repository, fence(5))).rejects.toMatchObject({ code: 'CONFLICT' });
  expect(await workspaces.head(repository, branch)).toBe(baseCommit);
  // Looked at while it was its own, moved after it had passed on: git itself refuses.
  const standing = await fenceOf(scratchGit, repository.source, fence(7));
  await workspaces.raiseFence(repository, fence(8));
  const ref = `refs/heads/${branch}`;
  const swap = { ref, to: one, from: baseCommit, reason: 'late', verify: standing };
  expect(await swapRef(scratchGit, repository.source, swap)).toBe(false);
  expect(await workspaces.head(repository, branch)).toBe(baseCommit);
  const landed = await workspaces.merge(repository, branch, one, taskCommit('a1', baseCommit), fence(8));
  expect(landed).toMatchObject({ outcome: 'merged', commit: one });
});
