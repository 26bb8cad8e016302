import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlueprintSource, BlueprintText } from '../../application/blueprint-port.ts';
import type { ImportFrom } from '../../domain/blueprint-import.ts';
import { errorCodeOf, invalid } from '../../domain/errors.ts';
import { fields, type Git } from '../git/git-command.ts';
import { openNetwork } from '../git/network.ts';
import type { MayReach } from '../git/reachability.ts';
import { commitAt } from '../git/refs.ts';
import { parseSourceUrl } from '../git/source-url.ts';
import { boundedFolder } from './bounded-folder.ts';
import { isYamlName, refuseCount, refuseSize } from './found-files.ts';
import { maxYamlBytes } from './yaml-bounds.ts';

const fetched = 'refs/blueprints/head';

/** YAML files of a git repository at one commit, fetched without history into a folder that is then thrown away. */
export function createGitSource(options: {
  git: Git;
  dataDir: string;
  mayReach: MayReach;
  networkMs: number;
  /** What a fetched commit may hold; 64 MiB. */
  maxBytes?: number;
}): BlueprintSource<'git'> {
  const { git, mayReach, networkMs, maxBytes = 64 * 2 ** 20 } = options;

  async function take(from: ImportFrom<'git'>, repository: string): Promise<BlueprintText[]> {
    const url = parseSourceUrl(from.url);
    const ref = from.ref ?? 'HEAD';
    const network = await openNetwork({ git, networkMs }, mayReach, url);
    await git(['init', '--quiet', '--bare', '--template=', '.'], { repository });
    const refspec = `+${ref}:${fetched}`;
    const limits = ['--quiet', '--depth=1', '--no-tags', '--no-write-fetch-head'];
    // A blob that unpacks to far more than was sent is written through, not held in memory.
    await git(['config', 'core.bigFileThreshold', '1m'], { repository });
    await boundedFolder(repository, maxBytes, (stop) =>
      network(['fetch', ...limits, '--end-of-options', url.href, refspec], { repository, stop }),
    );
    const commit = await commitAt(git, repository, fetched);
    if (commit === null) throw invalid([{ path: 'ref', message: `${ref} is no commit.` }]);
    return Promise.all(
      (await filesAt(repository, commit, from.path ?? 'blueprints')).map(async ({ id, path }) => ({
        name: path,
        yaml: (await git(['cat-file', 'blob', id], { repository, maxBytes: maxYamlBytes })).stdout.toString('utf8'),
        origin: { kind: 'git' as const, url: url.href, ref, commit, path },
      })),
    );
  }

  async function filesAt(repository: string, commit: string, folder: string) {
    const { stdout } = await git(['ls-tree', '-r', '-z', '--long', '--end-of-options', commit, folder], { repository });
    const files = fields(stdout).flatMap((line) => {
      const [, mode = '', id = '', size = '', path = ''] = /^(\d+) blob (\S+) +(\d+)\t([\s\S]+)$/.exec(line) ?? [];
      // A link is a blob too; what it names is not in this repository.
      return mode.startsWith('100') && isYamlName(path) ? [{ id, path, size: Number(size) }] : [];
    });
    refuseCount(files.length, 'path', `${folder} of the repository`);
    for (const { path, size } of files) if (size > maxYamlBytes) throw refuseSize('path', path);
    return files;
  }

  return {
    async read(from) {
      const parent = join(options.dataDir, 'imports');
      await mkdir(parent, { recursive: true, mode: 0o700 });
      const repository = await mkdtemp(join(parent, 'git-'));
      try {
        return await take(from, repository);
      } catch (error) {
        throw onUrl(error);
      } finally {
        await rm(repository, { recursive: true, force: true });
      }
    },
  };
}

/** Git speaks of a repository's `source`; here the field is `url`. */
function onUrl(error: unknown): unknown {
  const details = errorCodeOf(error) === 'INVALID' && error instanceof Error && 'details' in error && error.details;
  if (!Array.isArray(details) || details[0]?.path !== 'source' || !(error instanceof Error)) return error;
  return invalid([{ path: 'url', message: error.message }], error.message);
}
