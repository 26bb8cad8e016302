import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RepositoryRef } from '../../application/git-port.ts';
import { git, scratchFolder, scratchRepository, scratchWorkspaces, session, taskCommit, write } from './git-testing.ts';

/** Two instances with mirrors of their own of one remote. */
function machines() {
  const source = scratchRepository({ 'a.txt': 'one\n' });
  const ssh = join(scratchFolder(), 'ssh');
  writeFileSync(ssh, '#!/bin/sh\nfor last; do :; done; exec sh -c "$last"\n', { mode: 0o755 });
  const environment = { ...process.env, GIT_SSH_COMMAND: ssh };
  const machine = () => scratchWorkspaces({ environment, mayReach: async () => ['192.0.2.1'] }).workspaces;
  const repository: RepositoryRef = {
    id: 'repo-9',
    source: `ssh://git@host.test${source}`,
    kind: 'url',
    baseBranch: 'main',
  };
  return { one: machine(), two: machine(), repository, source };
}

test('commits of one mirror go on in another, each bundle holding only what is new, and the branch follows', async () => {
  const { one, two, repository, source } = machines();
  const { branch, baseCommit } = await one.openBranch(repository, session);
  const kept: { commit: string; bundle: Uint8Array }[] = [];
  let head = baseCommit;
  for (const [number, size] of [
    [1, 200_000],
    [2, 10],
  ] as const) {
    const worktree = await one.openWorktree(repository, { id: `a${number}`, sessionSlug: 'IND-42', commit: head });
    const text = Array.from({ length: size }, () => Math.random().toString(36).slice(2)).join('');
    write(worktree, { [`file-${number}.txt`]: text });
    const commit = (await one.commit(repository, worktree, taskCommit(`a${number}`, head))) ?? '';
    const known = [baseCommit, ...kept.map((made) => made.commit)];
    expect(await one.packCommit(repository, commit, known, 1_000)).toEqual(
      number === 1 ? null : expect.any(Uint8Array),
    );
    const bundle = await one.packCommit(repository, commit, known, 2 ** 25);
    kept.push({ commit, bundle: bundle ?? new Uint8Array() });
    await one.merge(repository, branch, commit, taskCommit(`a${number}`, head));
    head = commit;
  }
  expect(kept[1]?.bundle.length).toBeLessThan(1_000);

  // The remote's own history went on meanwhile; the base is found all the same.
  git(source, 'commit', '--quiet', '--allow-empty', '-m', 'Later');
  await two.prepare(repository);
  const commits = kept.map(({ commit }) => commit);
  expect(await two.missing(repository, [baseCommit, ...commits])).toEqual(commits);
  for (const { bundle } of kept) await two.unpack(repository, bundle);
  expect(await two.missing(repository, commits)).toEqual([]);
  const work = { branch, baseCommit, head };
  for (let times = 0; times < 2; times += 1) await two.adoptBranch(repository, session, work);
  expect(await two.head(repository, branch)).toBe(head);
  expect((await two.openBranch(repository, session)).baseCommit).toBe(baseCommit);
  expect((await two.diff(repository, baseCommit, head)).files.map(({ path }) => path)).toEqual([
    'file-1.txt',
    'file-2.txt',
  ]);

  // A mirror that stands elsewhere follows what is stored, and keeps what it had.
  await two.adoptBranch(repository, session, { ...work, head: commits[0] ?? '' });
  expect(await two.head(repository, branch)).toBe(commits[0]);
  expect(await two.missing(repository, commits)).toEqual([]);
});
