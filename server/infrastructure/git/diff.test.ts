import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FILE_PATCH_BYTES, TOTAL_PATCH_BYTES } from './diff.ts';
import { git, repositoryAt, scratchFolder, scratchRepository, scratchWorkspaces, write } from './git-testing.ts';

const { workspaces } = scratchWorkspaces();

/** The difference a second commit makes. */
async function differenceOf(before: Record<string, string | Buffer>, change: (folder: string) => void) {
  const source = scratchRepository(before);
  change(source);
  git(source, 'add', '--all');
  git(source, 'commit', '--quiet', '-m', 'Second');
  const base = git(source, 'rev-parse', 'HEAD~1');
  const head = git(source, 'rev-parse', 'HEAD');
  const repository = repositoryAt(source);
  return { source, repository, base, head, diff: await workspaces.diff(repository, base, head) };
}

const long = (name: string) => Array.from({ length: 30 }, (_, line) => `${name} ${line}\n`).join('');

test('added, changed, deleted and renamed files are told with their counts and patches', async () => {
  const { diff } = await differenceOf({ 'a.txt': 'one\ntwo\n', 'gone.txt': 'g\n', 'old.txt': long('x') }, (folder) => {
    write(folder, { 'a.txt': 'one\n2\nthree\n', 'new.txt': 'n' });
    git(folder, 'rm', '--quiet', 'gone.txt');
    git(folder, 'mv', 'old.txt', 'moved to.txt');
    write(folder, { 'moved to.txt': `${long('x')}more\n` });
  });
  expect(
    diff.files.map(({ patch, ...file }) => ({
      ...file,
      lines: patch?.split('\n').filter((line) => /^[+-][^+-]/.test(line)),
    })),
  ).toEqual([
    {
      path: 'a.txt',
      oldPath: null,
      status: 'modified',
      additions: 2,
      deletions: 1,
      binary: false,
      truncated: false,
      lines: ['-two', '+2', '+three'],
    },
    {
      path: 'gone.txt',
      oldPath: null,
      status: 'deleted',
      additions: 0,
      deletions: 1,
      binary: false,
      truncated: false,
      lines: ['-g'],
    },
    {
      path: 'moved to.txt',
      oldPath: 'old.txt',
      status: 'renamed',
      additions: 1,
      deletions: 0,
      binary: false,
      truncated: false,
      lines: ['+more'],
    },
    {
      path: 'new.txt',
      oldPath: null,
      status: 'added',
      additions: 1,
      deletions: 0,
      binary: false,
      truncated: false,
      lines: ['+n'],
    },
  ]);
  expect(diff).toMatchObject({ additions: 4, deletions: 2, truncated: false });
});

test('a binary file is told as binary, without a patch', async () => {
  const { diff } = await differenceOf({ 'a.bin': Buffer.from([0, 1, 2]) }, (folder) =>
    write(folder, { 'a.bin': Buffer.from([0, 9]), 'b.txt': 'text\n' }),
  );
  expect(diff.files).toMatchObject([
    { path: 'a.bin', binary: true, patch: null, truncated: false, additions: 0 },
    { path: 'b.txt', binary: false, patch: expect.stringContaining('+text') },
  ]);
});

test('odd file names come out as they are, each with its own patch', async () => {
  const names = [
    'sp ace',
    'quo"te',
    "apo'strophe",
    'tab\there',
    'new\nline',
    'ünï-漢',
    '-dash',
    'a b/diff --git c',
    'back\\slash',
    '"both" \n',
  ];
  const { diff } = await differenceOf({ '.keep': '' }, (folder) =>
    write(folder, Object.fromEntries(names.map((name, index) => [name, `content ${index}\n`]))),
  );
  expect(new Map(diff.files.map(({ path, patch }) => [path, patch?.split('\n').at(-2)]))).toEqual(
    new Map([...names.entries()].map(([index, name]) => [name, `+content ${index}`]).sort() as [string, string][]),
  );
});

test('content that looks like a header does not start a file', async () => {
  const { diff } = await differenceOf({ 'a.txt': 'x\n' }, (folder) =>
    write(folder, { 'a.txt': 'diff --git a/evil b/evil\n--- a/evil\n+++ b/evil\n', 'b.txt': 'b\n' }),
  );
  expect(diff.files.map(({ path }) => path)).toEqual(['a.txt', 'b.txt']);
  expect(diff.files[0]?.patch).toContain('+diff --git a/evil b/evil');
  expect(diff.files[1]?.patch).toContain('+b');
});

