import { readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { RepositoryRef, SessionRef } from '../../application/git-port.ts';
import { dataFolder, type GitContext, placeOf, safeName } from './places.ts';

const dayMs = 86_400_000;

/** Takes the refs of a session's checkpoints up to a number away; what is on a branch stays reachable. */
export async function unpinCheckpoints(
  { git, ...context }: GitContext,
  repository: RepositoryRef,
  session: Pick<SessionRef, 'id'>,
  upTo: number,
): Promise<number> {
  const place = placeOf({ git, ...context }, repository);
  const folder = `refs/orchestrator/${safeName(session.id)}/`;
  const { text } = await git(['for-each-ref', '--format=%(refname)', folder], { repository: place });
  const old = text.split('\n').filter((ref) => {
    const number = ref.slice(folder.length);
    return /^\d+$/.test(number) && Number(number) <= upTo;
  });
  if (old.length === 0) return 0;
  const input = old.map((ref) => `delete ${ref}\0\0`).join('');
  await git(['update-ref', '-z', '--stdin'], { repository: place, input });
  return old.length;
}

/** Removes bundles that were written more than `days` ago; answers how many. */
export async function pruneBundles(context: GitContext, days: number): Promise<number> {
  const folder = await dataFolder(context, 'bundles');
  const before = Date.now() - days * dayMs;
  let removed = 0;
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const { mtimeMs } = await stat(path);
    if (!name.endsWith('.bundle') || mtimeMs >= before) continue;
    await unlink(path);
    removed += 1;
  }
  return removed;
}
