import { type Attempt, attemptEnded } from '../../domain/attempt.ts';
import type { Caps } from '../../domain/budget.ts';
import { isExecuting, type Session } from '../../domain/session.ts';
import { graphIsOver } from '../../domain/session-life.ts';
import type { Deps } from '../deps.ts';
import { engineActor } from './engine-actor.ts';

/** The account that holds nothing any more, and what of it. */
export interface Exhausted {
  reason: string;
  account: string | null;
  what: keyof Caps;
}

/** A reached cap pauses the session between two tasks; a person raises it and resumes. */
export async function pauseForBudget(deps: Deps, session: Session, exhausted: Exhausted): Promise<void> {
  const actor = engineActor(session.teamId);
  await deps.store.transaction(async (tx) => {
    // A command that came meanwhile goes first: the next step carries it out.
    const { pendingCommand, plannedAt } = await tx.sessions.lock(session.id);
    if (pendingCommand !== null) return;
    // The last task may have ended since the look that found the cap: then there is nothing left to hold back.
    if (plannedAt !== null && graphIsOver(await tx.tasks.bySession(session.id))) return;
    await tx.events.append(session.id, [{ type: 'budget.exhausted', actor, payload: { ...exhausted } }], {
      epoch: session.epoch,
    });
    await tx.sessions.move({
      sessionId: session.id,
      to: 'paused',
      guard: { epoch: session.epoch, status: ['running', 'degraded'] },
      reason: `budget: ${exhausted.reason}`,
      actor,
      patch: { pausedAt: deps.clock(), cause: `budget: ${exhausted.reason}` },
      release: true,
    });
  });
}

/**
 * Cuts an attempt off between two of its tools: it makes no more calls until its session was paused and resumed. Durable
 * before the pause is asked for, so that a crash between the two finds it again.
 */
export async function cutOff(deps: Pick<Deps, 'store'>, attemptId: string, exhausted: Exhausted): Promise<void> {
  await deps.store.transaction(async (tx) => {
    const found = await tx.attempts.get(attemptId);
    if (!found) return;
    await tx.sessions.lock(found.sessionId);
    const attempt = await tx.attempts.get(attemptId);
    if (!attempt || attemptEnded(attempt.status) || attempt.cutOff !== null) return;
    const { epoch, taskId } = attempt;
    await tx.attempts.update(attempt.id, { cutOff: exhausted.reason }, { epoch });
    const payload = { ...exhausted, attemptId, taskId };
    await tx.events.append(
      attempt.sessionId,
      [{ type: 'budget.exhausted', actor: engineActor(attempt.teamId), payload }],
      { epoch },
    );
  });
}

/**
 * Asks for the pause of a session one of whose attempts is cut off, once nobody in it is in the middle of a tool: every
 * other open attempt is cut off as well, or waits for a person. `force` asks for it all the same.
 */
export async function pauseWhenStill(
  deps: Pick<Deps, 'store' | 'nudge'>,
  attemptId: string,
  force: boolean,
): Promise<void> {
  const asked = await deps.store.transaction(async (tx) => {
    const attempt = await tx.attempts.get(attemptId);
    if (!attempt || attempt.cutOff === null || attemptEnded(attempt.status)) return false;
    const session = await tx.sessions.lock(attempt.sessionId);
    if (!isExecuting(session.status) || session.pendingCommand !== null || session.epoch !== attempt.epoch)
      return false;
    const open = (await tx.attempts.bySession(session.id)).filter(({ status }) => !attemptEnded(status));
    if (!force && !open.every(stands)) return false;
    const actor = engineActor(session.teamId);
    const cause = `budget: ${attempt.cutOff}`;
    await tx.events.append(session.id, [
      { type: 'session.updated', actor, payload: { pendingCommand: 'pause', reason: cause } },
    ]);
    await tx.sessions.setPendingCommand(session.id, 'pause', { status: ['running', 'degraded'] });
    await tx.sessions.update(session.id, { cause }, {});
    return true;
  });
  if (asked) deps.nudge();
}

const stands = ({ cutOff: reason, status }: Attempt) => reason !== null || status === 'waiting';
