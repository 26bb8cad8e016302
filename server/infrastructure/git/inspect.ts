import { mkdtemp, realpath, rm, stat } from 'node:fs/promises';
import { basename, isAbsolute, join, sep } from 'node:path';
import type { RepositoryFacts } from '../../application/git-port.ts';
import { invalid } from '../../domain/errors.ts';
import { isDirty } from './checkouts.ts';
import { GitFailure } from './git-command.ts';
import { openNetwork } from './network.ts';
import { dataFolder, type GitContext } from './places.ts';
import type { MayReach } from './reachability.ts';
import { commitAt, isBranchName } from './refs.ts';
import { copySample } from './sample.ts';
import { looksLikeUrl, parseSourceUrl } from './source-url.ts';
import { suggestedVerify } from './suggested-verify.ts';

type Field = 'source' | 'baseBranch';

const refuse = (path: Field, message: string) => invalid([{ path, message }], message);

/** Opens a source for registration: what it is, its base branch and head, or INVALID with the field at fault. */
export async function inspectSource(
  context: GitContext,
  mayReach: MayReach,
  source: string,
  baseBranch: string | null,
): Promise<RepositoryFacts> {
  if (source === 'sample') return inspectPath(context, await copySample(context), baseBranch);
  if (source.includes('\0')) throw refuse('source', 'A path has no zero bytes in it.');
  return looksLikeUrl(source)
    ? inspectUrl(context, mayReach, source, baseBranch)
    : inspectPath(context, source, baseBranch);
}

async function inspectPath(context: GitContext, source: string, wanted: string | null): Promise<RepositoryFacts> {
  const repository = await realFolder(context, source);
  const bare = await repositoryKind(context, repository);
  const refs = await context.git(['for-each-ref', '--count=1', 'refs/heads', 'refs/remotes', 'refs/tags'], {
    repository,
  });
  const head = await commitAt(context.git, repository, 'HEAD');
  if (refs.text === '' && head === null) {
    throw refuse('source', 'This repository has no commits yet: make the first one, then register it.');
  }
  const baseBranch = wanted ?? (await currentBranch(context, repository));
  const known = await isBranchName(context.git, repository, baseBranch);
  const headCommit = known ? await commitAt(context.git, repository, `refs/heads/${baseBranch}`) : null;
  if (headCommit === null) throw refuse('baseBranch', `The repository has no branch named ${baseBranch}.`);
  return {
    kind: 'path',
    source: repository,
    name: basename(repository).replace(/\.git$/, '') || basename(repository),
    baseBranch,
    headCommit,
    bare,
    dirty: !bare && (await isDirty(context, repository)),
    suggestedVerify: await suggestedVerify(context.git, repository, headCommit),
  };
}

async function realFolder(context: GitContext, source: string): Promise<string> {
  if (!isAbsolute(source)) throw refuse('source', 'Give the absolute path of the repository, starting with /.');
  let path: string;
  try {
    path = await realpath(source);
    if (!(await stat(path)).isDirectory()) throw refuse('source', `${source} is a file, not a repository's folder.`);
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    if ('code' in error && error.code === 'EACCES') throw refuse('source', `${source} may not be read by this server.`);
    throw refuse('source', `There is no folder at ${source}.`);
  }
  const data = await realpath(await dataFolder(context));
  const own = `${path}${sep}`;
  if (own.startsWith(`${data}${sep}`) && !own.startsWith(join(data, 'repositories', sep))) {
    throw refuse('source', "This folder belongs to the orchestrator's own data; register a repository outside it.");
  }
  return path;
}

/** Whether it is bare. Throws unless `repository` is the top of a repository. */
async function repositoryKind(context: GitContext, repository: string): Promise<boolean> {
  try {
    const { text } = await context.git(['rev-parse', '--is-bare-repository', '--is-inside-git-dir'], { repository });
    const [bare, insideGitDir] = text.split('\n');
    if (bare === 'true') return true;
    if (insideGitDir === 'true')
      throw refuse('source', 'This is the inside of a repository: give the folder above it.');
    return false;
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error;
    throw refuse(
      'source',
      `${repository} is not a git repository: give the folder that holds .git, or a bare repository.`,
    );
  }
}

async function currentBranch(context: GitContext, repository: string): Promise<string> {
  const { text } = await context.git(['symbolic-ref', '--quiet', 'HEAD'], { repository, accept: [1] });
  if (text.startsWith('refs/heads/')) return text.slice('refs/heads/'.length);
  throw refuse('baseBranch', 'The repository is on no branch (detached HEAD): name the base branch.');
}

/** A server that answers at all names its branches at once; a person waits for this. */
const firstAnswerMs = 15_000;

async function inspectUrl(
  context: GitContext,
  mayReach: MayReach,
  source: string,
  wanted: string | null,
): Promise<RepositoryFacts> {
  const url = parseSourceUrl(source);
  const git = await openNetwork(context, mayReach, url);
  const repository = await mkdtemp(join(await dataFolder(context, 'mirrors'), '.look-'));
  try {
    await context.git(['init', '--quiet', '--bare', '--template=', '.'], { repository });
    const told = await git(['ls-remote', '--symref', '--end-of-options', url.href, 'HEAD', 'refs/heads/*'], {
      repository,
      timeoutMs: firstAnswerMs,
    });
    const heads = new Map<string, string>();
    let current: string | null = null;
    for (const line of told.text.split('\n')) {
      const [left = '', right = ''] = line.split('\t');
      if (right === 'HEAD' && left.startsWith('ref: refs/heads/')) current = left.slice('ref: refs/heads/'.length);
      else if (right.startsWith('refs/heads/')) heads.set(right.slice('refs/heads/'.length), left);
    }
    if (heads.size === 0)
      throw refuse('source', 'This repository has no commits yet: push the first one, then register it.');
    const baseBranch = wanted ?? current;
    if (baseBranch === null) throw refuse('baseBranch', 'The server names no current branch: name the base branch.');
    const headCommit = heads.get(baseBranch);
    if (headCommit === undefined) throw refuse('baseBranch', `The repository has no branch named ${baseBranch}.`);
    const tip = `+refs/heads/${baseBranch}:refs/heads/tip`;
    await git(
      ['fetch', '--quiet', '--depth=1', '--no-tags', '--no-write-fetch-head', '--end-of-options', url.href, tip],
      {
        repository,
      },
    );
    const verify = await suggestedVerify(context.git, repository, 'refs/heads/tip');
    return {
      kind: 'url',
      source: url.href,
      name: url.name,
      baseBranch,
      headCommit,
      bare: true,
      dirty: false,
      suggestedVerify: verify,
    };
  } finally {
    await rm(repository, { recursive: true, force: true });
  }
}
