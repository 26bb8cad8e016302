import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RepositoryRef } from '../../application/git-port.ts';
import { pathProblem } from '../../domain/artifact-path.ts';
import type { FieldIssue } from '../../domain/errors.ts';
import type { Artifact } from '../../domain/external-agent.ts';
import { storeBlob } from './blobs.ts';
import { checkOutTree } from './check-out.ts';
import { fields, type Git, type GitCall, GitFailure } from './git-command.ts';
import { mostUnpacked, unpackedSize } from './patch-size.ts';
import { type GitContext, objectId, placeOf } from './places.ts';
import { firstLine } from './refs.ts';
import { snapshotTree } from './snapshot.ts';
import { readRecord, type WorktreeRecord } from './worktree-record.ts';

/**
 * Puts an agent's files onto the commit it was given and the worktree on what comes of it; through git's index alone, so
 * that no link leads a write outside. Answers what is wrong with them, and then changes nothing; with `check` it only
 * judges. A worktree that is not on this machine is judged where it is.
 */
export async function applyArtifacts(
  context: GitContext,
  repository: RepositoryRef,
  worktree: string,
  commit: string,
  artifacts: readonly Artifact[],
  options: { check: boolean },
): Promise<FieldIssue[]> {
  const { git } = context;
  const record = await readRecord(worktree);
  if (record === null && options.check) return [];
  if (record === null) throw new TypeError(`There is no worktree at ${worktree}`);
  const place = placeOf(context, repository);
  const { tree, issues } = await treeWith(git, place, record, objectId(commit), artifacts);
  if (issues.length > 0 || options.check) return issues;
  if ((await snapshotTree(git, worktree, record)) === tree) return [];
  const head = (await git(['rev-parse', '--verify', 'HEAD^{commit}'], { gitDir: record.gitDir })).text;
  await checkOutTree(git, worktree, record, { tree, commit: head });
  await git(['read-tree', head], { gitDir: record.gitDir });
  return [];
}

async function treeWith(
  git: Git,
  place: string,
  record: WorktreeRecord,
  base: string,
  artifacts: readonly Artifact[],
): Promise<{ tree: string; issues: FieldIssue[] }> {
  const indexFile = join(record.gitDir, `orchestrator-index-${randomUUID()}`);
  const call = { gitDir: record.gitDir, indexFile };
  const issues: FieldIssue[] = [];
  try {
    await git(['read-tree', base], call);
    for (const [index, artifact] of artifacts.entries()) {
      const message =
        artifact.patch === undefined
          ? await putContent(git, place, call, base, artifact)
          : await putPatch(git, call, artifact.patch);
      const field = artifact.patch === undefined ? 'path' : 'patch';
      if (message !== null) issues.push({ path: `artifacts.${index}.${field}`, message });
    }
    issues.push(...(await changedBadly(git, call, base)));
    if (issues.length === 0) issues.push(...(await changedTooMuch(git, place, call, base)));
    return { tree: issues.length > 0 ? '' : (await git(['write-tree'], call)).text, issues };
  } finally {
    await rm(indexFile, { force: true });
    await rm(`${indexFile}.lock`, { force: true });
  }
}

async function putContent(
  git: Git,
  place: string,
  call: GitCall,
  base: string,
  { path, content = '', encoding }: Artifact,
): Promise<string | null> {
  const parts = path.split('/');
  const above = parts.map((_, count) => parts.slice(0, count + 1).join('/'));
  const { stdout } = await git(['ls-tree', '-z', '--end-of-options', base, ...above], { repository: place });
  const modes = new Map(
    fields(stdout).map((line) => [line.slice(line.indexOf('\t') + 1), line.slice(0, line.indexOf(' '))]),
  );
  for (const [name, mode] of modes) {
    if (mode === '120000') return `${name} is a symbolic link in the repository; nothing is written through one`;
    if (mode === '160000') return `${name} is a submodule; it takes no files`;
    if (name !== path && mode !== '040000') return `${name} is a file in the repository, not a folder`;
    if (name === path && mode === '040000') return `${name} is a folder in the repository`;
  }
  const blob = await storeBlob(git, place, encoding === 'base64' ? Buffer.from(content, 'base64') : content);
  const mode = modes.get(path) === '100755' ? '100755' : '100644';
  await git(['update-index', '--replace', '-z', '--index-info'], { ...call, input: `${mode} ${blob}\t${path}\0` });
  return null;
}

async function putPatch(git: Git, call: GitCall, patch: string): Promise<string | null> {
  if (unpackedSize(patch) > mostUnpacked)
    return `The binary parts of the patch unpack to more than ${mebibytes(mostUnpacked)}, or cannot be read`;
  try {
    const input = patch.endsWith('\n') ? patch : `${patch}\n`;
    await git(['apply', '--cached', '--whitespace=nowarn', '-'], { ...call, input });
    return null;
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error;
    return `The patch does not apply: ${firstLine(error.stderr)}`;
  }
}

/** All that a result may write, which a few lines that copy a large file of the repository could make of any size. */
const mostWritten = 256 * 1024 * 1024;
const mebibytes = (bytes: number) => `${bytes / 1024 / 1024} MiB`;

async function changedTooMuch(git: Git, place: string, call: GitCall, base: string): Promise<FieldIssue[]> {
  const { stdout } = await git(['diff-index', '--cached', '--raw', '--no-renames', '-z', base, '--'], call);
  const blobs = fields(stdout).flatMap((field) => /^:\d+ (?!0{6})\d+ \w+ (\w+) /.exec(field)?.[1] ?? []);
  if (blobs.length === 0) return [];
  const input = `${blobs.join('\n')}\n`;
  const { text } = await git(['cat-file', '--batch-check=%(objectsize)'], { repository: place, input });
  const bytes = text.split('\n').reduce((sum, size) => sum + Number(size), 0);
  if (bytes <= mostWritten) return [];
  return [{ path: 'artifacts', message: `All changed files together are larger than ${mebibytes(mostWritten)}` }];
}

/** What no agent may bring, by whatever way: links, submodules, names git or another system would read otherwise. */
async function changedBadly(git: Git, call: GitCall, base: string): Promise<FieldIssue[]> {
  const { stdout } = await git(['diff-index', '--cached', '--raw', '--no-renames', '-z', base, '--'], call);
  const parts = fields(stdout);
  const issues: FieldIssue[] = [];
  for (let index = 0; index + 1 < parts.length; index += 2) {
    const [, mode] = (parts[index] ?? '').split(' ');
    const path = parts[index + 1] ?? '';
    const problem = mode === '000000' ? null : pathProblem(path);
    if (problem !== null) issues.push({ path: 'artifacts', message: `${path}: ${problem}` });
    else if (mode === '120000' || mode === '160000') {
      const what = mode === '120000' ? 'symbolic link' : 'submodule';
      issues.push({ path: 'artifacts', message: `${path} would be a ${what}; an agent outside may bring files only` });
    }
  }
  return issues;
}
