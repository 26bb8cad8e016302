import { attemptEnded } from '../../domain/attempt.ts';
import { emptyUsage, totalTokens } from '../../domain/metrics.ts';
import { route } from '../../domain/routing.ts';
import { isExecuting, type Session } from '../../domain/session.ts';
import type { Task } from '../../domain/task.ts';
import type { Deps } from '../deps.ts';
import { promptFor } from './brief.ts';
import { engineActor } from './engine-actor.ts';

export type Assignment = { attemptId: string } | { refused: string };

/**
 * Gives a ready task to an agent: load, quota and budget are judged under the locks of the transaction that assigns, and
 * attempt, decision, status and events are written with it. A refusal says why and changes nothing.
 */
export async function assignTask(deps: Deps, session: Session, taskId: string): Promise<Assignment> {
  const { store, secrets } = deps;
  const actor = engineActor(session.teamId);
  return store.transaction(async (tx): Promise<Assignment> => {
    const locked = await tx.sessions.lock(session.id);
    if (locked.epoch !== session.epoch || !isExecuting(locked.status) || locked.pendingCommand !== null)
      return { refused: 'the session moved on' };
    const tasks = await tx.tasks.bySession(session.id);
    const task = tasks.find((one) => one.id === taskId);
    if (task?.status !== 'ready') return { refused: 'the task moved on' };
    const attempts = await tx.attempts.bySession(session.id);
    if (attempts.filter((attempt) => !attemptEnded(attempt.status)).length >= locked.parallelism)
      return { refused: 'every slot of the session is taken' };

    const team = await tx.teams.get(session.teamId);
    if (!team) return { refused: 'the team is gone' };
    // The agents' locks stand for the team's: what sessions take at the same moment is counted one after the other.
    await tx.agents.lockAll(session.teamId);
    const open = await tx.attempts.countOpen(session.teamId);
    if (open >= team.maxParallelAttempts) return { refused: `the team runs ${open} attempts at once, its limit` };
    const spent = await tx.modelCalls.tokensThisMonth(session.teamId);
    if (spent >= team.tokensPerMonth)
      return {
        refused: `the team's ${team.tokensPerMonth} tokens of this month are spent; they come back on the first of the next (UTC)`,
      };

    const decision = route(
      {
        teamId: session.teamId,
        requiredCapabilities: task.capabilities,
        technologies: task.technologies,
        sessionType: locked.type,
        complexity: task.complexity,
        preferredAgent: locked.preferredAgent,
        preferredAgentType: locked.preferredAgentType,
      },
      (await tx.agents.list(session.teamId)).map((agent) => ({ agent, circuit: deps.runtime.status().circuit })),
    );
    const agent = decision.selected === null ? null : await tx.agents.get(session.teamId, decision.selected);
    if (!agent) return { refused: decision.sentence };

    const mine = attempts.filter((attempt) => attempt.taskId === task.id);
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
      prompt: await promptFor(tx, locked, task, mine, agent.id),
      system: agent.systemPrompt,
      model: locked.model ?? agent.model,
    });
    await tx.routing.insert({
      id: secrets.uuid(),
      teamId: session.teamId,
      sessionId: session.id,
      taskId: task.id,
      attemptId,
      selectedAgentId: agent.id,
      sentence: decision.sentence,
      candidates: [...decision.candidates],
    });
    await tx.tasks.move({
      taskId: task.id,
      sessionId: session.id,
      from: ['ready'],
      to: 'assigned',
      reason: null,
      actor,
      epoch: session.epoch,
      patch: { agentId: agent.id, attemptCount: task.attemptCount + 1, notBefore: null },
    });
    await tx.events.append(
      session.id,
      [
        {
          type: 'task.routed',
          actor,
          payload: { taskId: task.id, attemptId, agentId: agent.id, agent: agent.name, sentence: decision.sentence },
        },
        {
          type: 'attempt.started',
          actor,
          payload: { attemptId, taskId: task.id, epoch: session.epoch, number, agentId: agent.id, agent: agent.name },
        },
      ],
      { epoch: session.epoch },
    );
    return { attemptId };
  });
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
