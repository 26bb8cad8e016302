import { readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { RepositoryRef, SessionRef } from '../../application/git-port.ts';
import { exists } from './mirror.ts';
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

/** Which sessions have refs here: `refs/orchestrator/<session>/…`. */
export async function sessionsKept(context: GitContext, repository: RepositoryRef): Promise<string[]> {
  const place = placeOf(context, repository);
  if (!(await exists(place))) return [];
  const { text } = await context.git(['for-each-ref', '--format=%(refname)', 'refs/orchestrator/'], {
    repository: place,
  });
  const ids = text.split('\n').flatMap((ref) => /^refs\/orchestrator\/([0-9a-f-]{36})\//.exec(ref)?.[1] ?? []);
  return [...new Set(ids)];
}

/** Takes away what a session that is gone for good left behind; answers how many refs. */
export async function forgetSession(
  context: GitContext,
  repository: RepositoryRef,
  sessionId: string,
): Promise<number> {
  const place = placeOf(context, repository);
  if (!(await exists(place))) return 0;
  const folder = `refs/orchestrator/${safeName(sessionId)}/`;
  const { text } = await context.git(['for-each-ref', '--format=%(refname)', folder], { repository: place });
  const refs = text.split('\n').filter((ref) => ref !== '');
  const owner = `${folder}owner/`;
  // A branch in a person's repository is theirs; in a mirror nobody else ever sees it.
  const branches =
    repository.kind === 'url'
      ? refs.filter((ref) => ref.startsWith(owner)).map((ref) => `refs/heads/${ref.slice(owner.length)}`)
      : [];
  const input = [...refs, ...branches].map((ref) => `delete ${ref}\0\0`).join('');
  if (input !== '') await context.git(['update-ref', '-z', '--stdin'], { repository: place, input });
  return refs.length + branches.length;
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
