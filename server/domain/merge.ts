import { isTerminal, type Session } from './session.ts';
import type { OutcomeTask } from './session-life.ts';

/** What decides whether a session's branch may go into its base. */
export interface MergeFacts {
  readonly session: Pick<Session, 'status' | 'branch' | 'baseCommit' | 'headCommit' | 'resetTo'>;
  readonly tasks: readonly (OutcomeTask & { readonly key: string })[];
  /** The last word about the change as it stands. */
  readonly decision: 'accepted' | 'changes_requested' | null;
  /** The head went in already. */
  readonly merged: boolean;
}

/** Completed work nobody vouches for: no command proved it and nobody waived the proof. */
function unprovenTasks(tasks: MergeFacts['tasks']): string[] {
  const groups = new Set(tasks.map((task) => task.parentTaskId));
  return tasks
    .filter(
      ({ id, status, proof }) => !groups.has(id) && status === 'completed' && proof !== 'proven' && proof !== 'waived',
    )
    .map(({ key }) => key);
}

/**
 * Why the session's branch is not merged now, as a sentence; null when it may be tried. What git has to say (a base that
 * moved and conflicts, a dirty checkout) comes on top.
 */
export function mergeRefusal({ session, tasks, decision, merged }: MergeFacts): string | null {
  if (session.branch === null || session.headCommit === null || session.headCommit === session.baseCommit)
    return 'Nothing of this session has landed on its branch.';
  if (merged) return 'What stands on the branch is merged already.';
  if (!isTerminal(session.status)) return `The session is ${session.status}; a branch is merged when the work is over.`;
  if (session.resetTo !== null) return 'A restored checkpoint has not reached the branch yet.';
  const unproven = unprovenTasks(tasks);
  if (unproven.length > 0) {
    const named =
      unproven.length > 3 ? `${unproven.slice(0, 3).join(', ')} and ${unproven.length - 3} more` : unproven.join(', ');
    return `No command proved ${named}: a lead waives the proof of a task first, or the work is proven by a retry.`;
  }
  if (decision === 'changes_requested') return 'Changes are asked for; accept the change to lift that.';
  return null;
}
