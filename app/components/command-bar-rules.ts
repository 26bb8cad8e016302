import { type Actor, type Permission, refusal } from '../../server/domain/actor.ts';
import { canMove, forceCompletable, isExecuting, isTerminal, sessionTransitions } from '../../server/domain/session.ts';
import { retryRefusal } from '../../server/domain/session-life.ts';
import type { LiveSession } from '../live.ts';
import type { Problem } from '../problem.ts';
import { sessionSigns } from '../status.ts';
import { type TaskIntent, taskOutcomes } from './task-intents.ts';

/** Every order a person can give a session from its page. */
export const intents = [
  'accept_plan',
  'reject_plan',
  'start',
  'resume',
  'pause',
  'retry',
  'prompt',
  'checkpoint',
  'stop',
  'cancel',
  'restore',
  'force_complete',
  'delete',
] as const;
export type Intent = (typeof intents)[number];

export interface Command {
  readonly intent: Intent;
  readonly label: string;
  /** What happens, in words. */
  readonly consequence: string;
  /** Why it is refused now; null when it is possible. */
  readonly refusal: string | null;
}

type Facts = Pick<
  LiveSession,
  | 'teamId'
  | 'createdBy'
  | 'status'
  | 'pendingCommand'
  | 'autonomy'
  | 'plannedAt'
  | 'planApprovedAt'
  | 'headCommit'
  | 'lastCheckpointSequence'
  | 'retryCount'
  | 'slug'
> & { readonly everStarted: boolean };

const labels: Record<Intent, string> = {
  accept_plan: 'Accept the plan',
  reject_plan: 'Reject the plan',
  start: 'Start',
  resume: 'Resume',
  pause: 'Pause',
  retry: 'Retry',
  prompt: 'Inject prompt',
  checkpoint: 'Checkpoint now',
  stop: 'Stop',
  cancel: 'Cancel',
  restore: 'Restore a checkpoint',
  force_complete: 'Force complete',
  delete: 'Delete',
};

/** What the state allows; null means possible. The services judge again: this is for the words on the page. */
function stateRefusal(intent: Intent, facts: Facts): string | null {
  const { status, pendingCommand } = facts;
  const word = sessionSigns[status].word;
  const unless = (possible: boolean, sentence: string) => (possible ? null : sentence);
  switch (intent) {
    case 'accept_plan':
    case 'reject_plan':
      return unless(planWaits(facts), 'No plan waits for a decision.');
    case 'start':
      return unless(status === 'pending', `It is ${word}; only a PENDING session is started.`);
    case 'resume':
      return unless(status === 'paused', `It is ${word}; only a PAUSED session is resumed.`);
    case 'pause':
      if (pendingCommand !== null) return 'An order to end the running agents is on its way already.';
      return unless(canMove(status, 'paused'), `It is ${word}; there is nothing to hold.`);
    case 'stop':
      if (pendingCommand === 'stop') return 'It is being stopped already.';
      return unless(canMove(status, 'stopped'), `It is ${word}; there is nothing to stop.`);
    case 'cancel':
      return unless(
        canMove(status, 'cancelled'),
        isExecuting(status) ? `It is ${word}; what runs is stopped, not cancelled.` : `It is ${word}; it has ended.`,
      );
    case 'retry':
      return retryRefusal({ ...facts, checkpoints: facts.lastCheckpointSequence });
    case 'prompt':
      return unless(
        !isTerminal(status),
        `It is ${word}; ${canMove(status, 'pending') ? 'retry it first' : 'it has ended for good'}.`,
      );
    case 'checkpoint':
      return unless(facts.headCommit !== null, 'There is nothing to keep yet: it has no branch.');
    case 'restore':
      if (facts.lastCheckpointSequence === 0) return 'There is no checkpoint yet.';
      return unless(
        status === 'paused' || sessionTransitions[status].includes('pending'),
        `It is ${word}; a checkpoint is restored while it is paused or could be retried.`,
      );
    case 'force_complete':
      return unless(forceCompletable.includes(status), `It is ${word}; that cannot be completed by force.`);
    case 'delete':
      return unless(!isExecuting(status), `It is ${word}; stop it first.`);
  }
}

