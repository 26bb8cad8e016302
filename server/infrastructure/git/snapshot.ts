import { randomUUID } from 'node:crypto';
import { copyFile, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { fields, type Git, type GitCall, GitFailure } from './git-command.ts';
import { filesOfNested } from './nested-repositories.ts';
import type { WorktreeRecord } from './worktree-record.ts';

/**
 * The tree of everything in a worktree: tracked and untracked, ignored files left out. Works on a copy of the
 * worktree's index, so neither a lock an agent left behind nor a crash of ours is in anybody's way.
 */
export async function snapshotTree(git: Git, worktree: string, record: WorktreeRecord): Promise<string> {
  const indexFile = join(record.gitDir, `orchestrator-index-${randomUUID()}`);
  const call = { gitDir: record.gitDir, workTree: worktree, indexFile, timeoutMs: 10 * 60_000 };
  try {
    await startIndex(git, call, record);
    await addEverything(git, call);
    await replaceGitlinks(git, call, record);
    return (await git(['write-tree'], call)).text;
  } finally {
    await rm(indexFile, { force: true });
    await rm(`${indexFile}.lock`, { force: true });
  }
}

type IndexCall = GitCall & { indexFile: string; workTree: string };

async function startIndex(git: Git, call: IndexCall, record: WorktreeRecord): Promise<void> {
  try {
    const index = join(record.gitDir, 'index');
    const { mtimeMs } = await stat(index);
    await copyFile(index, call.indexFile);
    // Git trusts an entry that is older than its index. A younger copy would hide a change made in the second of the
    // checkout that left the size as it was.
    const since = Math.floor(mtimeMs / 1000);
    await utimes(call.indexFile, since, since);
    await git(['ls-files', '--unmerged', '-z'], call);
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (!missing && !(error instanceof GitFailure)) throw error;
    // Gone or damaged: the commit's own files are the start.
    await rm(call.indexFile, { force: true });
    await git(['read-tree', record.commit], call);
  }
}

async function addEverything(git: Git, call: IndexCall): Promise<void> {
  const { stdout } = await git(['ls-files', '--others', '--exclude-standard', '-z'], call);
  // A folder in this list is a repository of its own, which git does not enter.
  const nested = fields(stdout).filter((path) => path.endsWith('/'));
  const pathspecs = ['.', ...nested.map((path) => `:(top,exclude,literal)${path.slice(0, -1)}`)];
  const env = nested.length > 0 ? { GIT_LITERAL_PATHSPECS: '0' } : {};
  await git(['add', '--all', '--sparse', '--', ...pathspecs], { ...call, env });
  for (const path of nested) await addFiles(git, call, path);
}

// A repository an agent made or cloned inside its worktree would be kept as a bare commit id, without its files.
async function replaceGitlinks(git: Git, call: IndexCall, record: WorktreeRecord): Promise<void> {
  const { stdout } = await git(['diff-index', '--cached', '--raw', '--no-renames', '-z', record.commit, '--'], call);
  const parts = fields(stdout);
  for (let index = 0; index + 1 < parts.length; index += 2) {
    const [oldMode, newMode] = (parts[index] ?? '').split(' ');
    const path = parts[index + 1] ?? '';
    if (newMode !== '160000' || oldMode === ':160000') continue;
    if (await isSubmodule(git, call, path)) continue;
    await git(['update-index', '--force-remove', '-z', '--stdin'], { ...call, input: `${path}\0` });
    await addFiles(git, call, `${path}/`);
  }
}

async function isSubmodule(git: Git, call: IndexCall, path: string): Promise<boolean> {
  const { text } = await git(['config', '--blob', ':.gitmodules', '--get-regexp', '^submodule\\..*\\.path$'], {
    ...call,
    accept: [1, 128],
  });
  return text.split('\n').some((line) => line.slice(line.indexOf(' ') + 1) === path);
}

async function addFiles(git: Git, call: IndexCall, folder: string): Promise<void> {
  const lines: string[] = [];
  for await (const file of filesOfNested(git, call.workTree, folder)) {
    const hashed = await git(['hash-object', '-w', '--no-filters', '--stdin'], { ...call, input: file.content });
    lines.push(`${file.mode} ${hashed.text}\t${file.path}\0`);
  }
  if (lines.length > 0) await git(['update-index', '-z', '--index-info'], { ...call, input: lines.join('') });
}
