import type { Diff, DiffFile } from '../../application/git-port.ts';
import { DomainError } from '../../domain/errors.ts';
import { fields, type Git, GitFailure } from './git-command.ts';
import { createPatchSplitter } from './patch-splitter.ts';
import { objectId } from './places.ts';

/** Bounds of what a page gets; the raw patch has its own. */
export const FILE_PATCH_BYTES = 256 * 1024;
export const TOTAL_PATCH_BYTES = 2 * 1024 * 1024;
const FILES = 3000;
const RAW_PATCH_BYTES = 64 * 1024 * 1024;

// A person's own diff settings must not change what is read here.
const PLAIN = [
  '--no-color',
  '--no-ext-diff',
  '--no-textconv',
  '--ignore-submodules=none',
  '--submodule=short',
  '--no-relative',
  '-O/dev/null',
  '--diff-algorithm=histogram',
  '-M',
  '-l1000',
];
const PATCH = [
  '-p',
  '-U3',
  '--inter-hunk-context=0',
  '--src-prefix=a/',
  '--dst-prefix=b/',
  '--full-index',
  '--no-indent-heuristic',
];
const CONFIG = ['diff.wsErrorHighlight=none', 'diff.suppressBlankEmpty=false', 'diff.noprefix=false'];

/** What differs between two commits, renames found, with bounded patches. */
export async function diffCommits(git: Git, repository: string, base: string, head: string): Promise<Diff> {
  const range = ['--end-of-options', objectId(base), objectId(head), '--'];
  const call = { repository, config: CONFIG };
  const listed = await git(['diff', '--raw', '--numstat', '-z', '--abbrev=40', ...PLAIN, ...range], call);
  const all = readListing(fields(listed.stdout));
  const files = all.slice(0, FILES);
  if (files.length > 0) {
    const splitter = createPatchSplitter(FILE_PATCH_BYTES);
    await git(['diff', ...PATCH, ...PLAIN, ...range], { ...call, onOutput: splitter.push });
    attachPatches(files, splitter.end());
  }
  return {
    base,
    head,
    files: files.map(({ sections: _, ...file }) => file),
    additions: all.reduce((sum, file) => sum + file.additions, 0),
    deletions: all.reduce((sum, file) => sum + file.deletions, 0),
    truncated: all.length > files.length || files.some((file) => file.truncated),
  };
}

/** The whole difference as `git apply` takes it, binaries included. */
export async function rawPatch(git: Git, repository: string, base: string, head: string): Promise<string> {
  const range = ['--end-of-options', objectId(base), objectId(head), '--'];
  try {
    const args = ['diff', ...PATCH, '--binary', ...PLAIN, ...range];
    const { stdout } = await git(args, { repository, config: CONFIG, maxBytes: RAW_PATCH_BYTES });
    return stdout.toString('utf8');
  } catch (error) {
    if (!(error instanceof GitFailure) || error.timedOut || !error.stderr.includes('too long')) throw error;
    throw new DomainError('PAYLOAD_TOO_LARGE', 'The patch is larger than 64 MiB: read it from the branch with git.', {
      cause: error,
    });
  }
}

/** Paths that differ between two commits or trees; a rename counts as both its names. */
export async function changedPaths(git: Git, gitDir: string, base: string, tree: string): Promise<string[]> {
  const args = ['diff-tree', '-r', '--name-only', '--no-renames', '-z', '--end-of-options', base, tree];
  return fields((await git(args, { gitDir })).stdout);
}

/** A file with the number of sections git writes for it: a change of kind (file to link) makes two. */
type ListedFile = DiffFile & { sections: number };

// `--raw --numstat -z`: first all raw records (":modes ids status", path[, new path]), then all counts.
function readListing(parts: string[]): ListedFile[] {
  const files: ListedFile[] = [];
  let at = 0;
  for (; parts[at]?.startsWith(':'); at += 1) {
    const status = parts[at]?.split(' ')[4] ?? 'M';
    const moved = status.startsWith('R') || status.startsWith('C');
    const first = parts[at + 1] ?? '';
    const path = moved ? (parts[at + 2] ?? '') : first;
    at += moved ? 2 : 1;
    files.push({
      path,
      oldPath: moved ? first : null,
      status: statusOf(status),
      additions: 0,
      deletions: 0,
      binary: false,
      patch: null,
      truncated: false,
      sections: status === 'T' ? 2 : 1,
    });
  }
  for (const file of files) {
    const [added = '', deleted = '', name = ''] = (parts[at] ?? '').split('\t');
    file.binary = added === '-';
    file.additions = Number(added) || 0;
    file.deletions = Number(deleted) || 0;
    // A renamed file's two names follow as fields of their own.
    at += name === '' ? 3 : 1;
  }
  return files;
}

function statusOf(letter: string): DiffFile['status'] {
  if (letter === 'A' || letter.startsWith('C')) return 'added';
  if (letter === 'D') return 'deleted';
  return letter.startsWith('R') ? 'renamed' : 'modified';
}

function attachPatches(files: ListedFile[], sections: { text: string; cut: boolean }[]): void {
  let next = 0;
  let left = TOTAL_PATCH_BYTES;
  for (const file of files) {
    const own = sections.slice(next, next + file.sections);
    next += file.sections;
    if (file.binary) continue;
    const text = own.map((section) => section.text).join('');
    const size = Buffer.byteLength(text);
    if (own.length === 0 || size > left) {
      file.truncated = true;
      // Later small files must not fill the gap: what is shown is a beginning, not a selection.
      left = 0;
      continue;
    }
    left -= size;
    file.patch = text;
    file.truncated = own.some((section) => section.cut);
  }
}