function consequence(intent: Intent, facts: Facts): string {
  switch (intent) {
    case 'accept_plan':
      return 'The tasks start as soon as agents are free.';
    case 'reject_plan':
      return 'The session is stopped; a retry plans again.';
    case 'start':
      return 'It queues for a free place and runs.';
    case 'resume':
      return 'It queues again and goes on; the deadline moves by the time held.';
    case 'pause':
      return 'Agents are interrupted, the clock stands still; nothing is lost.';
    case 'retry':
      return facts.lastCheckpointSequence > 0
        ? `Completed tasks stay, the rest runs again from checkpoint ${facts.lastCheckpointSequence}. Retry ${facts.retryCount + 1} of 3.`
        : `It runs again from the start. Retry ${facts.retryCount + 1} of 3.`;
    case 'prompt':
      return 'Your words reach the agent when its present step is done.';
    case 'checkpoint':
      return 'Keeps the merged work and the task states as they are now.';
    case 'stop':
      return facts.everStarted && facts.lastCheckpointSequence === 0
        ? 'Agents are ended, merged work stays. A retry needs a checkpoint, and there is none yet.'
        : 'Agents are ended, merged work stays. Only a retry goes on from here.';
    case 'cancel':
      return 'It ends here for good and cannot be retried.';
    case 'restore':
      return 'Branch and tasks go back to that point; what came later is kept, marked as undone.';
    case 'force_complete':
      return 'Asks an admin to count it as COMPLETED as it stands, unproven.';
    case 'delete':
      return 'It leaves every list; it can be brought back for 30 days.';
  }
}

/** Whether a proposed plan waits for a person. */
export function planWaits(facts: Pick<Facts, 'status' | 'autonomy' | 'plannedAt' | 'planApprovedAt'>): boolean {
  return (
    isExecuting(facts.status) &&
    facts.autonomy === 'plan_approval' &&
    facts.plannedAt !== null &&
    facts.planApprovedAt === null
  );
}

/** Given where the plan is shown, not among the other commands, while one waits. */
export const planIntents: ReadonlySet<Intent> = new Set(['accept_plan', 'reject_plan']);

const permissionOf: Partial<Record<Intent, Permission>> = {
  force_complete: 'force_complete.request',
  delete: 'session.edit',
};

/** Each command with its consequence and, when the state or the person's role forbids it, the reason. */
export function commandsOf(facts: Facts, actor: Actor): Command[] {
  return intents.map((intent) => ({
    intent,
    label: labels[intent],
    consequence: consequence(intent, facts),
    refusal:
      stateRefusal(intent, facts) ??
      refusal(actor, permissionOf[intent] ?? 'session.command', {
        teamId: facts.teamId,
        createdBy: facts.createdBy,
        resource: 'sessions',
      }),
  }));
}

/** What became of an order, as the page's action tells it. */
export interface CommandAnswer {
  readonly done?: Intent | TaskIntent | 'answer' | undefined;
  /** False when the order stands but its effect is not verified yet. */
  readonly verified?: boolean;
  readonly error?: Problem;
}

/** The sentence after a command was taken. */
export const outcomes: Record<Intent | TaskIntent, string> = {
  ...taskOutcomes,
  accept_plan: 'Plan accepted.',
  reject_plan: 'Plan rejected; the session is stopped.',
  start: 'Started: it is in the queue.',
  resume: 'Resumed: it is in the queue.',
  pause: 'Paused.',
  retry: 'Retried: it is in the queue.',
  prompt: 'Prompt taken; the agent reads it when its present step is done.',
  checkpoint: 'Checkpoint made.',
  stop: 'Stopped.',
  cancel: 'Cancelled.',
  restore: 'Restored.',
  force_complete: 'Asked for: an admin decides.',
  delete: 'Deleted.',
};
