import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { git, scratchSession, session, taskCommit, write } from './git-testing.ts';

const subjects = (source: string, branch: string) =>
  git(source, 'log', '--reverse', '--format=%s', `main..${branch}`).split('\n');

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

test('a task from an older head is replayed on the new one by a real merge, without a merge commit', async () => {
  const lines = Array.from({ length: 20 }, (_, number) => `line ${number}`);
  const text = (changes: Record<number, string>) => lines.map((line, number) => changes[number] ?? line).join('\n');
  const { workspaces, repository, source, branch, baseCommit, attempt } = await scratchSession({ 'a.txt': text({}) });
  const one = await attempt('a1', { 'a.txt': text({ 1: 'first' }) });
  const two = await attempt('a2', { 'a.txt': text({ 18: 'second' }), 'b.txt': 'b' });
  await workspaces.merge(repository, branch, one, taskCommit('a1', baseCommit));
  const merged = await workspaces.merge(repository, branch, two, taskCommit('a2', baseCommit));
  expect(merged).toMatchObject({ outcome: 'merged' });
  expect(git(source, 'show', `${branch}:a.txt`)).toBe(text({ 1: 'first', 18: 'second' }));
  expect(git(source, 'rev-list', '--merges', branch)).toBe('');
  expect(subjects(source, branch)).toEqual(['Do what a1 was told', 'Do what a2 was told']);
  expect(git(source, 'log', '-1', '--format=%(trailers:key=Orchestrator-Attempt,valueonly)', branch)).toBe('a2');
});

test('a merge asked for again finds its commit by the trailer and moves nothing', async () => {
  const { workspaces, repository, branch, baseCommit, attempt } = await scratchSession();
  const one = await attempt('a1', { 'b.txt': 'b' });
  const two = await attempt('a2', { 'c.txt': 'c' });
  await workspaces.merge(repository, branch, one, taskCommit('a1', baseCommit));
  const merged = await workspaces.merge(repository, branch, two, taskCommit('a2', baseCommit));
  const head = await workspaces.head(repository, branch);
  const again = await workspaces.merge(repository, branch, two, taskCommit('a2', baseCommit, { epoch: 9 }));
  expect(again).toEqual({ outcome: 'already_merged', commit: head, warning: null });
  expect(merged).toMatchObject({ commit: head });
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

test('a conflict names its files, says why and leaves the branch untouched', async () => {
  const { workspaces, repository, branch, baseCommit, attempt } = await scratchSession({
    'a b\n.txt': 'one\n',
    'gone.txt': 'g\n',
    'ok.txt': 'o\n',
  });
  const one = await attempt('a1', { 'a b\n.txt': 'ours\n', 'gone.txt': 'changed\n', 'ok.txt': 'fine\n' });
  const worktree = await attempt('a2', { 'a b\n.txt': 'theirs\n' });
  await workspaces.merge(repository, branch, one, taskCommit('a1', baseCommit));
  const result = await workspaces.merge(repository, branch, worktree, taskCommit('a2', baseCommit));
  expect(result).toEqual({
    outcome: 'conflict',
    files: ['a b\n.txt'],
    message: expect.stringContaining('Merge conflict in'),
  });
  expect(await workspaces.head(repository, branch)).toBe(one);
});

test('many merges at once all land, each as one commit', async () => {
  const { workspaces, repository, source, branch, baseCommit, attempt } = await scratchSession();
  const ids = ['a1', 'a2', 'a3', 'a4', 'a5', 'a6'];
  const made = new Map<string, string>();
  for (const id of ids) made.set(id, await attempt(id, { [`${id}.txt`]: id }));
  const twice = [...ids, ...ids];
  const results = await Promise.all(
    twice.map((id) => workspaces.merge(repository, branch, made.get(id) ?? '', taskCommit(id, baseCommit))),
  );
  expect(results.every(({ outcome }) => outcome !== 'conflict')).toBe(true);
  expect(subjects(source, branch).sort()).toEqual(ids.map((id) => `Do what ${id} was told`));
  expect(git(source, 'ls-tree', '--name-only', branch).split('\n')).toEqual(['a.txt', ...ids.map((id) => `${id}.txt`)]);
});

test('after a restored checkpoint the work it undid does not come back with a later task', async () => {
  const { workspaces, repository, source, branch, baseCommit, attempt } = await scratchSession();
  const one = await attempt('a1', { 'undone.txt': 'u' });
  await workspaces.merge(repository, branch, one, taskCommit('a1', baseCommit));
  const two = await attempt('a2', { 'b.txt': 'b' }, one);
  await workspaces.resetBranch(repository, branch, baseCommit, session);
  const result = await workspaces.merge(repository, branch, two, taskCommit('a2', one));
  expect(result).toMatchObject({ outcome: 'merged' });
  expect(git(source, 'ls-tree', '--name-only', branch).split('\n')).toEqual(['a.txt', 'b.txt']);
  expect(git(source, 'rev-parse', `${branch}^`)).toBe(baseCommit);
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
