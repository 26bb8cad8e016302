import { createHash } from 'node:crypto';
import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Git } from './git-command.ts';
import { objectId } from './places.ts';

const lockfileNames = [
  'package-lock.json',
  'npm-shrinkwrap.json',
  'pnpm-lock.yaml',
  'yarn.lock',
  'bun.lock',
  'bun.lockb',
  'deno.lock',
  'Cargo.lock',
  'go.sum',
  'poetry.lock',
  'uv.lock',
  'Pipfile.lock',
  'Gemfile.lock',
  'composer.lock',
];
const largestLockfile = 64 * 1024 * 1024;

/** The first `limit` files of a commit in git's order, and how many there are. */
export async function outline(
  git: Git,
  place: string,
  commit: string,
  limit: number,
): Promise<{ files: string[]; total: number }> {
  const files: string[] = [];
  let total = 0;
  // Kept as bytes: a chunk may end within a character.
  let rest: Buffer = Buffer.alloc(0);
  await git(['ls-tree', '-r', '--name-only', '-z', '--end-of-options', objectId(commit)], {
    repository: place,
    onOutput: (chunk) => {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      for (let end = rest.indexOf(0); end !== -1; end = rest.indexOf(0)) {
        total += 1;
        if (files.length < limit) files.push(rest.toString('utf8', 0, end));
        rest = rest.subarray(end + 1);
      }
    },
  });
  return { files, total };
}

/** One hash over the names and contents of the lockfiles at a worktree's root, or null without any. */
export async function lockfiles(worktree: string): Promise<string | null> {
  const hash = createHash('sha256');
  let found = false;
  for (const name of lockfileNames) {
    const content = await plainFile(join(worktree, name));
    if (content === null) continue;
    found = true;
    hash.update(`${name}\0${content.length}\0`).update(content);
  }
  return found ? hash.digest('hex') : null;
}

async function plainFile(path: string): Promise<Buffer | null> {
  try {
    const found = await lstat(path);
    return found.isFile() && found.size <= largestLockfile ? await readFile(path) : null;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
