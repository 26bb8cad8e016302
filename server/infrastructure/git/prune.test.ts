import { readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { git, repositoryAt, scratchRepository, scratchWorkspaces, session } from './git-testing.ts';

test('refs of pruned checkpoints go, the kept ones and those of other sessions stay', async () => {
  const source = scratchRepository();
  const { workspaces } = scratchWorkspaces();
  const repository = repositoryAt(source);
  const other = { ...session, id: 'another-session' };
  await workspaces.openBranch(repository, session);
  const head = git(source, 'rev-parse', 'main');
  for (const number of [1, 2, 9, 10]) await workspaces.pinCheckpoint(repository, session, number, head);
  await workspaces.pinCheckpoint(repository, other, 1, head);
  const refs = () =>
    git(source, 'for-each-ref', '--format=%(refname)', 'refs/orchestrator/')
      .split('\n')
      .filter((ref) => /\d+$/.test(ref) && !ref.includes('/owner/'))
      .map((ref) => ref.split('/').slice(2).join('/'))
      .toSorted();
  expect(await workspaces.unpinCheckpoints(repository, session, 9)).toBe(3);
  expect(refs()).toEqual([`${other.id}/1`, `${session.id}/10`].toSorted());
  expect(await workspaces.unpinCheckpoints(repository, session, 9)).toBe(0);
});

test('bundles past their time are removed, younger ones and other files are not', async () => {
  const { workspaces, dataDir } = scratchWorkspaces();
  await workspaces.pruneBundles(30);
  const folder = join(dataDir, 'bundles');
  const long = new Date(Date.now() - 31 * 86_400_000);
  for (const name of ['old.bundle', 'young.bundle', 'note.txt']) writeFileSync(join(folder, name), 'x');
  for (const name of ['old.bundle', 'note.txt']) utimesSync(join(folder, name), long, long);
  expect(await workspaces.pruneBundles(30)).toBe(1);
  expect(readdirSync(folder).toSorted()).toEqual(['note.txt', 'young.bundle']);
});
