import type { AttemptRole } from '../../server/domain/attempt.ts';
import type { PlanCollision } from '../../server/domain/plan-preview.ts';
import { blockReasons } from '../../server/domain/task.ts';
import type { VerdictAction } from '../../server/domain/verdict.ts';

/** What an attempt is for. */
export const roleWords: Record<AttemptRole, { word: string; meaning: string }> = {
  work: { word: 'work', meaning: 'An agent does the task.' },
  plan: { word: 'plan', meaning: 'A planner agent splits the goal into tasks; it changes nothing.' },
  conflict: { word: 'conflict', meaning: 'Both sides of a merge conflict are put together.' },
  waiver: { word: 'waiver', meaning: 'The work lands as it is: a lead waived its proof. No agent runs.' },
};

const verdictWords: Record<VerdictAction, string> = {
  retry_same: 'the same again',
  other_agent: 'another agent',
  other_type: 'another type of agent',
  split: 'split into smaller tasks',
  resolve_conflict: 'an agent that resolves conflicts',
  ask_person: 'a person decides',
  park: 'wait for the quota',
  give_up: 'given up',
};

/** What a failure led to: `another type of agent: debugger`. Rows of earlier versions may name other actions. */
export function verdictText(verdict: { readonly action: string; readonly preferredAgentType?: unknown }): string {
  const known: Readonly<Record<string, string>> = verdictWords;
  const words = known[verdict.action] ?? verdict.action.replaceAll('_', ' ');
  return typeof verdict.preferredAgentType === 'string' ? `${words}: ${verdict.preferredAgentType}` : words;
}

const blocked: Record<(typeof blockReasons)[number], string> = {
  waiting_to_complete: 'Done, but may not complete before another one',
  waiting_for_path: 'Waits for a path',
  waiting_for_person: 'Waits for a person',
  prerequisite_failed: 'A task it needs did not complete; retry that one',
};

/** Why a task stands where it stands, in words: what is stored may begin with a code. */
export function reasonText(reason: string): string {
  const code = blockReasons.find((one) => reason === one || reason.startsWith(`${one}:`));
  if (code === undefined) return reason;
  const rest = reason.slice(code.length + 1).trim();
  if (code === 'waiting_for_path' && rest !== '') return `Waits for ${rest}`;
  return rest === '' ? blocked[code] : `${blocked[code]}: ${rest}`;
}

/** Whether it waits for a path that another task holds. */
export function waitsForPath({ reason }: { readonly reason: string | null }): boolean {
  return reason?.startsWith('waiting_for_path') ?? false;
}

/** The paths two tasks both announce, each pair once. */
export function pathsOf({ globs }: PlanCollision): string {
  return globs.map(([one, other]) => (one === other ? one : `${one} and ${other}`)).join(', ');
}
