import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { git, repositoryAt, scratchFolder, scratchRepository, scratchWorkspaces, write } from './git-testing.ts';

const { workspaces, dataDir } = scratchWorkspaces();

async function refusal(source: string, baseBranch: string | null = null) {
  const error = await workspaces.inspect(source, baseBranch).then(
    () => null,
    (thrown) => thrown,
  );
  return { code: error?.code, details: error?.details };
}

test('a repository is described by its real path, branch and head', async () => {
  const source = scratchRepository();
  const link = join(scratchFolder(), 'link');
  symlinkSync(source, link);
  expect(await workspaces.inspect(link, null)).toEqual({
    kind: 'path',
    source,
    name: source.split('/').at(-1),
    baseBranch: 'main',
    headCommit: git(source, 'rev-parse', 'HEAD'),
    bare: false,
    dirty: false,
    suggestedVerify: [],
  });
});

test('a dirty repository is accepted and said to be dirty, also by an untracked file alone', async () => {
  const source = scratchRepository();
  write(source, { 'new.txt': 'x' });
  expect(await workspaces.inspect(source, null)).toMatchObject({ dirty: true });
});

test('a bare repository is accepted', async () => {
  const bare = join(scratchFolder(), 'central.git');
  git(dirname(bare), 'clone', '--quiet', '--bare', scratchRepository(), bare);
  expect(await workspaces.inspect(bare, 'main')).toMatchObject({ bare: true, dirty: false, name: 'central' });
});

test('another base branch than the current one may be named', async () => {
  const source = scratchRepository();
  git(source, 'branch', 'release');
  expect(await workspaces.inspect(source, 'release')).toMatchObject({ baseBranch: 'release' });
});

test('npm test is suggested when the base commit has a test script of its own', async () => {
  const own = scratchRepository({ 'package.json': JSON.stringify({ scripts: { test: 'node --test' } }) });
  const placeholder = scratchRepository({
    'package.json': JSON.stringify({ scripts: { test: 'echo "Error: no test specified" && exit 1' } }),
  });
  const broken = scratchRepository({ 'package.json': '{' });
  const uncommitted = scratchRepository();
  write(uncommitted, { 'package.json': JSON.stringify({ scripts: { test: 'node --test' } }) });
  expect((await workspaces.inspect(own, null)).suggestedVerify).toEqual(['npm test']);
  expect((await workspaces.inspect(placeholder, null)).suggestedVerify).toEqual([]);
  expect((await workspaces.inspect(broken, null)).suggestedVerify).toEqual([]);
  expect((await workspaces.inspect(uncommitted, null)).suggestedVerify).toEqual([]);
});

test('what is no usable repository is refused on the source with a sentence', async () => {
  const plain = scratchFolder();
  const empty = scratchFolder();
  git(empty, 'init', '--quiet');
  const file = join(plain, 'file');
  writeFileSync(file, '');
  const good = scratchRepository({ 'sub/a.txt': 'a' });
  const inside = join(dataDir, 'worktrees');
  mkdirSync(inside, { recursive: true });
  const cases: [string, RegExp][] = [
    ['relative/path', /absolute path/],
    ['', /absolute path/],
    ['--upload-pack=touch /tmp/x', /absolute path/],
    [join(plain, 'missing'), /no folder/],
    [file, /is a file/],
    [plain, /not a git repository/],
    [empty, /no commits/],
    [join(good, 'sub'), /not a git repository/],
    [join(good, '.git'), /inside of a repository/],
    [inside, /own data/],
    ['/tmp/\0x', /zero bytes/],
  ];
  for (const [source, sentence] of cases) {
    expect(await refusal(source)).toEqual({
      code: 'INVALID',
      details: [{ path: 'source', message: expect.stringMatching(sentence) }],
    });
  }
});

test('a base branch that is unknown, or is no branch name, is refused on its field', async () => {
  const source = scratchRepository();
  git(source, 'tag', 'v1');
  for (const name of ['missing', 'v1', '--all', 'main^{commit}', 'a..b', '']) {
    expect(await refusal(source, name)).toEqual({
      code: 'INVALID',
      details: [{ path: 'baseBranch', message: expect.stringContaining('no branch named') }],
    });
  }
});

test('a detached head asks for the base branch', async () => {
  const source = scratchRepository();
  git(source, 'checkout', '--quiet', '--detach');
  expect(await refusal(source)).toMatchObject({ details: [{ path: 'baseBranch' }] });
  expect(await workspaces.inspect(source, 'main')).toMatchObject({ baseBranch: 'main' });
});

test('a repository that has gone since its registration is told by a sentence', async () => {
  const gone = repositoryAt(join(scratchFolder(), 'gone'));
  await expect(workspaces.prepare(gone)).rejects.toMatchObject({
    code: 'INVALID',
    message: expect.stringMatching(/any more/),
  });
});

test('a folder that lost its .git is not taken for the repository around it', async () => {
  const outer = scratchRepository();
  mkdirSync(join(outer, 'inner'));
  await expect(
    workspaces.openBranch(repositoryAt(join(outer, 'inner')), { id: 's', slug: 'IND-1', teamSlug: 't' }),
  ).rejects.toThrow();
  expect(git(outer, 'branch', '--list', 'orchestrator/*')).toBe('');
});

test('hooks and file watchers of a repository never run', async () => {
  const source = scratchRepository();
  const trap = join(scratchFolder(), 'ran');
  writeFileSync(join(source, '.git/hooks/post-checkout'), `#!/bin/sh\ntouch ${trap}\n`, { mode: 0o755 });
  writeFileSync(join(source, '.git/hooks/reference-transaction'), `#!/bin/sh\ntouch ${trap}\n`, { mode: 0o755 });
  git(source, 'config', 'core.fsmonitor', `touch ${trap}; false`);
  const repository = repositoryAt(source);
  await workspaces.inspect(source, null);
  const { baseCommit } = await workspaces.openBranch(repository, { id: 'hooks', slug: 'IND-7', teamSlug: 't' });
  await workspaces.openWorktree(repository, { id: 'hooks-1', sessionSlug: 'IND-7', commit: baseCommit });
  expect(execFileSync('sh', ['-c', `test -e ${trap} && echo ran || echo quiet`], { encoding: 'utf8' }).trim()).toBe(
    'quiet',
  );
});
