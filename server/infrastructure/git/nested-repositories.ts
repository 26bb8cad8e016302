import { lstat, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fields, type Git } from './git-command.ts';

export interface PlainFile {
  /** Relative to the worktree. */
  path: string;
  mode: '100644' | '100755' | '120000';
  content: Buffer;
}

/** The files of a repository inside a worktree, by its own ignore rules; `folder` ends with a slash. */
export async function* filesOfNested(git: Git, worktree: string, folder: string): AsyncGenerator<PlainFile> {
  const { stdout } = await git(['ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate', '-z'], {
    repository: join(worktree, folder),
  });
  for (const name of fields(stdout)) {
    const path = `${folder}${name}`;
    if (path.endsWith('/')) {
      yield* filesOfNested(git, worktree, path);
      continue;
    }
    const file = await plainFile(join(worktree, path));
    if (file === 'folder') yield* filesOfNested(git, worktree, `${path}/`);
    else if (file) yield { path, ...file };
  }
}

async function plainFile(path: string): Promise<Omit<PlainFile, 'path'> | 'folder' | null> {
  try {
    const stat = await lstat(path);
    if (stat.isSymbolicLink()) return { mode: '120000', content: Buffer.from(await readlink(path)) };
    if (stat.isDirectory()) return 'folder';
    if (!stat.isFile()) return null;
    return { mode: stat.mode & 0o100 ? '100755' : '100644', content: await readFile(path) };
  } catch (error) {
    // Tracked there, but deleted.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
