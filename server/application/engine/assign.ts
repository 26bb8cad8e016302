import { attemptEnded } from '../../domain/attempt.ts';
import { emptyUsage, totalTokens } from '../../domain/metrics.ts';
import { isExecuting, type Session } from '../../domain/session.ts';
import { nextRole, type Task } from '../../domain/task.ts';
import { startRefusal } from '../../domain/task-graph/ready.ts';
import type { Deps } from '../deps.ts';
import { graphOf } from '../graph-view.ts';
import { askedOf, attemptPrompt, choose } from './asked.ts';
import { markConflict } from './conflict-records.ts';
import { engineActor } from './engine-actor.ts';
import { pathWaitOf } from './path-waits.ts';
import type { Outline } from './plan-prompt.ts';

/** A refusal says why; `nobody`: no agent fits; `path`: another task holds it; `passing`: it is a matter of what runs now. */
export type Assignment = { attemptId: string } | { refused: string; because: 'nobody' | 'path' | 'passing' };

/**
 * Gives a ready task to an agent: load, quota and budget are judged under the locks of the transaction that assigns, and
 * attempt, decision, status and events are written with it. A refusal says why and changes nothing.
 */
export async function assignTask(deps: Deps, session: Session, taskId: string, outline?: Outline): Promise<Assignment> {
  const { store, secrets } = deps;
  const actor = engineActor(session.teamId);
  return store.transaction(async (tx): Promise<Assignment> => {
    const locked = await tx.sessions.lock(session.id);
    if (locked.epoch !== session.epoch || !isExecuting(locked.status) || locked.pendingCommand !== null)
      return passing('the session moved on');
    const task = await tx.tasks.get(session.teamId, taskId);
    if (task?.status !== 'ready') return passing('the task moved on');
    // People edit the graph while it runs: what it says now counts, not what it said when the task became ready.
    const graph = graphOf(await tx.tasks.bySession(session.id), await tx.tasks.dependencies(session.id));
    const waits = task.kind === 'plan' ? null : startRefusal(graph, task.id, deps.clock());
    if (waits !== null) return passing(waits);
    const attempts = await tx.attempts.bySession(session.id);
    const open = attempts.filter((attempt) => !attemptEnded(attempt.status));
    if (open.length >= locked.parallelism) return passing('every slot of the session is taken');

    const team = await tx.teams.get(session.teamId);
    if (!team) return passing('the team is gone');
    // The agents' locks stand for the team's: what sessions take at the same moment is counted one after the other.
    await tx.agents.lockAll(session.teamId);
    const running = await tx.attempts.countOpen(session.teamId);
    if (running >= team.maxParallelAttempts) return passing(`the team runs ${running} attempts at once, its limit`);
    const spent = await tx.modelCalls.tokensThisMonth(session.teamId);
    if (spent >= team.tokensPerMonth)
      return passing(
        `the team's ${team.tokensPerMonth} tokens of this month are spent; they come back on the first of the next (UTC)`,
      );

    const wait = await pathWaitOf(tx, task, open);
    if (wait !== null) return { refused: wait, because: 'path' };
    const mine = attempts.filter((attempt) => attempt.taskId === task.id);
    const asked = await askedOf(tx, task, mine);
    const role = nextRole({ kind: task.kind, next: asked.next });
    const choice = await choose(tx, deps, locked, task, asked);
    if ('refused' in choice) return { refused: choice.refused, because: 'nobody' };
    const { agent } = choice;

    const attemptId = secrets.uuid();
    const number = Math.max(0, ...mine.map((attempt) => attempt.number)) + 1;
    await tx.attempts.insert({
      id: attemptId,
      teamId: session.teamId,
      sessionId: session.id,
      taskId: task.id,
      number,
      epoch: session.epoch,
      agentId: agent.id,
      runtimeId: agent.runtimeId,
      ...secrets.remoteIds(),
      prompt: await attemptPrompt(tx, locked, task, asked, agent.id, role === 'plan' ? outline : undefined),
      system: agent.systemPrompt,
      model: locked.model ?? agent.model,
      role,
      probe: choice.probe,
      conflictId: asked.conflict?.id ?? null,
      sourceAttemptId: asked.next?.sourceAttemptId ?? null,
    });
    await markConflict(tx, asked.conflict?.id ?? null, 'resolving');
    await tx.routing.insert({
      id: secrets.uuid(),
      teamId: session.teamId,
      sessionId: session.id,
      taskId: task.id,
      attemptId,
      selectedAgentId: agent.id,
      sentence: choice.sentence,
      candidates: [...choice.candidates],
      request: choice.request,
    });
    await tx.tasks.move({
      taskId: task.id,
      sessionId: session.id,
      from: ['ready'],
      to: 'assigned',
      reason: null,
      actor,
      epoch: session.epoch,
      // What it is to be stays on the task until it is done: a crash or a pause before it begins asks again.
      patch: { agentId: agent.id, attemptCount: task.attemptCount + 1, notBefore: null },
    });
    await tx.events.append(
      session.id,
      [
        {
          type: 'task.routed',
          actor,
          payload: { taskId: task.id, attemptId, agentId: agent.id, agent: agent.name, sentence: choice.sentence },
        },
        {
          type: 'attempt.started',
          actor,
          payload: {
            attemptId,
            taskId: task.id,
            epoch: session.epoch,
            number,
            role,
            agentId: agent.id,
            agent: agent.name,
          },
        },
      ],
      { epoch: session.epoch },
    );
    return { attemptId };
  });
}

function passing(refused: string): Assignment {
  return { refused, because: 'passing' };
}

/** Which cap of its budget a session has reached, as a sentence, or null. */
export async function budgetReached(deps: Deps, session: Session, now: Date): Promise<string | null> {
  const budget = session.budget;
  if (budget === null) return null;
  const { usage } =
    budget.tokens === undefined && budget.costUsd === undefined
      ? { usage: emptyUsage }
      : await deps.store.modelCalls.ofSession(session.id);
  if (budget.tokens !== undefined && totalTokens(usage) >= budget.tokens)
    return `${totalTokens(usage)} of ${budget.tokens} tokens are used`;
  if (budget.costUsd !== undefined && usage.costUsd !== null && usage.costUsd >= budget.costUsd)
    return `${usage.costUsd.toFixed(2)} of ${budget.costUsd} USD are spent`;
  if (budget.attempts !== undefined && (await deps.store.attempts.bySession(session.id)).length >= budget.attempts)
    return `all ${budget.attempts} attempts are used`;
  if (budget.wallSeconds !== undefined && session.startedAt !== null) {
    const running = (now.getTime() - session.startedAt.getTime()) / 1000 - session.pausedSeconds;
    if (running >= budget.wallSeconds) return `${Math.floor(running)} of ${budget.wallSeconds} seconds have run`;
  }
  return null;
}

/** Ready tasks in the order they are to start. */
export function startOrder(tasks: readonly Task[], now: Date): Task[] {
  const ranks = ['blocker', 'critical', 'high', 'normal', 'low', 'background'];
  return tasks
    .filter((task) => task.status === 'ready' && (task.notBefore === null || task.notBefore <= now))
    .sort((a, b) => ranks.indexOf(a.priority) - ranks.indexOf(b.priority) || a.position - b.position);
}
