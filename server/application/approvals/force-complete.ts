import { type Attempt, attemptEnded } from '../../domain/attempt.ts';
import { expiryAfterSession } from '../../domain/context-life.ts';
import { DomainError } from '../../domain/errors.ts';
import { forceFacts } from '../../domain/force-facts.ts';
import { isLockTrouble } from '../../domain/lock.ts';
import { forceCompletable, type Session, sessionTransitions } from '../../domain/session.ts';
import { stateOf } from '../checkpoints.ts';
import type { Deps } from '../deps.ts';
import { completeMerged, landedAlready } from '../engine/land.ts';
import { inRepository, type Lane } from '../engine/lane.ts';
import { orderOf } from '../engine/order.ts';
import { closeRun } from '../sessions/endings.ts';
import type { Tx } from '../store-port.ts';
import type { Carrier, Decision, Subject } from './carrier.ts';

/** Completes a session by force (access.md, Force-complete): an operation beside the table of moves. */
export function createForceComplete(deps: Deps): Carrier {
  return {
    async facts(from, subject) {
      const { id } = sessionIn(subject);
      return forceFacts({
        tasks: await from.tasks.bySession(id),
        attempts: await from.attempts.bySession(id),
        asks: await from.asks.openOf(id),
        children: (await from.sessions.children(id)).filter(({ endedAt }) => endedAt === null),
      });
    },

    assertPossible(subject) {
      const { status, deletedAt } = sessionIn(subject);
      if (deletedAt !== null) throw new DomainError('NOT_FOUND', 'The session is deleted.');
      if (forceCompletable.includes(status)) return;
      throw new DomainError('INVALID_TRANSITION', `A session that is ${status} cannot be completed by force.`, {
        details: { from: status, to: 'completed', allowed: sessionTransitions[status] },
      });
    },

    around: (subject, work) => inLaneWhenFree(deps, sessionIn(subject), work),

    async carryOut(tx, subject, decision) {
      const session = sessionIn(subject);
      const { approval, actor, now } = decision;
      const tasks = await tx.tasks.bySession(session.id);
      if (session.headCommit !== null && tasks.length > 0)
        await tx.checkpoints.create(
          {
            id: deps.secrets.uuid(),
            teamId: session.teamId,
            sessionId: session.id,
            reason: 'before_override',
            commit: session.headCommit,
            state: stateOf(tasks),
          },
          actor,
        );
      // From here on whoever ran it finds no row for anything it still writes.
      const taken = await tx.sessions.raiseEpoch(session.id);
      const open = (await tx.attempts.bySession(session.id)).filter(({ status }) => !attemptEnded(status));
      const reason = `completed by force: ${approval.reason}`;
      await closeRun(tx, taken, { attempts: 'superseded', reason, actor, now });
      const after = await complete(tx, taken, { ...decision, reason });
      return {
        action: 'session.force_complete',
        before: { status: session.status, epoch: session.epoch },
        after: { status: after.status, forced: after.forced, epoch: after.epoch, superseded: open.length },
        afterwards: () => abortRuns(deps, open),
      };
    },
  };
}

function sessionIn({ session }: Subject): Session {
  if (session === null) throw new DomainError('NOT_FOUND', 'The session is gone.');
  return session;
}

async function complete(tx: Tx, session: Session, decision: Decision & { reason: string }): Promise<Session> {
  const { approval, actor, now, facts, note } = decision;
  const done = (await tx.tasks.bySession(session.id)).filter(({ status }) => status === 'completed');
  await tx.contexts.setSessionExpiry(session.id, expiryAfterSession(now));
  const after = await tx.sessions.moveAndRead({
    sessionId: session.id,
    to: 'completed',
    forced: true,
    guard: { status: [session.status], epoch: session.epoch },
    reason: decision.reason,
    actor,
    patch: {
      forced: true,
      // What nobody proved is not proven by a decision.
      proof: 'unverified',
      endedAt: now,
      cause: null,
      error: null,
      pendingCommand: null,
      result: {
        branch: session.branch,
        headCommit: session.headCommit,
        tasks: done.map(({ key, title, proof, result }) => ({ key, title, proof, summary: result })),
        forced: { approvalId: approval.id, reason: approval.reason, note },
      },
    },
    release: true,
  });
  await tx.events.append(session.id, [
    {
      type: 'session.force_completed',
      actor,
      payload: {
        approvalId: approval.id,
        requestedBy: approval.requestedBy,
        approvedBy:
          decision.actor.kind === 'token'
            ? decision.actor.userId
            : decision.actor.kind === 'user'
              ? decision.actor.id
              : null,
        reason: approval.reason,
        note,
        facts: Object.fromEntries(facts.map(({ key, count }) => [key, count])),
      },
    },
  ]);
  return after;
}

/**
 * In the lane of what lands, so that a commit on its way to the branch is there with its task completed, or never comes. Who
 * holds the lane for long (a verification that hangs is why people do this) does not hold this up: the raised epoch refuses
 * what it writes.
 */
async function inLaneWhenFree<T>(deps: Deps, session: Session, work: (lane: Lane | null) => Promise<T>): Promise<T> {
  if (session.branch === null) return work(null);
  let entered = false;
  try {
    return await inRepository(
      deps,
      session,
      async (lane) => {
        for (const attempt of await deps.store.attempts.bySession(session.id))
          if (!attemptEnded(attempt.status))
            await landedAlready(deps, () => completeMerged(deps, session, attempt, lane), attempt);
        entered = true;
        return work(lane);
      },
      'override',
    );
  } catch (error) {
    if (entered || !isLockTrouble(error)) throw error;
    deps.log.warn({ session: session.slug, err: error }, 'The lane was not free; the session is completed beside it');
    return work(null);
  }
}

/** Ends what still runs. What cannot be ended from here its own instance lets go of at its next look. */
async function abortRuns(deps: Deps, attempts: readonly Attempt[]): Promise<void> {
  await Promise.all(
    attempts.map(async (attempt) => {
      try {
        const task = await deps.store.tasks.get(attempt.teamId, attempt.taskId);
        const agent = await deps.store.agents.get(attempt.teamId, attempt.agentId);
        if (!task || !agent || attempt.worktree === null) return;
        await deps.endOrphans(attempt.id);
        const result = await deps.runner.abort(orderOf(attempt, task, agent, []));
        deps.log.info({ attempt: attempt.id, ...result }, 'Ended a run whose session was completed by force');
      } catch (error) {
        deps.log.warn({ attempt: attempt.id, err: error }, 'A run of a session completed by force may go on');
      }
    }),
  );
}
