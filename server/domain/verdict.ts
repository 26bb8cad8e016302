/** What follows a failed attempt (domain.md 3.5): from its class and the task's history in this run. */
import type { AgentType } from './agent.ts';
import type { AttemptRole, FailureClass } from './attempt.ts';

/**
 * park waits for a quota to come back, burning nothing; split asks a planner for smaller tasks; resolve_conflict brings
 * both sides together; ask_person stops until somebody decides.
 */
const verdictActions = [
  'retry_same',
  'other_agent',
  'other_type',
  'split',
  'resolve_conflict',
  'ask_person',
  'park',
  'give_up',
] as const;
export type VerdictAction = (typeof verdictActions)[number];

export interface Verdict {
  readonly action: VerdictAction;
  readonly reason: string;
  readonly delaySeconds: number;
  /** Who is not asked again as long as anybody else fits. */
  readonly excludedAgents: readonly string[];
  readonly preferredAgentType: AgentType | null;
}

export interface FailedAttempt {
  readonly failure: FailureClass;
  readonly role: AttemptRole;
  readonly agentId: string;
  readonly agentType: AgentType;
  readonly conflictId?: string | null;
}

export interface FailedTask {
  readonly expectedHours: number;
  /** Whether it may still become several: not too deep, not the planner's own run, not split by a verdict before. */
  readonly mayBeSplit: boolean;
}

const maxAttempts = 3;
const maxCrashes = 5;
/** Resolutions of one conflict by agents before a person is asked. */
const maxResolutions = 2;
/** Conflicts of one task in a run after which a person is asked at once: the branch moves faster than agents resolve. */
export const maxConflicts = 4;
/** From so many expected hours on, a task that ran out of time is split instead of tried again. */
const splitHours = 4;

/**
 * Decides after a failure. `earlier` are the task's failed attempts of this run, oldest first. Three attempts at most;
 * crashes count on their own, up to five; a spent quota and a merge conflict burn none.
 */
export function verdictOf(
  failed: FailedAttempt,
  earlier: readonly FailedAttempt[],
  task: FailedTask,
  until: string | null = null,
): Verdict {
  if (failed.failure === 'quota_exhausted')
    return {
      ...plain('park', `The quota of the provider is spent; it is tried again ${until ?? 'after its reset'}`),
      delaySeconds: 60,
    };
  if (failed.failure === 'crash') return afterCrash(failed, earlier);
  if (failed.failure === 'conflict') return afterConflict(earlier);
  if (failed.role === 'conflict') return afterResolution(failed, earlier);
  return afterWork(failed, earlier, task);
}

function afterCrash(failed: FailedAttempt, earlier: readonly FailedAttempt[]): Verdict {
  const crashes = earlier.filter((one) => one.failure === 'crash').length + 1;
  if (crashes < maxCrashes)
    return {
      ...plain('retry_same', `The runtime was lost; this is loss ${crashes} of at most ${maxCrashes}`),
      delaySeconds: backOff(crashes - 1),
    };
  const reason = `The runtime was lost ${crashes} times during this task`;
  return plain(failed.role === 'conflict' ? 'ask_person' : 'give_up', reason);
}

function afterConflict(earlier: readonly FailedAttempt[]): Verdict {
  const conflicts = earlier.filter((one) => one.failure === 'conflict').length + 1;
  if (conflicts >= maxConflicts)
    return plain('ask_person', `The changes have met a conflict ${conflicts} times; a person decides`);
  return plain('resolve_conflict', 'The changes conflict with the session branch; both sides are brought together');
}

function afterResolution(failed: FailedAttempt, earlier: readonly FailedAttempt[]): Verdict {
  const tries = earlier.filter(
    (one) => one.role === 'conflict' && one.conflictId === failed.conflictId && !unburnt.has(one.failure),
  );
  // Markers that were left in a file fail here as well as a command does.
  const sentence =
    failed.failure === 'verification_failed' ? 'The resolution did not stand' : sentences[failed.failure];
  if (hopeless.has(failed.failure) || tries.length + 1 >= maxResolutions)
    return plain('ask_person', `${sentence}; after ${tries.length + 1} resolutions a person decides`);
  return {
    ...plain('resolve_conflict', `${sentence}; another agent resolves the conflict`),
    excludedAgents: [...new Set([...tries.map((one) => one.agentId), failed.agentId])],
  };
}

function afterWork(failed: FailedAttempt, earlier: readonly FailedAttempt[], task: FailedTask): Verdict {
  const sentence = sentences[failed.failure];
  const burnt = earlier.filter((one) => one.role !== 'conflict' && !unburnt.has(one.failure));
  const number = burnt.length + 1;
  const again = burnt.some((one) => one.failure === failed.failure);
  if (hopeless.has(failed.failure) || number >= maxAttempts || (again && twiceIsEnough.has(failed.failure)))
    return plain('give_up', `${sentence} (attempt ${number} of ${maxAttempts})`);
  const follows = `attempt ${number + 1} of ${maxAttempts} follows`;
  const others = [...new Set([...burnt.map((one) => one.agentId), failed.agentId])];
  switch (failed.failure) {
    case 'verification_failed':
      if (failed.role === 'work' && failed.agentType !== 'debugger')
        return {
          ...plain('other_type', `${sentence}; a debugger is asked first, ${follows}`),
          excludedAgents: others,
          preferredAgentType: 'debugger',
        };
      return { ...plain('other_agent', `${sentence}; another agent tries, ${follows}`), excludedAgents: others };
    case 'context_too_long':
      if (task.mayBeSplit) return plain('split', `${sentence}; a planner splits the task`);
      return { ...plain('other_agent', `${sentence}; another agent tries, ${follows}`), excludedAgents: others };
    case 'timeout':
      if (task.mayBeSplit && task.expectedHours >= splitHours)
        return plain(
          'split',
          `${sentence} for ${task.expectedHours.toFixed(1)} expected hours; a planner splits the task`,
        );
      return { ...plain('retry_same', `${sentence}; ${follows}`), delaySeconds: backOff(number) };
    case 'refused':
    case 'no_progress':
      return { ...plain('other_agent', `${sentence}; another agent tries, ${follows}`), excludedAgents: others };
    default:
      return { ...plain('retry_same', `${sentence}; ${follows}`), delaySeconds: backOff(number) };
  }
}

/** No fault of the task's: these are counted on their own or not at all. */
const unburnt: ReadonlySet<FailureClass> = new Set(['crash', 'quota_exhausted', 'conflict']);
/** The same request would be answered the same way. */
const hopeless: ReadonlySet<FailureClass> = new Set(['invalid', 'auth']);
const twiceIsEnough: ReadonlySet<FailureClass> = new Set(['refused', 'context_too_long', 'no_progress']);

const sentences: Record<FailureClass, string> = {
  transient: 'The provider failed for the moment',
  quota_exhausted: 'The quota of the provider is spent',
  refused: 'The model refused the work',
  verification_failed: 'The verification failed',
  conflict: 'The changes conflict with the session branch',
  timeout: 'The attempt took too long',
  crash: 'The runtime was lost',
  invalid: 'The provider rejected the request as invalid',
  context_too_long: 'The context of the model overflowed',
  auth: 'The provider rejected the credentials',
  no_progress: 'The run went in circles without progress',
};

/** Exponential back-off in seconds: 2, 4, 8 … at most 300; the caller adds jitter. */
export function backOff(failures: number): number {
  return Math.min(300, 2 ** (failures + 1));
}

function plain(action: VerdictAction, reason: string): Verdict {
  return { action, reason, delaySeconds: 0, excludedAgents: [], preferredAgentType: null };
}
