import type { Capability } from '../../domain/agent.ts';
import type { Attempt } from '../../domain/attempt.ts';
import type { NextAttempt } from '../../domain/task.ts';
import type { Verdict } from '../../domain/verdict.ts';

export const resolvers: readonly Capability[] = ['conflict_resolution'];
export const planners: readonly Capability[] = ['task_decomposition'];

const none: NextAttempt = {
  role: 'work',
  reason: '',
  sourceAttemptId: null,
  conflictId: null,
  excludedAgents: [],
  preferredAgentType: null,
  preferredAgent: null,
  requiredCapabilities: null,
};

/** A next attempt that differs from an ordinary one in these points. */
export const nextAttempt = (fields: Partial<NextAttempt>): NextAttempt => ({ ...none, ...fields });

/** What a verdict makes of the task's next attempt; null when there is none. */
export function nextAfter(verdict: Verdict, failed: Attempt, conflictId: string | null): NextAttempt | null {
  const { reason, excludedAgents, preferredAgentType } = verdict;
  switch (verdict.action) {
    case 'give_up':
      return null;
    case 'split':
      return nextAttempt({ role: 'plan', reason, requiredCapabilities: planners, sourceAttemptId: failed.id });
    case 'resolve_conflict':
    case 'ask_person':
      return conflictNext(reason, conflictId, failed.id, excludedAgents);
    default: {
      const { role, sourceAttemptId } = failed;
      // The same again: its conflict, the work it takes on, and for those the same agent if it can.
      const again = verdict.action === 'retry_same' || verdict.action === 'park';
      return nextAttempt({
        role,
        reason,
        sourceAttemptId,
        conflictId: failed.conflictId,
        excludedAgents,
        preferredAgentType,
        preferredAgent: again ? failed.agentId : null,
        requiredCapabilities: role === 'conflict' ? resolvers : role === 'plan' ? planners : null,
      });
    }
  }
}

/** An attempt that brings both sides of a conflict together. */
export function conflictNext(
  reason: string,
  conflictId: string | null,
  sourceAttemptId: string | null,
  excludedAgents: readonly string[] = [],
): NextAttempt {
  return nextAttempt({
    role: 'conflict',
    reason,
    conflictId,
    sourceAttemptId,
    excludedAgents,
    requiredCapabilities: resolvers,
  });
}
