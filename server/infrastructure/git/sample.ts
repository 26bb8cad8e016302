import { randomUUID } from 'node:crypto';
import { cp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DomainError } from '../../domain/errors.ts';
import { dataFolder, type GitContext } from './places.ts';

// Fixed, so that every copy of a sample is the same commit.
const WHEN = '2026-01-01T00:00:00Z';

/** Makes a fresh git repository of the bundled sample under DATA_DIR/repositories and returns its path. */
export async function copySample(context: GitContext): Promise<string> {
  const [name] = (await readdir(context.samplesDir, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  if (name === undefined) throw new DomainError('UNAVAILABLE', 'This installation has no sample repository.');
  const parent = await dataFolder(context, 'repositories');
  const fresh = join(parent, `.new-${randomUUID()}`);
  try {
    await cp(join(context.samplesDir, name), fresh, { recursive: true });
    const env = { GIT_AUTHOR_DATE: WHEN, GIT_COMMITTER_DATE: WHEN };
    const call = { repository: fresh, env };
    await context.git(['init', '--quiet', '--template=', '--initial-branch=main', '.'], call);
    await context.git(['add', '--all'], call);
    await context.git(['-c', 'commit.gpgSign=false', 'commit', '--quiet', '--message', `Start ${name}`], call);
    return await settle(parent, fresh);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

// A rename onto a folder with something in it fails, so two at once never share a number.
async function settle(parent: string, fresh: string): Promise<string> {
  for (let number = 1; ; number += 1) {
    const path = join(parent, `sample-${number}`);
    try {
      await rename(fresh, path);
      return path;
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : null;
      if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
    }
  }
}
