import { chmodSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RepositoryRef } from '../../application/git-port.ts';
import {
  anywhere,
  git,
  scratchFolder,
  scratchRepository,
  scratchSession,
  scratchWorkspaces,
  session,
  sshTo,
  taskCommit,
  write,
} from './git-testing.ts';

async function changed(files: Record<string, string> = { 'a.txt': 'one\nTWO\nthree\n' }) {
  const scratch = await scratchSession();
  const head = await scratch.attempt('first', files);
  git(scratch.source, 'update-ref', `refs/heads/${scratch.branch}`, head);
  const wish = { head, slug: 'IND-42', title: 'Speak up\nOrchestrator-Task: forged', mergeCommit: false };
  const merge = (more: object = {}) => scratch.workspaces.mergeIntoBase(scratch.repository, { ...wish, ...more }, null);
  const preview = () => scratch.workspaces.previewMerge(scratch.repository, wish);
  return { ...scratch, head, merge, preview };
}

const at = (source: string, ref = 'main') => git(source, 'rev-parse', ref);

test('a base that did not move goes straight on, and the clean checkout with it', async () => {
  const { source, head, baseCommit, merge, preview } = await changed();
  expect(await preview()).toMatchObject({ outcome: 'fast_forward', before: baseCommit, commits: 1, target: 'main' });
  expect(at(source)).toBe(baseCommit);
  expect(await merge()).toMatchObject({ outcome: 'fast_forward', before: baseCommit, after: head, warning: null });
  expect(at(source)).toBe(head);
  expect(readFileSync(join(source, 'a.txt'), 'utf8')).toBe('one\nTWO\nthree\n');
  expect(git(source, 'status', '--porcelain')).toBe('');
  expect(git(source, 'reflog', '-1', '--format=%gs', 'main')).toBe('orchestrator: merge IND-42');
  expect(await merge()).toMatchObject({ outcome: 'already_there', before: head, after: head });
});

test('a base that moved elsewhere is joined by a commit of two parents and no trailers', async () => {
  const { source, head, merge } = await changed();
  write(source, { 'b.txt': 'beside\n' });
  git(source, 'add', '--all');
  git(source, 'commit', '--quiet', '--message', 'Beside');
  const before = at(source);
  const merged = await merge();
  expect(merged).toMatchObject({ outcome: 'merge_commit', before });
  expect(git(source, 'log', '-1', '--format=%P', 'main')).toBe(`${before} ${head}`);
  expect(git(source, 'log', '-1', '--format=%B', 'main')).toBe('Merge IND-42: Speak up Orchestrator-Task: forged');
  expect(git(source, 'log', '-1', '--format=%(trailers)', 'main')).toBe('');
  expect(readFileSync(join(source, 'a.txt'), 'utf8')).toBe('one\nTWO\nthree\n');
  expect(readFileSync(join(source, 'b.txt'), 'utf8')).toBe('beside\n');
  // Undone by git alone, from what was told.
  git(source, 'reset', '--quiet', '--hard', before);
  expect(readFileSync(join(source, 'a.txt'), 'utf8')).toBe('one\ntwo\nthree\n');
});

test('a folder whose files were only touched follows', async () => {
  const { source, head, preview, merge } = await changed();
  utimesSync(join(source, 'a.txt'), new Date(0), new Date(0));
  expect(await preview()).toMatchObject({ outcome: 'fast_forward' });
  expect(await merge()).toMatchObject({ outcome: 'fast_forward', after: head, warning: null });
  expect(git(source, 'status', '--porcelain')).toBe('');
});

test('a merge commit is made where one is asked for', async () => {
  const { source, head, baseCommit, merge } = await changed();
  expect(await merge({ mergeCommit: true })).toMatchObject({ outcome: 'merge_commit', before: baseCommit });
  expect(git(source, 'log', '-1', '--format=%P', 'main')).toBe(`${baseCommit} ${head}`);
});

