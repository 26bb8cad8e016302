import type { BranchFence } from '../../application/git-port.ts';
import { DomainError } from '../../domain/errors.ts';
import { lockLost } from '../../domain/lock.ts';
import type { Git } from './git-command.ts';
import { safeName } from './places.ts';
import { NONE } from './refs.ts';

/**
 * Holds the number of whoever last had the repository's lock for this session; git checks it in the same step in which it
 * moves the session's branch. Of the session, since installations with numbers of their own may share a repository.
 */
const fenceRef = (sessionId: string) => `refs/orchestrator/${safeName(sessionId)}/fence`;

const ROUNDS = 30;

interface StandingFence {
  readonly object: string;
  readonly fencing: number;
}

/**
 * From now on only whoever has this number moves a branch here: a former holder that was frozen before its git command is
 * refused by git itself. Throws CONFLICT when a later number stands already.
 */
export async function raiseFence(git: Git, repository: string, { sessionId, fencing }: BranchFence): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const there = await standingFence(git, repository, sessionId);
    if (there !== null && there.fencing > fencing) throw passedOn(fencing, there.fencing);
    if (there?.fencing === fencing) return;
    const { text: object } = await git(['hash-object', '-w', '--stdin'], { repository, input: `${fencing}\n` });
    const { code } = await git(['update-ref', fenceRef(sessionId), object, there?.object ?? NONE], {
      repository,
      accept: [1, 128],
    });
    if (code === 0) return;
  }
  throw new DomainError('CONFLICT', `The fence of the repository could not be raised in ${ROUNDS} tries.`);
}

/** What git has to find for a branch to be moved under this fence. Throws CONFLICT when it is not there any more. */
export async function fenceOf(
  git: Git,
  repository: string,
  fence: BranchFence | null,
): Promise<{ ref: string; object: string } | undefined> {
  if (fence === null) return undefined;
  const { sessionId, fencing } = fence;
  const there = await standingFence(git, repository, sessionId);
  if (there?.fencing !== fencing) throw passedOn(fencing, there?.fencing ?? 0);
  return { ref: fenceRef(sessionId), object: there.object };
}

async function standingFence(git: Git, repository: string, sessionId: string): Promise<StandingFence | null> {
  const { text } = await git(['cat-file', '--batch'], { repository, input: `${fenceRef(sessionId)}\n` });
  const [, object, fencing] = /^([0-9a-f]+) blob \d+\n(\d+)/.exec(text) ?? [];
  return object === undefined ? null : { object, fencing: Number(fencing) };
}

const passedOn = (fencing: number, standing: number) =>
  lockLost(['the repository'], `number ${standing} came after ${fencing}, and the branch was not touched`);
