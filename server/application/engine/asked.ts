import type { Attempt } from '../../domain/attempt.ts';
import { type Conflict, conflictIsOpen } from '../../domain/conflict.ts';
import type { Session } from '../../domain/session.ts';
import type { NextAttempt, Task } from '../../domain/task.ts';
import type { Deps } from '../deps.ts';
import type { Tx } from '../store-port.ts';
import { aboutTask, contextSection, knownBytes, promptFor } from './brief.ts';
import { type Choice, chooseAgent, type NoChoice, withoutAgent } from './choose-agent.ts';
import { conflictPrompt } from './conflict-brief.ts';
import { type Outline, plannerPrompt } from './plan-prompt.ts';

/** What a task's row asks of its next attempt. */
export interface Asked {
  next: NextAttempt | null;
  /** The conflict the attempt is to resolve. */
  conflict: Conflict | null;
  /** The task's attempts so far. */
  mine: readonly Attempt[];
}

/** Reads what is asked; what has passed meanwhile (a resolved conflict, a waiver taken back) asks nothing. */
export async function askedOf(tx: Tx, task: Task, mine: readonly Attempt[]): Promise<Asked> {
  const { next } = task;
  const nothing = { next: null, conflict: null, mine };
  if (next?.role === 'waiver')
    return task.waiver === null || next.sourceAttemptId === null ? nothing : { next, conflict: null, mine };
  if (next?.role !== 'conflict') return { next, conflict: null, mine };
  const conflict = next.conflictId === null ? null : await tx.conflicts.byId(next.conflictId);
  return conflict !== null && conflictIsOpen(conflict.status) ? { next, conflict, mine } : nothing;
}

/** The agent of the attempt: routed, or where a person decided, the one whose work it is. */
export async function choose(
  tx: Tx,
  deps: Deps,
  session: Session,
  task: Task,
  { next, conflict, mine }: Asked,
): Promise<Choice | NoChoice> {
  const source = mine.find((attempt) => attempt.id === (conflict?.attemptId ?? next?.sourceAttemptId));
  if (source !== undefined && conflict?.resolution) {
    const who = conflict.resolvedBy?.name ?? 'A person';
    return withoutAgent(tx, session, source.agentId, `${who} resolved the conflict file by file; no agent runs.`);
  }
  if (source !== undefined && next?.role === 'waiver' && task.waiver !== null)
    return withoutAgent(
      tx,
      session,
      source.agentId,
      `${task.waiver.byName} accepted the work of attempt ${source.number} without its proof; no agent runs.`,
    );
  return chooseAgent(tx, deps, session, task, next);
}

/** The prompt of the attempt by what it is for. Kept with the attempt as sent. */
export async function attemptPrompt(
  tx: Tx,
  session: Session,
  task: Task,
  { conflict, mine }: Asked,
  agentId: string,
  outline: Outline | undefined,
): Promise<string> {
  const known = (about: string) => contextSection(tx, session, about, knownBytes, agentId);
  if (outline) {
    const about = `${aboutTask(session, task)} ${session.title} ${session.prompt}`;
    return plannerPrompt(session, task, await tx.tasks.bySession(session.id), outline, await known(about));
  }
  if (conflict === null) return promptFor(tx, session, task, mine, agentId);
  const landed = (await tx.tasks.bySession(session.id)).filter(
    (one) => one.mergedCommit !== null && one.id !== task.id && one.status === 'completed',
  );
  const failed = mine.filter((one) => one.conflictId === conflict.id && one.error !== null).at(-1);
  return conflictPrompt(
    session,
    task,
    conflict,
    landed,
    failed?.error?.message ?? null,
    await known(aboutTask(session, task)),
  );
}
