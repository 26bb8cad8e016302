import { expect, test } from 'vitest';
import {
  git,
  repositoryAt,
  scratchRepository,
  scratchSession,
  scratchWorkspaces,
  session,
  taskCommit,
  write,
} from './git-testing.ts';

test('a session branch is made at the base commit and is the same when asked again', async () => {
  const source = scratchRepository();
  const { workspaces } = scratchWorkspaces();
  const opened = await workspaces.openBranch(repositoryAt(source), session);
  expect(opened).toEqual({
    branch: 'orchestrator/IND-42',
    baseCommit: git(source, 'rev-parse', 'main'),
    warning: null,
  });
  expect(await workspaces.head(repositoryAt(source), opened.branch)).toBe(opened.baseCommit);
  git(source, 'commit', '--quiet', '--allow-empty', '-m', 'Later');
  expect(await workspaces.openBranch(repositoryAt(source), session)).toEqual(opened);
});

test('the repository stays on its branch with its files as they are', async () => {
  const source = scratchRepository();
  write(source, { 'a.txt': 'edited\n', 'new.txt': 'x' });
  const { workspaces } = scratchWorkspaces();
  const before = git(source, 'status', '--porcelain');
  const { warning } = await workspaces.openBranch(repositoryAt(source), session);
  expect(warning).toContain('uncommitted changes');
  expect(git(source, 'status', '--porcelain')).toBe(before);
  expect(git(source, 'branch', '--show-current')).toBe('main');
});

test('a name taken by somebody else gets the team in front', async () => {
  const source = scratchRepository();
  git(source, 'branch', 'orchestrator/IND-42');
  const { workspaces } = scratchWorkspaces();
  const repository = repositoryAt(source);
  expect((await workspaces.openBranch(repository, session)).branch).toBe('orchestrator/forge-IND-42');
  expect((await workspaces.openBranch(repository, session)).branch).toBe('orchestrator/forge-IND-42');
  expect((await workspaces.openBranch(repository, { ...session, id: 'other' })).branch).toBe(
    'orchestrator/forge-IND-42-2',
  );
});

test('a name whose branch was taken away at a merge stays with its session', async () => {
  const source = scratchRepository();
  const { workspaces } = scratchWorkspaces();
  const repository = repositoryAt(source);
  const first = await workspaces.openBranch(repository, session);
  expect(await workspaces.dropBranch(repository, first.branch, first.baseCommit)).toBeNull();
  // A session of another team on the same folder, with the same number.
  const other = await workspaces.openBranch(repository, { ...session, id: 'other', teamSlug: 'annex' });
  expect(other.branch).toBe('orchestrator/annex-IND-42');
  expect(await workspaces.restoreBranch(repository, first.branch, first.baseCommit)).toBe(true);
});

test('names of sessions that are no more are used again before none is left', async () => {
  const source = scratchRepository();
  const { workspaces } = scratchWorkspaces();
  const repository = repositoryAt(source);
  for (let number = 0; number < 11; number += 1) {
    const { branch, baseCommit } = await workspaces.openBranch(repository, { ...session, id: `former-${number}` });
    expect(await workspaces.dropBranch(repository, branch, baseCommit)).toBeNull();
  }
});

test('one session asked for twice at once gets one branch', async () => {
  const source = scratchRepository();
  const { workspaces } = scratchWorkspaces();
  const opened = await Promise.all(
    Array.from({ length: 4 }, () => workspaces.openBranch(repositoryAt(source), session)),
  );
  expect(new Set(opened.map(({ branch }) => branch))).toEqual(new Set(['orchestrator/IND-42']));
  expect(git(source, 'branch', '--list', 'orchestrator/*', '--format=%(refname:short)')).toBe('orchestrator/IND-42');
});

test('a branch that stands in the way of the folder of names is told by name', async () => {
  const source = scratchRepository();
  git(source, 'branch', 'orchestrator');
  const { workspaces } = scratchWorkspaces();
  await expect(workspaces.openBranch(repositoryAt(source), session)).rejects.toMatchObject({
    code: 'INVALID',
    message: expect.stringContaining("'refs/heads/orchestrator' exists"),
  });
});

test('a base branch that vanished is told on its field', async () => {
  const source = scratchRepository();
  git(source, 'branch', '-m', 'main', 'trunk');
  const { workspaces } = scratchWorkspaces();
  await expect(workspaces.openBranch(repositoryAt(source), session)).rejects.toMatchObject({
    code: 'INVALID',
    details: [{ path: 'baseBranch', message: 'The base branch main no longer exists in the repository.' }],
  });
});

test('a session branch somebody deleted comes back at its last checkpoint', async () => {
  const { workspaces, repository, source, branch, baseCommit, attempt } = await scratchSession();
  const made = await attempt('a1', { 'b.txt': 'b' });
  await workspaces.merge(repository, branch, made, taskCommit('a1', baseCommit));
  await workspaces.pinCheckpoint(repository, session, 9, baseCommit);
  await workspaces.pinCheckpoint(repository, session, 10, made);
  git(source, 'branch', '-D', branch);
  await expect(workspaces.head(repository, branch)).rejects.toMatchObject({ code: 'INVALID' });
  const again = await workspaces.openBranch(repository, session);
  expect(again).toMatchObject({ branch, baseCommit, warning: expect.stringContaining('checkpoint 10') });
  expect(await workspaces.head(repository, branch)).toBe(made);
});

test('a pinned checkpoint survives the garbage collection of the repository', async () => {
  const { workspaces, repository, source, baseCommit, attempt } = await scratchSession();
  const made = await attempt('a1', { 'b.txt': 'b' });
  await workspaces.pinCheckpoint(repository, session, 1, made);
  await workspaces.pinCheckpoint(repository, session, 1, made);
  git(source, 'reflog', 'expire', '--expire=now', '--all');
  git(source, 'gc', '--quiet', '--prune=now');
  expect(git(source, 'rev-parse', 'refs/orchestrator/session-1/1')).toBe(made);
  expect((await workspaces.diff(repository, baseCommit, made)).files).toHaveLength(1);
});

test('a restored checkpoint moves the branch back and keeps every head it had', async () => {
  const { workspaces, repository, source, branch, baseCommit, attempt } = await scratchSession();
  const one = await attempt('a1', { 'b.txt': 'b' });
  await workspaces.merge(repository, branch, one, taskCommit('a1', baseCommit));
  await workspaces.resetBranch(repository, branch, baseCommit, session);
  await workspaces.resetBranch(repository, branch, baseCommit, session);
  const two = await attempt('a2', { 'c.txt': 'c' });
  await workspaces.merge(repository, branch, two, taskCommit('a2', baseCommit));
  await workspaces.resetBranch(repository, branch, baseCommit, session);
  expect(await workspaces.head(repository, branch)).toBe(baseCommit);
  expect(git(source, 'rev-parse', 'refs/orchestrator/session-1/undone-1')).toBe(one);
  expect(git(source, 'rev-parse', 'refs/orchestrator/session-1/undone-2')).toBe(two);
});
