import { invalid } from '../../domain/errors.ts';
import { type Git, GitFailure } from './git-command.ts';

/** The commit a full ref name points at, or null. */
export async function commitAt(git: Git, repository: string, ref: string): Promise<string | null> {
  const { text } = await git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`], {
    repository,
    accept: [1, 128],
  });
  return text === '' ? null : text;
}

/** The head of a branch of ours; INVALID when it is gone. */
export async function branchHead(git: Git, repository: string, branch: string): Promise<string> {
  const commit = await commitAt(git, repository, `refs/heads/${branch}`);
  if (commit === null) {
    throw invalid([{ path: 'branch', message: `The branch ${branch} no longer exists in the repository.` }]);
  }
  return commit;
}

/** Whether a name may be a branch, by git's own rules. */
export async function isBranchName(git: Git, repository: string, name: string): Promise<boolean> {
  const { code } = await git(['check-ref-format', `refs/heads/${name}`], { repository, accept: [1] });
  return code === 0 && !name.startsWith('-');
}

export const NONE = '0'.repeat(40);

/**
 * Moves a ref only when it still is what we saw (`NONE`: absent). False when somebody else was quicker; any other
 * trouble (permissions, a name in the way) throws.
 */
export async function swapRef(
  git: Git,
  repository: string,
  change: {
    ref: string;
    to: string;
    from: string;
    reason: string;
    verify?: { ref: string; object: string } | undefined;
  },
): Promise<boolean> {
  const { ref, to, from, reason, verify } = change;
  // Of both or of neither: git takes the locks of all refs before it looks at the first.
  const lines = [...(verify ? [`verify ${verify.ref}\0${verify.object}`] : []), `update ${ref}\0${to}\0${from}`];
  try {
    await git(['update-ref', '-m', reason, '--create-reflog', '-z', '--stdin'], {
      repository,
      input: `${lines.join('\0')}\0`,
    });
    return true;
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error;
    const now = (await commitAt(git, repository, change.ref)) ?? NONE;
    if (now !== change.from) return now === change.to;
    if (/Unable to create .*\.lock|cannot lock ref .* is at|reference already exists/.test(error.stderr)) return false;
    const message = `Git would not write ${change.ref}: ${firstLine(error.stderr)}`;
    throw invalid([{ path: 'source', message }], message);
  }
}

/** The sentence of git a person can use. */
export function firstLine(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  const told = lines.find((line) => /^(fatal|error):/.test(line)) ?? lines[0] ?? 'no reason was given';
  return told.replace(/^(fatal|error): /, '').slice(0, 300);
}
