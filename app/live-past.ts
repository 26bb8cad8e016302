import type { AttemptBrief, AttemptDetail, TaskDecision } from './live-attempt.ts';

/** Attempts that had begun by a moment; what came of them later is left out. */
export function attemptsUntil<A extends AttemptBrief | AttemptDetail>(
  attempts: readonly A[],
  moment: Date | null,
): A[] {
  if (moment === null) return [...attempts];
  return attempts
    .filter((attempt) => attempt.startedAt <= moment)
    .map((attempt) => {
      if (attempt.endedAt !== null && attempt.endedAt <= moment) return attempt;
      const open = { ...attempt, status: 'running', endedAt: null, error: null, failure: null, verdict: null } as A;
      return 'evidence' in open ? { ...open, evidence: null, summary: null, cutOff: null } : open;
    });
}

/** Decisions that had been made by a moment. */
export function decisionsUntil(decisions: readonly TaskDecision[], moment: Date | null): readonly TaskDecision[] {
  return moment === null ? decisions : decisions.filter((decision) => decision.createdAt <= moment);
}
