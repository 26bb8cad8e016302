import type { Diff, DiffFile } from '../server/application/git-port.ts';
import type { RoutingDecision } from '../server/application/work-port.ts';
import type { Attempt } from '../server/domain/attempt.ts';
import type { Checkpoint } from '../server/domain/checkpoint.ts';

/** An attempt without its long texts: what was sent, and the logs of its evidence. */
export type AttemptBrief = Pick<
  Attempt,
  | 'id'
  | 'taskId'
  | 'number'
  | 'role'
  | 'status'
  | 'usage'
  | 'calls'
  | 'callErrors'
  | 'failure'
  | 'verdict'
  | 'error'
  | 'bundle'
  | 'startedAt'
  | 'endedAt'
>;

export function briefOf(attempt: Attempt): AttemptBrief {
  const { id, taskId, number, role, status, usage, calls, callErrors, failure, verdict, error } = attempt;
  const { bundle, startedAt, endedAt } = attempt;
  return {
    ...{ id, taskId, number, role, status, usage, calls, callErrors, failure, verdict, error },
    ...{ bundle, startedAt, endedAt },
  };
}

/** An attempt as the inspector shows it: with what was sent and what it can show for itself. */
export type AttemptDetail = AttemptBrief &
  Pick<Attempt, 'agentId' | 'probe' | 'conflictId' | 'prompt' | 'system' | 'model' | 'summary' | 'evidence' | 'cutOff'>;

export function detailOf(attempt: Attempt): AttemptDetail {
  const { agentId, probe, conflictId, prompt, system, model, summary, evidence, cutOff } = attempt;
  return { ...briefOf(attempt), agentId, probe, conflictId, prompt, system, model, summary, evidence, cutOff };
}

/** Why an agent got a task, or why nobody did. */
export type TaskDecision = Pick<
  RoutingDecision,
  'attemptId' | 'selectedAgentId' | 'sentence' | 'candidates' | 'createdAt'
>;

/** What an attempt can show for itself. */
export type AttemptProof = Pick<Attempt, 'id' | 'taskId' | 'number' | 'status' | 'evidence' | 'error'>;

export function proofOf({ id, taskId, number, status, evidence, error }: AttemptProof): AttemptProof {
  return { id, taskId, number, status, evidence, error };
}

/** What git says changed. */
export type Changes = Diff;
export type ChangedFile = DiffFile;

/** A checkpoint with what it remembers counted. */
export type CheckpointLine = Omit<Checkpoint, 'state'> & { readonly completed: number; readonly tasks: number };

export function checkpointLine({ state, ...checkpoint }: Checkpoint): CheckpointLine {
  const completed = state.tasks.filter((task) => task.status === 'completed').length;
  return { ...checkpoint, completed, tasks: state.tasks.length };
}