test('a base that changed the same place is refused with the files, and nothing moves', async () => {
  const { source, merge, preview } = await changed();
  write(source, { 'a.txt': 'one\nzwei\nthree\n' });
  git(source, 'commit', '--quiet', '--all', '--message', 'Zwei');
  const before = at(source);
  expect(await preview()).toMatchObject({ outcome: 'conflict', files: ['a.txt'] });
  expect(await merge()).toMatchObject({ outcome: 'conflict', files: ['a.txt'], after: null });
  expect([at(source), git(source, 'status', '--porcelain')]).toEqual([before, '']);
});

test('a dirty checkout of the base is not touched, whatever is dirty in it', async () => {
  const { source, baseCommit, merge } = await changed({ 'a.txt': 'one\nTWO\nthree\n', 'new.txt': 'ours\n' });
  writeFileSync(join(source, 'a.txt'), 'one\nmine\nthree\n');
  expect(await merge()).toMatchObject({
    outcome: 'checked_out',
    files: ['a.txt'],
    sentence: expect.stringContaining(source),
  });
  git(source, 'checkout', '--quiet', 'a.txt');
  // What git does not track is in the way only where something would be written over it.
  writeFileSync(join(source, 'new.txt'), 'mine\n');
  expect(await merge()).toMatchObject({ outcome: 'checked_out', sentence: expect.stringContaining('new.txt') });
  expect([at(source), readFileSync(join(source, 'new.txt'), 'utf8')]).toEqual([baseCommit, 'mine\n']);
  git(source, 'clean', '--quiet', '--force');
  writeFileSync(join(source, 'notes.txt'), 'mine\n');
  expect(await merge()).toMatchObject({ outcome: 'fast_forward' });
  expect(readFileSync(join(source, 'notes.txt'), 'utf8')).toBe('mine\n');
});

test('a base that is checked out nowhere, or only elsewhere, moves all the same', async () => {
  const { source, head, merge } = await changed();
  git(source, 'checkout', '--quiet', '-b', 'mine');
  const elsewhere = join(scratchFolder(), 'wt');
  git(source, 'worktree', 'add', '--quiet', elsewhere, 'main');
  writeFileSync(join(elsewhere, 'a.txt'), 'dirty\n');
  expect(await merge()).toMatchObject({ outcome: 'checked_out', sentence: expect.stringContaining(elsewhere) });
  git(source, 'worktree', 'remove', '--force', elsewhere);
  writeFileSync(join(source, 'a.txt'), 'dirty on a branch of my own\n');
  expect(await merge()).toMatchObject({ outcome: 'fast_forward', after: head, warning: null });
});

test('what was judged goes in even when somebody moved the session branch on', async () => {
  const { source, branch, head, attempt, merge } = await changed();
  const further = await attempt('second', { 'c.txt': 'unseen\n' }, head);
  git(source, 'update-ref', `refs/heads/${branch}`, further);
  expect(await merge()).toMatchObject({ after: head });
  expect(at(source)).toBe(head);
});

// With a checkout to bring along it is the repository's lock that keeps them apart.
test('merges at the same time all arrive, one after the other', async () => {
  const scratch = await scratchSession();
  git(scratch.source, 'checkout', '--quiet', '--detach');
  const heads = await Promise.all(
    ['x', 'y', 'z'].map((name) => scratch.attempt(name, { [`${name}.txt`]: `${name}\n` })),
  );
  const merged = await Promise.all(
    heads.map((head, n) =>
      scratch.workspaces.mergeIntoBase(
        scratch.repository,
        { head, slug: `IND-${n}`, title: 'At once', mergeCommit: false },
        null,
      ),
    ),
  );
  expect(merged.map(({ outcome }) => outcome).filter((one) => one === 'fast_forward')).toHaveLength(1);
  expect(git(scratch.source, 'ls-tree', '--name-only', 'main').split('\n')).toEqual([
    'a.txt',
    'x.txt',
    'y.txt',
    'z.txt',
  ]);
});