test('a file that becomes a link keeps both halves of its patch, and the next file its own', async () => {
  const { diff } = await differenceOf({ 'a.txt': 'x\n', 'z.txt': 'z\n' }, (folder) => {
    execFileSync('ln', ['-sf', 'z.txt', 'a.txt'], { cwd: folder });
    write(folder, { 'z.txt': 'zz\n' });
  });
  expect(diff.files).toMatchObject([
    {
      path: 'a.txt',
      status: 'modified',
      patch: expect.stringMatching(/deleted file mode 100644[\s\S]*new file mode 120000/),
    },
    { path: 'z.txt', patch: expect.stringContaining('+zz') },
  ]);
});

test('a mode change and an empty file have a header for a patch', async () => {
  const { diff } = await differenceOf({ 'run.sh': 'x\n' }, (folder) => {
    execFileSync('chmod', ['+x', 'run.sh'], { cwd: folder });
    write(folder, { empty: '' });
  });
  expect(diff.files).toMatchObject([
    { path: 'empty', status: 'added', patch: expect.stringContaining('new file mode') },
    { path: 'run.sh', status: 'modified', patch: expect.stringContaining('new mode 100755') },
  ]);
});

test('a long patch is cut at a whole line into a patch that still parses, and says so', async () => {
  const huge = Array.from({ length: 60_000 }, (_, line) => `line ${line}\n`).join('');
  const { diff, source } = await differenceOf({ 'a.txt': 'a\n' }, (folder) =>
    write(folder, { 'huge.txt': huge, 'z.txt': 'z\n' }),
  );
  const [cut, whole] = diff.files;
  expect(cut).toMatchObject({ path: 'huge.txt', additions: 60_000, truncated: true });
  expect(Buffer.byteLength(cut?.patch ?? '')).toBeLessThanOrEqual(FILE_PATCH_BYTES + 100);
  expect(whole).toMatchObject({ path: 'z.txt', truncated: false, patch: expect.stringContaining('+z') });
  expect(diff.truncated).toBe(true);
  git(source, 'checkout', '--quiet', 'HEAD~1');
  execFileSync('git', ['apply', '--check', '-'], { cwd: source, input: cut?.patch ?? '' });
});

test('all patches together stay within their bound, the files are all listed', async () => {
  const text = 'x'.repeat(99).concat('\n').repeat(2000);
  const { diff } = await differenceOf({ 'a.txt': 'a\n' }, (folder) =>
    write(folder, Object.fromEntries(Array.from({ length: 15 }, (_, n) => [`f${String(n).padStart(2, '0')}`, text]))),
  );
  const kept = diff.files.map(({ patch }) => Buffer.byteLength(patch ?? ''));
  expect(diff.files).toHaveLength(15);
  expect(kept.reduce((sum, size) => sum + size)).toBeLessThanOrEqual(TOTAL_PATCH_BYTES);
  expect(diff.files.at(-1)).toMatchObject({ patch: null, truncated: true, additions: 2000 });
  expect(diff).toMatchObject({ truncated: true, additions: 30_000 });
});

test("a person's own diff settings change nothing", async () => {
  const config = join(scratchFolder(), 'config');
  write(config.slice(0, config.lastIndexOf('/')), {
    config:
      '[diff]\n\tnoprefix = true\n\texternal = false\n\trenames = false\n\tcontext = 0\n\tmnemonicPrefix = true\n[color]\n\tui = always\n[core]\n\tquotePath = true\n',
  });
  const { repository, base, head, diff } = await differenceOf({ 'old.txt': long('x') }, (folder) =>
    git(folder, 'mv', 'old.txt', 'ü.txt'),
  );
  const other = scratchWorkspaces({ environment: { ...process.env, GIT_CONFIG_GLOBAL: config } });
  expect(await other.workspaces.diff(repository, base, head)).toEqual(diff);
  expect(diff.files).toMatchObject([{ path: 'ü.txt', oldPath: 'old.txt', status: 'renamed' }]);
});

test('the raw patch rebuilds the head from the base, binaries and renames included', async () => {
  const { source, repository, base, head } = await differenceOf(
    { 'a.bin': Buffer.from([0, 1, 2]), 'old.txt': long('x') },
    (folder) => {
      write(folder, { 'a.bin': Buffer.from([0, 255, 9]), 'n\new': 'n\n' });
      git(folder, 'mv', 'old.txt', 'new.txt');
    },
  );
  const patch = await workspaces.rawPatch(repository, base, head);
  git(source, 'checkout', '--quiet', base);
  execFileSync('git', ['apply', '--index', '-'], { cwd: source, input: patch });
  expect(git(source, 'write-tree')).toBe(git(source, 'rev-parse', `${head}^{tree}`));
});

test('what is not a commit id never reaches git', async () => {
  const { repository, head } = await differenceOf({ 'a.txt': 'a\n' }, (folder) => write(folder, { 'a.txt': 'b\n' }));
  await expect(workspaces.diff(repository, '--output=/tmp/x', head)).rejects.toThrow('Not a commit id');
  await expect(workspaces.diff(repository, 'HEAD', head)).rejects.toThrow('Not a commit id');
});
