import {
  type AttentionState,
  attentions,
  isActive,
  isExecuting,
  type Session,
  type SessionStatus,
  sessionTransitions,
} from './session.ts';
import { blockedForGood, type Proof, type TaskStatus, taskEnded } from './task.ts';

/**
 * What a session waits for a person for. Asks come first, since they hold an agent up and expire; within a kind the
 * oldest counts.
 */
export function attentionOf(waiting: {
  readonly asks: readonly { readonly kind: 'permission' | 'question'; readonly openedAt: Date }[];
  readonly approvals?: readonly Date[];
  readonly conflicts?: readonly Date[];
}): AttentionState {
  const of = (kind: 'permission' | 'question') =>
    waiting.asks.filter((ask) => ask.kind === kind).map((ask) => ask.openedAt);
  const queues = {
    permission: of('permission'),
    question: of('question'),
    approval: waiting.approvals ?? [],
    conflict: waiting.conflicts ?? [],
  };
  for (const kind of attentions) {
    if (kind === 'none' || queues[kind].length === 0) continue;
    return { kind, since: new Date(Math.min(...queues[kind].map((date) => date.getTime()))) };
  }
  return { kind: 'none', since: null };
}

/** Whether a running session waits for a person to accept or reject its plan. */
export function planWaits(session: Pick<Session, 'status' | 'plannedAt' | 'planApprovedAt'>): boolean {
  return isExecuting(session.status) && session.plannedAt !== null && session.planApprovedAt === null;
}

/** Of a session that is not at work (domain.md 1.5). */
export const fixedHealth: Record<Exclude<SessionStatus, 'running' | 'degraded'>, number> = {
  pending: 0.8,
  queued: 0.8,
  paused: 0.7,
  completed: 1,
  partially_completed: 0.6,
  failed: 0,
  timeout: 0.1,
  orphaned: 0.1,
  stopped: 0.5,
  cancelled: 0.5,
};

/** Of one at work, by the share of its time limit it has used: the first step that is passed counts (domain.md 1.5). */
export const healthSteps = [
  { past: 0.9, running: 0.3, degraded: 0.1 },
  { past: 0.7, running: 0.7, degraded: 0.5 },
] as const;
export const healthAtFirst = { running: 0.9, degraded: 0.7 } as const;

/** 0–1 (domain.md 1.5). While running it falls with the share of the time limit used, time paused not counted. */
export function health(
  session: Pick<Session, 'status' | 'startedAt' | 'pausedSeconds' | 'maxDurationSeconds'>,
  now: Date,
): number {
  if (session.status !== 'running' && session.status !== 'degraded') return fixedHealth[session.status];
  const elapsed = session.startedAt === null ? 0 : (now.getTime() - session.startedAt.getTime()) / 1000;
  const used = (elapsed - session.pausedSeconds) / session.maxDurationSeconds;
  return (healthSteps.find(({ past }) => used > past) ?? healthAtFirst)[session.status];
}

/** What a person may do about a session that has ended, as a sentence. */
export function endedSentence(status: SessionStatus): string {
  const onward = sessionTransitions[status].includes('pending') ? 'retry it first' : 'it has ended for good';
  return `The session is ${status}; ${onward}.`;
}

/** The deadline after a pause that ends now: it moves by the time paused. */
export function deadlineAfterPause(deadlineAt: Date, pausedAt: Date, now: Date): Date {
  return new Date(deadlineAt.getTime() + Math.max(0, now.getTime() - pausedAt.getTime()));
}

export const maxRetries = 3;
export const maxRecoveries = 3;

export interface RetryFacts {
  readonly status: SessionStatus;
  readonly checkpoints: number;
  readonly everStarted: boolean;
  readonly retryCount: number;
}

/** Why a retry is refused, as a sentence, or null when the session is recoverable (domain.md 1.4). */
export function retryRefusal(facts: RetryFacts): string | null {
  if (!sessionTransitions[facts.status].includes('pending')) {
    return isActive(facts.status)
      ? `It is ${facts.status}; only an ended run can be retried.`
      : `A ${facts.status} session cannot be retried.`;
  }
  if (facts.retryCount >= maxRetries)
    return `It was already retried ${facts.retryCount} times; the limit is ${maxRetries}.`;
  if (facts.checkpoints === 0 && facts.everStarted)
    return 'Tasks were started, but there is no checkpoint to resume from: take one, then retry.';
  return null;
}

/** Whether a retry is possible now. */
export function recoverable(facts: RetryFacts): boolean {
  return retryRefusal(facts) === null;
}

export interface OutcomeTask {
  readonly id: string;
  readonly parentTaskId: string | null;
  readonly status: TaskStatus;
  readonly reason: string | null;
  readonly optional: boolean;
  readonly proof: Proof;
}

function leavesOf(tasks: readonly OutcomeTask[]): OutcomeTask[] {
  const groups = new Set(tasks.map((task) => task.parentTaskId));
  return tasks.filter((task) => !groups.has(task.id));
}

/** Whether nothing of the graph can go on by itself: each leaf ended, or is blocked until a retry. */
export function graphIsOver(tasks: readonly OutcomeTask[]): boolean {
  return leavesOf(tasks).every((task) => taskEnded(task.status) || blockedForGood(task));
}

/**
 * How a session whose graph is over ends (domain.md 1.1): completed when every required leaf is, partially when some leaf is, failed when none
 * is. A failed optional leaf is a warning; a plan of optional leaves only, all failed, is still a failure.
 */
export function sessionOutcome(tasks: readonly OutcomeTask[]): 'completed' | 'partially_completed' | 'failed' {
  const leaves = leavesOf(tasks);
  if (!leaves.some((task) => task.status === 'completed')) return 'failed';
  return leaves.every((task) => task.optional || task.status === 'completed') ? 'completed' : 'partially_completed';
}

export type SessionProof = 'proven' | 'unverified';

/** Proven when every completed leaf passed its verification; a waived one was accepted, not proven. */
export function proofOf(tasks: readonly OutcomeTask[]): SessionProof {
  const done = leavesOf(tasks).filter((task) => task.status === 'completed');
  return done.length > 0 && done.every((task) => task.proof === 'proven') ? 'proven' : 'unverified';
}
