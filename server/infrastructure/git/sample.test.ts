import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { createRunCommand } from '../run-command.ts';
import { git, repositoryAt, scratchWorkspaces, session } from './git-testing.ts';

test('every copy of the sample is a repository of its own with the same commit', async () => {
  const { workspaces, dataDir } = scratchWorkspaces();
  const [one, two] = await Promise.all([workspaces.inspect('sample', null), workspaces.inspect('sample', null)]);
  expect(one).toMatchObject({ kind: 'path', baseBranch: 'main', dirty: false, suggestedVerify: ['npm test'] });
  expect([one.source, two.source].sort()).toEqual([
    join(dataDir, 'repositories/sample-1'),
    join(dataDir, 'repositories/sample-2'),
  ]);
  expect(one.headCommit).toBe(two.headCommit);
  expect(git(one.source, 'rev-list', '--count', 'HEAD')).toBe('1');
});

test('the sample fails exactly one test, and one changed line repairs it', async () => {
  const { workspaces, dataDir } = scratchWorkspaces();
  const { source } = await workspaces.inspect('sample', null);
  const repository = repositoryAt(source);
  const { baseCommit } = await workspaces.openBranch(repository, session);
  const worktree = await workspaces.openWorktree(repository, {
    id: 'a1',
    sessionSlug: session.slug,
    commit: baseCommit,
  });
  const { run } = createRunCommand({ nodeBin: dirname(process.execPath), dataDir });
  const order = { directory: worktree, timeoutSeconds: 60, signal: new AbortController().signal, attemptId: 'a1' };

  const before = await run('npm test', order);
  expect(before.exitCode).not.toBe(0);
  expect(before.output).toMatch(/fail 1\b/);
  expect(before.output).toContain('a line that fits exactly is not broken');

  const file = join(worktree, 'src/wrap.ts');
  const code = readFileSync(file, 'utf8');
  writeFileSync(file, code.replace('width(word) < columns', 'width(word) <= columns'));
  const after = await run('npm test', order);
  expect(after).toMatchObject({ exitCode: 0, output: expect.stringMatching(/fail 0\b/) });
  expect(await workspaces.changedFiles(worktree, baseCommit)).toEqual(['src/wrap.ts']);
});
