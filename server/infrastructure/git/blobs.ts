import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Git } from './git-command.ts';
import type { WorktreeRecord } from './worktree-record.ts';

export interface TreeEntry {
  mode: string;
  id: string;
}

/** What a commit or tree has at a path: a file or link, never a folder. Null when there is none. */
export async function entryAt(git: Git, place: string, treeish: string, path: string): Promise<TreeEntry | null> {
  const { stdout } = await git(['ls-tree', '-z', '--end-of-options', treeish, path], { repository: place });
  const match = /^(\d{6}) (blob|commit) ([0-9a-f]+)\t/.exec(stdout.toString('latin1'));
  return match?.[1] !== undefined && match[3] !== undefined ? { mode: match[1], id: match[3] } : null;
}

/** A blob's bytes, or null when it is larger than the bound. */
export async function blobOf(git: Git, place: string, id: string, maxBytes: number): Promise<Buffer | null> {
  const size = Number((await git(['cat-file', '-s', id], { repository: place })).text);
  if (size > maxBytes) return null;
  return (await git(['cat-file', 'blob', id], { repository: place, maxBytes: maxBytes + 1 })).stdout;
}

/** Stores bytes as they are, past every filter. */
export async function storeBlob(git: Git, place: string, content: string | Buffer): Promise<string> {
  return (await git(['hash-object', '-w', '--no-filters', '--stdin'], { repository: place, input: content })).text;
}

/** The tree with some entries put in or taken out (null), made beside the worktree's own index. */
export async function changeTree(
  git: Git,
  record: WorktreeRecord,
  tree: string,
  changes: ReadonlyMap<string, TreeEntry | null>,
): Promise<string> {
  if (changes.size === 0) return tree;
  const indexFile = join(record.gitDir, `orchestrator-index-${randomUUID()}`);
  const call = { gitDir: record.gitDir, indexFile };
  try {
    await git(['read-tree', tree], call);
    const removed = [...changes]
      .filter(([, entry]) => entry === null)
      .map(([path]) => `0 ${'0'.repeat(40)}\t${path}\0`);
    const put = [...changes].flatMap(([path, entry]) => (entry ? [`${entry.mode} ${entry.id}\t${path}\0`] : []));
    // Removals first: a file may take the place of a folder that goes.
    await git(['update-index', '--replace', '-z', '--index-info'], { ...call, input: [...removed, ...put].join('') });
    return (await git(['write-tree'], call)).text;
  } finally {
    await rm(indexFile, { force: true });
    await rm(`${indexFile}.lock`, { force: true });
  }
}
