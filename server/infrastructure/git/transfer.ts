import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RepositoryRef, SessionRef } from '../../application/git-port.ts';
import { GitFailure } from './git-command.ts';
import { dataFolder, type GitContext, objectId, placeOf, safeName } from './places.ts';
import { commitAt, NONE, swapRef } from './refs.ts';
import { resetBranch } from './session-branch.ts';

const slowMs = 10 * 60_000;

/** Which of these commits the repository does not have. */
export async function missingCommits(
  context: GitContext,
  repository: RepositoryRef,
  commits: readonly string[],
): Promise<string[]> {
  if (commits.length === 0) return [];
  const input = commits.map((commit) => `${objectId(commit)}^{commit}\n`).join('');
  const { text } = await context.git(['cat-file', '--batch-check=%(objecttype)'], {
    repository: placeOf(context, repository),
    input,
  });
  const lines = text.split('\n');
  return commits.filter((_, place) => lines[place] !== 'commit');
}

/** A commit with all it needs beyond the known ones, as a bundle; null past `limitBytes`. */
export async function packCommit(
  context: GitContext,
  repository: RepositoryRef,
  commit: string,
  known: readonly string[],
  limitBytes: number,
): Promise<Uint8Array | null> {
  const place = placeOf(context, repository);
  const missing = new Set(await missingCommits(context, repository, known));
  const ref = `refs/orchestrator/packing/${randomUUID()}`;
  await context.git(['update-ref', ref, objectId(commit)], { repository: place });
  try {
    const { stdout } = await context.git(
      ['bundle', 'create', '--quiet', '-', ref, ...known.filter((one) => !missing.has(one)).map((one) => `^${one}`)],
      { repository: place, timeoutMs: slowMs, maxBytes: limitBytes },
    );
    return new Uint8Array(stdout);
  } catch (error) {
    if (error instanceof GitFailure && /too long/.test(error.stderr)) return null;
    throw error;
  } finally {
    await context.git(['update-ref', '-d', ref], { repository: place });
  }
}

/** Takes the objects of a bundle in; its refs are nobody's here. May be repeated. */
export async function unpackBundle(context: GitContext, repository: RepositoryRef, bundle: Uint8Array): Promise<void> {
  const file = join(await dataFolder(context, 'bundles'), `.in-${randomUUID()}`);
  try {
    await writeFile(file, bundle, { mode: 0o600 });
    await context.git(['bundle', 'unbundle', file], { repository: placeOf(context, repository), timeoutMs: slowMs });
  } finally {
    await rm(file, { force: true });
  }
}

/** Makes the session's branch stand at `head`, as its own, whatever stood there; what was beyond stays reachable. */
export async function adoptBranch(
  context: GitContext,
  repository: RepositoryRef,
  session: SessionRef,
  work: { branch: string; baseCommit: string; head: string },
): Promise<void> {
  const place = placeOf(context, repository);
  const reason = 'orchestrator: receive the session from another instance';
  const owner = `refs/orchestrator/${safeName(session.id)}/owner/${work.branch}`;
  if ((await commitAt(context.git, place, owner)) === null)
    await swapRef(context.git, place, { ref: owner, to: objectId(work.baseCommit), from: NONE, reason });
  const ref = `refs/heads/${work.branch}`;
  const there = await commitAt(context.git, place, ref);
  if (there === work.head) return;
  if (there === null) await swapRef(context.git, place, { ref, to: objectId(work.head), from: NONE, reason });
  else await resetBranch(context, repository, work.branch, work.head, session);
}
