import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { type Git, GitFailure } from '../git/git-command.ts';
import { exists } from '../git/mirror.ts';
import { safeName } from '../git/places.ts';
import { commitAt, NONE, swapRef } from '../git/refs.ts';
import { snapshotTree } from '../git/snapshot.ts';
import { commitTree } from '../git/task-commit.ts';
import { readRecord } from '../git/worktree-record.ts';
import type { ArchiveWriter } from './archive.ts';
import type { KeptRepository } from './manifest.ts';

const slowMs = 30 * 60_000;
/** A bundle is a file on this machine: what git is otherwise forbidden. */
const fromFile = ['protocol.file.allow=always'];

export interface RepositoryRow {
  readonly id: string;
  readonly name: string;
  readonly kind: 'path' | 'url';
  readonly source: string;
  readonly baseBranch: string;
}

/** Where a repository's git lies, and whether that is our own folder. */
export function placeIn(dataDir: string, { id, kind, source }: Pick<RepositoryRow, 'id' | 'kind' | 'source'>) {
  const path = kind === 'url' ? join(dataDir, 'mirrors', `${safeName(id)}.git`) : source;
  const inside = path.startsWith(`${dataDir}${sep}`);
  return { path, inside, place: inside ? relative(dataDir, path) : path };
}

/**
 * Puts a repository's commits into the archive as a git bundle: all of it where it is ours, and of a person's own the
 * base branch and what sessions made. What cannot be read is noted and keeps nothing else from being kept.
 */
export async function keepRepository(
  { git, dataDir, archive, scratch }: { git: Git; dataDir: string; archive: ArchiveWriter; scratch: string },
  repository: RepositoryRow,
): Promise<KeptRepository> {
  const { path, inside, place } = placeIn(dataDir, repository);
  const kept = { ...repository, place, inside };
  if (!(await exists(path))) return { ...kept, part: null, note: `there is nothing at ${path}` };
  const file = join(scratch, `${randomUUID()}.bundle`);
  const wanted = inside ? ['--all'] : ['--branches=orchestrator/*', '--glob=refs/orchestrator/*'];
  if (!inside && (await commitAt(git, path, `refs/heads/${repository.baseBranch}`)) !== null)
    wanted.push(`refs/heads/${repository.baseBranch}`);
  try {
    await git(['bundle', 'create', '--quiet', file, ...wanted], { repository: path, timeoutMs: slowMs });
    const part = `repositories/${safeName(repository.id)}.bundle`;
    await archive.file(part, file);
    return { ...kept, part, note: null };
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error;
    const empty = /empty bundle/.test(error.stderr);
    return { ...kept, part: null, note: empty ? 'it has no commit yet' : `git could not read it: ${error.message}` };
  } finally {
    await rm(file, { force: true });
  }
}

const halfDone = (attemptId: string) => `refs/orchestrator/backup/${safeName(attemptId)}`;

/**
 * Pins what is in the worktrees of attempts under way, so that the bundles hold it. Answers what takes the pins away
 * again, and the attempts whose worktree could not be read.
 */
export async function pinWorktrees(git: Git, dataDir: string): Promise<{ unpin(): Promise<void>; unread: string[] }> {
  const pins: { repository: string; ref: string }[] = [];
  const unread: string[] = [];
  const root = join(dataDir, 'worktrees');
  const folders = (await exists(root)) ? await readdir(root, { recursive: false }) : [];
  for (const folder of folders) {
    for (const name of await readdir(join(root, folder)).catch(() => [])) {
      if (name.endsWith('.json')) continue;
      const worktree = join(root, folder, name);
      try {
        const record = await readRecord(worktree);
        if (record === null) continue;
        const tree = await snapshotTree(git, worktree, record);
        const words = `Unfinished work of attempt ${record.attemptId}, as a backup found it\n`;
        const commit = await commitTree(git, record.repository, tree, record.commit, words);
        const ref = halfDone(record.attemptId);
        await git(['update-ref', ref, commit], { repository: record.repository });
        pins.push({ repository: record.repository, ref });
      } catch {
        // An agent works in it, or it was just retired: what it holds was never promised to anybody.
        unread.push(name);
      }
    }
  }
  return {
    unread,
    async unpin() {
      for (const { repository, ref } of pins) await git(['update-ref', '-d', ref], { repository });
    },
  };
}

/** Brings a repository back from its bundle; answers a sentence where a person has to do something, or null. */
export async function bringRepository(
  git: Git,
  { dataDir, bundle }: { dataDir: string; bundle: string | null },
  repository: KeptRepository,
): Promise<string | null> {
  const path = repository.inside ? join(dataDir, repository.place) : repository.place;
  const there = await exists(path);
  if (bundle === null) {
    return there || repository.kind === 'url'
      ? null
      : `${repository.name}: ${repository.note ?? 'nothing was kept'}; put it at ${path}.`;
  }
  try {
    if (there) {
      await addMissing(git, path, bundle);
      return null;
    }
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await mkdir(path, { mode: 0o700 });
    const bare = repository.kind === 'url' ? ['--bare'] : [];
    await git(['init', '--quiet', '--template=', ...bare, '.'], { repository: path });
    await git(['fetch', '--quiet', '--update-head-ok', '--no-write-fetch-head', bundle, '+refs/*:refs/*'], {
      repository: path,
      config: fromFile,
      timeoutMs: slowMs,
    });
    if (repository.kind === 'url') return null;
    await git(['symbolic-ref', 'HEAD', `refs/heads/${repository.baseBranch}`], { repository: path });
    await git(['reset', '--quiet', '--hard'], { repository: path });
    return repository.inside
      ? null
      : `${repository.name}: there was nothing at ${path}, so it was made anew with ${repository.baseBranch} and the sessions' branches only.`;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return `${repository.name}: its commits could not be brought to ${path} (${reason}); they are in the backup as ${repository.part}.`;
  }
}

/** Into a repository that is there: commits and refs it does not have; none that it has is moved. */
async function addMissing(git: Git, path: string, bundle: string): Promise<void> {
  const { text } = await git(['bundle', 'unbundle', bundle], { repository: path, timeoutMs: slowMs });
  for (const line of text.split('\n')) {
    const [commit = '', ref = ''] = line.split(' ');
    const ours = ref.startsWith('refs/orchestrator/') || ref.startsWith('refs/heads/orchestrator/');
    if (!ours || (await commitAt(git, path, ref)) !== null) continue;
    await swapRef(git, path, { ref, to: commit, from: NONE, reason: 'orchestrator: restore a backup' });
  }
}
