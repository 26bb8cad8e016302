import type { Ask, AskAnswer } from '../../domain/ask.ts';
import { attemptEnded } from '../../domain/attempt.ts';
import { errorCodeOf } from '../../domain/errors.ts';
import type { Session } from '../../domain/session.ts';
import type { Deps } from '../deps.ts';
import { engineActor } from './engine-actor.ts';
import { orderOf } from './order.ts';

/**
 * Takes answered asks to the runtime. The answer is durable before it is sent and marked only after, so a crash between
 * the two sends it again, which is harmless.
 */
export async function deliverAnswers(deps: Deps, session: Session): Promise<void> {
  const { store } = deps;
  for (const ask of await store.asks.undelivered(session.id)) {
    const attempt = await store.attempts.get(ask.attemptId);
    const task = await store.tasks.get(ask.teamId, ask.taskId);
    const agent = attempt ? await store.agents.get(ask.teamId, attempt.agentId) : null;
    if (!attempt || attemptEnded(attempt.status) || !task || !agent || ask.answer === null) {
      await store.asks.markDelivered(ask.id);
      continue;
    }
    const { remoteAskId, remoteSessionId, kind, title, command, paths, patterns, permission, question, options } = ask;
    const remote = {
      remoteAskId,
      remoteSessionId,
      kind,
      title,
      command,
      paths: [...paths],
      patterns: [...patterns],
      permission,
      question,
      options: [...options],
    };
    try {
      await deps.runner.answer(orderOf(attempt, task, agent, []), remote, forRuntime(ask.answer));
    } catch (error) {
      // The answer is kept, and the session's other work goes on.
      if (errorCodeOf(error) === 'UNAVAILABLE')
        deps.log.info({ ask: ask.id, err: error }, 'An answer could not be delivered yet');
      else await tellBroken(deps, session, ask, error);
      continue;
    }
    await store.transaction(async (tx) => {
      await tx.sessions.lock(session.id);
      await tx.asks.markDelivered(ask.id);
      const waiting = (await tx.asks.openOf(session.id)).some((other) => other.attemptId === attempt.id);
      if (!waiting && attempt.status === 'waiting')
        await tx.attempts.update(attempt.id, { status: 'running' }, { epoch: session.epoch, status: ['waiting'] });
    });
  }
}

/** Not a runtime that is away: somebody has to look, so the timeline says it, once of each ask. */
async function tellBroken({ store, log }: Deps, session: Session, ask: Ask, error: unknown): Promise<void> {
  const why = (error instanceof Error ? error.message : String(error)).slice(0, 1_000);
  const warning = `The answer to “${ask.title}” does not reach its agent and is tried again: ${why}`;
  const actor = engineActor(session.teamId);
  const payload = { changes: {}, warning, askId: ask.id };
  const event = { type: 'session.updated', actor, payload, dedupe: `${ask.id}:undelivered` } as const;
  const told = await store.events.append(session.id, [event], { epoch: session.epoch });
  if (told.length > 0) log.warn({ ask: ask.id, err: error }, 'An answer could not be delivered; it is tried again');
}

/** A runtime hears of this one ask only: rules are kept and applied here. */
function forRuntime(answer: AskAnswer): AskAnswer {
  return 'decision' in answer && answer.decision === 'rule' ? { decision: 'once' } : answer;
}
