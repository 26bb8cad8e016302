import type { Attempt } from '../../domain/attempt.ts';
import type { PlanTask } from '../../domain/blueprint.ts';
import { faultsInWords, type PlanFault, readPlanAnswer, repairRequest } from '../../domain/plan-answer.ts';
import type { Session } from '../../domain/session.ts';
import type { Task } from '../../domain/task.ts';
import type { Deps } from '../deps.ts';
import { plannedBy } from '../plan-source.ts';
import type { Tx } from '../store-port.ts';
import type { InjectedPrompt } from '../work-port.ts';
import { engineActor } from './engine-actor.ts';
import { settleFor } from './reserve.ts';
import { walk } from './settle.ts';
import { splitRefusal, splitTask } from './split.ts';
import { writePlan } from './write-plan.ts';

/** An answer that is no plan goes back so often (domain.md 4). */
const maxRepairs = 2;

/**
 * What an idle planner is sent back when its answer cannot be used and it may still be asked: a prompt like a person's, so
 * that a crash between this and its delivery loses or doubles nothing. Null when the answer stands as it is. Call under
 * the session's lock.
 */
export async function repairOf(deps: Deps, tx: Tx, attempt: Attempt, answer: string): Promise<InjectedPrompt | null> {
  const read = readPlanAnswer(answer);
  if ('tasks' in read) return null;
  const asked = (await tx.prompts.all(attempt.sessionId)).filter((prompt) => isRepair(prompt, attempt.id)).length;
  if (asked >= maxRepairs) return null;
  const { messageId, partId } = deps.secrets.remoteMessageIds();
  const prompt = await tx.prompts.insert({
    id: deps.secrets.uuid(),
    teamId: attempt.teamId,
    sessionId: attempt.sessionId,
    taskId: attempt.taskId,
    attemptId: attempt.id,
    text: repairRequest(read.faults, asked + 1, maxRepairs + 1),
    remoteMessageId: messageId,
    remotePartId: partId,
    createdBy: null,
  });
  const payload = { promptId: prompt.id, taskId: prompt.taskId, text: prompt.text, repair: asked + 1 };
  const actor = engineActor(attempt.teamId);
  await tx.events.append(attempt.sessionId, [{ type: 'prompt.injected', actor, payload }], { epoch: attempt.epoch });
  return prompt;
}

/** How often a planner was asked, repairs included, over all its attempts. */
export async function roundsOf(store: Pick<Tx, 'attempts' | 'prompts'>, task: Task): Promise<number> {
  const attempts = (await store.attempts.byTask(task.id)).filter(({ role }) => role === 'plan');
  const prompts = await store.prompts.all(task.sessionId);
  const repairs = attempts.flatMap(({ id }) => prompts.filter((prompt) => isRepair(prompt, id)));
  return attempts.length + repairs.length;
}

// Whoever injects prompts is a person; the engine's own come from nobody.
const isRepair = (prompt: InjectedPrompt, attemptId: string) =>
  prompt.createdBy === null && prompt.attemptId === attemptId;

/**
 * Ends a planner's attempt by its last answer, in one transaction: the plan becomes the session's graph (or the children of
 * the task it splits), or the attempt has failed and a blueprint (or the whole task) takes its place.
 */
export async function takePlan(deps: Deps, session: Session, task: Task, attempt: Attempt): Promise<void> {
  const read = readPlanAnswer(attempt.summary ?? '');
  await deps.store.transaction(async (tx) => {
    await tx.sessions.lock(session.id);
    const current = await tx.tasks.get(task.teamId, task.id);
    if (current === null) return;
    if ('faults' in read) return refuse(deps, tx, current, attempt, read.faults);
    const against =
      current.kind === 'plan' ? null : splitRefusal(await tx.tasks.bySession(session.id), current, read.tasks.length);
    if (against !== null) return refuse(deps, tx, current, attempt, [{ place: 'tasks', message: against }]);
    await accept(deps, tx, session, current, attempt, read.tasks);
  });
  deps.fault('after_plan');
  deps.nudge();
}

async function accept(
  deps: Deps,
  tx: Tx,
  session: Session,
  task: Task,
  attempt: Attempt,
  tasks: readonly PlanTask[],
): Promise<void> {
  const now = deps.clock();
  const { usage, calls, errors } = await tx.modelCalls.ofAttempt(attempt.id);
  await tx.attempts.update(
    attempt.id,
    { status: 'succeeded', endedAt: now, usage, calls, callErrors: errors },
    { epoch: attempt.epoch, status: ['verifying'] },
  );
  await settleFor(tx, attempt, now);
  await tell(tx, attempt, { status: 'succeeded', tasks: tasks.length });
  if (task.kind === 'work') return splitTask(tx, deps, session, task, tasks, { source: 'planner' });
  const agent = await tx.agents.get(attempt.teamId, attempt.agentId);
  const source = plannedBy(agent?.name ?? 'The planner', await roundsOf(tx, task), tasks.length);
  await walk(tx, task, 'completed', {
    reason: null,
    epoch: attempt.epoch,
    patch: { endedAt: now, proof: 'claimed', result: source.sentence, error: null },
  });
  await writePlan(tx, deps, session, tasks, source);
}

async function refuse(deps: Deps, tx: Tx, task: Task, attempt: Attempt, faults: readonly PlanFault[]): Promise<void> {
  const now = deps.clock();
  const reason = `no usable plan: ${faultsInWords(faults)}`;
  const error = { code: 'PLAN_INVALID', message: reason, context: { faults: faults.slice(0, 30) } };
  await tx.attempts.update(
    attempt.id,
    { status: 'failed', failure: 'verification_failed', error, endedAt: now },
    { epoch: attempt.epoch, status: ['verifying'] },
  );
  await settleFor(tx, attempt, now);
  await tell(tx, attempt, { status: 'failed', failure: 'verification_failed', message: reason });
  if (task.kind === 'plan')
    await walk(tx, task, 'failed', { reason, epoch: attempt.epoch, patch: { endedAt: now, error } });
  // Not split is not failed: the task is done in one piece then.
  else await walk(tx, task, 'ready', { reason, epoch: attempt.epoch, patch: { next: null, agentId: null } });
}

async function tell(tx: Tx, attempt: Attempt, end: object): Promise<void> {
  const { id: attemptId, taskId, epoch, sessionId } = attempt;
  const actor = engineActor(attempt.teamId);
  const payload = { attemptId, taskId, epoch, role: 'plan', ...end };
  await tx.events.append(sessionId, [{ type: 'attempt.ended', actor, payload }], { epoch });
}
