import type { Attempt } from '../../domain/attempt.ts';
import type { Deps } from '../deps.ts';

/** Whether the attempt's worktree and its run are this instance's own; rows of earlier versions belong to whoever looks. */
export function isHere({ instance }: Pick<Deps, 'instance'>, attempt: Attempt): boolean {
  return attempt.instanceId === null || attempt.instanceId === instance.id;
}