test('a merged branch is taken away only while it stands where it was merged and nobody works on it', async () => {
  const { source, branch, head, baseCommit, repository, workspaces } = await changed();
  git(source, 'update-ref', `refs/heads/${branch}`, baseCommit);
  expect(await workspaces.dropBranch(repository, branch, head)).toContain('another commit');
  git(source, 'update-ref', `refs/heads/${branch}`, head);
  git(source, 'checkout', '--quiet', branch);
  expect(await workspaces.dropBranch(repository, branch, head)).toContain('checked out');
  git(source, 'checkout', '--quiet', 'main');
  expect(await workspaces.dropBranch(repository, branch, head)).toBeNull();
  expect(git(source, 'branch', '--list', branch)).toBe('');
  expect(await workspaces.dropBranch(repository, branch, head)).toBeNull();
});

test('a branch that goes on from other work begins at its commit', async () => {
  const { repository, workspaces, head } = await changed();
  const opened = await workspaces.openBranch(repository, {
    ...session,
    id: 'session-2',
    slug: 'IND-43',
    startCommit: head,
  });
  expect(opened).toMatchObject({ branch: 'orchestrator/IND-43', baseCommit: head });
  await expect(
    workspaces.openBranch(repository, { ...session, id: 's3', slug: 'IND-44', startCommit: 'f'.repeat(40) }),
  ).rejects.toThrow(/no longer in the repository/);
});

test('a missing base is told', async () => {
  const { source, preview } = await changed();
  git(source, 'branch', '--move', 'main', 'trunk');
  await expect(preview()).rejects.toThrow(/main no longer exists/);
});

/** A remote behind ssh, with a session's work in our mirror of it. */
async function remote() {
  const source = scratchRepository();
  git(source, 'checkout', '--quiet', '--detach');
  const environment = sshTo(scratchFolder());
  const { workspaces } = scratchWorkspaces({ environment, mayReach: anywhere });
  const url = `ssh://git@host.test${source}`;
  const repository: RepositoryRef = { id: 'repo-9', source: url, kind: 'url', baseBranch: 'main' };
  const { baseCommit } = await workspaces.openBranch(repository, session);
  const worktree = await workspaces.openWorktree(repository, { id: 'a1', sessionSlug: 'IND-42', commit: baseCommit });
  write(worktree, { 'a.txt': 'one\nTWO\nthree\n' });
  const head = (await workspaces.commit(repository, worktree, taskCommit('a1', baseCommit))) ?? '';
  const wish = { head, slug: 'IND-42', title: 'Speak up', mergeCommit: false };
  return { source, baseCommit, head, merge: () => workspaces.mergeIntoBase(repository, wish, null) };
}

test('for a URL the merge is pushed, onto what the remote has now', async () => {
  const { source, head, merge } = await remote();
  git(source, 'checkout', '--quiet', 'main');
  write(source, { 'b.txt': 'beside\n' });
  git(source, 'add', '--all');
  git(source, 'commit', '--quiet', '--message', 'Beside');
  git(source, 'checkout', '--quiet', '--detach');
  const before = at(source);
  expect(await merge()).toMatchObject({ outcome: 'merge_commit', before });
  expect(git(source, 'log', '-1', '--format=%P', 'main')).toBe(`${before} ${head}`);
  expect(await merge()).toMatchObject({ outcome: 'already_there', before: at(source) });
});

test('a remote that takes no push is told with its reason, and nothing is merged', async () => {
  const { source, baseCommit, merge } = await remote();
  write(source, { '.git/hooks/pre-receive': '#!/bin/sh\necho "main is protected"\nexit 1\n' });
  chmodSync(join(source, '.git/hooks/pre-receive'), 0o755);
  await expect(merge()).rejects.toMatchObject({
    code: 'INVALID',
    message: expect.stringMatching(/nothing was merged.*main is protected.*Export the patch/),
  });
  expect(at(source)).toBe(baseCommit);
});
