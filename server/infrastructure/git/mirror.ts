import { randomUUID } from 'node:crypto';
import { access, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RepositoryRef } from '../../application/git-port.ts';
import { openNetwork } from './network.ts';
import { dataFolder, type GitContext, placeOf } from './places.ts';
import type { MayReach } from './reachability.ts';
import { parseSourceUrl } from './source-url.ts';

/** The remote's branches live apart from ours, so a fetch can never overwrite a session's branch. */
export const REMOTE = 'refs/remotes/origin/';

export interface Mirrors {
  /** Makes the mirror of a URL when it is missing. */
  prepare(repository: RepositoryRef): Promise<void>;
  /** Brings it up to date. Callers at the same time share one fetch. */
  refresh(repository: RepositoryRef): Promise<void>;
}

export function createMirrors(context: GitContext, mayReach: MayReach): Mirrors {
  const running = new Map<string, Promise<void>>();

  async function fetchInto(repository: RepositoryRef, place: string, limitMs = context.networkMs): Promise<void> {
    const url = parseSourceUrl(repository.source);
    const git = await openNetwork(context, mayReach, url, limitMs);
    const refspec = `+refs/heads/*:${REMOTE}*`;
    await git(['fetch', '--quiet', '--prune', '--no-write-fetch-head', '--end-of-options', url.href, refspec], {
      repository: place,
    });
  }

  // Built aside and renamed: a mirror that exists is whole.
  async function create(repository: RepositoryRef, place: string): Promise<void> {
    const parent = await dataFolder(context, 'mirrors');
    const fresh = join(parent, `.new-${randomUUID()}`);
    try {
      await mkdir(fresh, { mode: 0o700 });
      await context.git(['init', '--quiet', '--bare', '--template=', '.'], { repository: fresh });
      // The first fetch brings the whole history.
      await fetchInto(repository, fresh, 10 * context.networkMs);
      await rename(fresh, place);
    } finally {
      await rm(fresh, { recursive: true, force: true });
    }
  }

  function once(repository: RepositoryRef, work: (place: string) => Promise<void>): Promise<void> {
    const place = placeOf(context, repository);
    const current = running.get(place);
    if (current) return current;
    const started = work(place).finally(() => running.delete(place));
    running.set(place, started);
    return started;
  }

  return {
    prepare: (repository) =>
      once(repository, async (place) => {
        if (!(await exists(place))) await create(repository, place);
      }),
    refresh: (repository) =>
      once(repository, async (place) => {
        if (await exists(place)) await fetchInto(repository, place);
        else await create(repository, place);
      }),
  };
}

export async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}
