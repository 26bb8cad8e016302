import type { Actor } from '../../domain/actor.ts';
import { DomainError } from '../../domain/errors.ts';
import {
  assertMove,
  isExecuting,
  isTerminal,
  type PendingCommand,
  type Session,
  type SessionStatus,
  sessionTransitions,
} from '../../domain/session.ts';
import { planWaits } from '../../domain/session-life.ts';
import { refreshAttention } from '../asks/settle.ts';
import type { Deps } from '../deps.ts';
import type { Tx } from '../store-port.ts';
import { refuseOnFullDisk } from './create.ts';
import { cascade, endSession } from './endings.ts';
import { assertVersion, findSession } from './find.ts';

export interface CommandOptions {
  version?: number | undefined;
  reason?: string | undefined;
  requestId?: string | undefined;
  /** How long pause and stop wait for their verified effect; as long as the API says unless named. */
  waitSeconds?: number | undefined;
}

/** A command waits this long for its verified effect before it answers "pending" (api.md, Commands). */
const verifySeconds = 15;

/** Start, pause, resume, stop, cancel (domain.md 1.1). Each is audited in its own transaction. */
export function createCommands(deps: Deps) {
  const { store, clock } = deps;

  /** Who may · lock · judge · write · audit · nudge: the same for every command. */
  async function command(
    actor: Actor,
    ref: string,
    name: string,
    options: CommandOptions,
    apply: (tx: Tx, session: Session) => Promise<Session>,
  ): Promise<Session> {
    const found = await findSession(deps, actor, ref, 'session.command');
    const after = await store.transaction(async (tx) => {
      const session = await tx.sessions.lock(found.id);
      assertVersion(session, options.version);
      const result = await apply(tx, session);
      await tx.audit.append({
        teamId: session.teamId,
        actor,
        action: `session.${name}`,
        subject: { kind: 'session', id: session.id },
        before: { status: session.status },
        after: { status: result.status, pendingCommand: result.pendingCommand },
        reason: options.reason,
        requestId: options.requestId,
      });
      return result;
    });
    deps.nudge();
    return after;
  }

  /** For work in progress: notes the command durably; the session's owner carries it out and clears it. */
  async function ask(
    actor: Actor,
    ref: string,
    name: PendingCommand,
    to: SessionStatus,
    options: CommandOptions,
  ): Promise<{ session: Session; verified: boolean }> {
    const asked = await command(actor, ref, name, options, async (tx, session) => {
      if (!isExecuting(session.status)) {
        assertMove(session.status, to);
        return atRest(tx, session, to, actor, options);
      }
      if (session.pendingCommand === name) return session;
      if (session.pendingCommand === 'stop') throw new DomainError('CONFLICT', 'It is being stopped already.');
      await tx.events.append(session.id, [
        { type: 'session.updated', actor, payload: { pendingCommand: name, reason: options.reason ?? null } },
      ]);
      // What reduced it is not why it is held.
      if (session.cause !== null) await tx.sessions.update(session.id, { cause: null }, {});
      return tx.sessions.setPendingCommand(session.id, name, { status: ['running', 'degraded'] });
    });
    if (asked.pendingCommand === null) return { session: asked, verified: true };
    return settled(asked.id, to, options.waitSeconds ?? verifySeconds);
  }

  async function atRest(
    tx: Tx,
    session: Session,
    to: SessionStatus,
    actor: Actor,
    options: CommandOptions,
  ): Promise<Session> {
    const reason = options.reason ?? `${to} by ${actor.name}`;
    if (to === 'stopped' || to === 'cancelled') {
      await cascade(tx, session, 'stop', actor, clock());
      return endSession(tx, session, { to, reason, actor, now: clock() });
    }
    return tx.sessions.moveAndRead({
      sessionId: session.id,
      to,
      guard: { status: [session.status] },
      reason,
      actor,
      patch: { pausedAt: clock() },
      release: true,
    });
  }

  /** INVALID_TRANSITION when the session came to another end before the order reached it. */
  async function settled(
    id: string,
    to: SessionStatus,
    waitSeconds: number,
  ): Promise<{ session: Session; verified: boolean }> {
    for (let waited = 0; ; waited += 0.1) {
      const session = await store.sessions.byId(id);
      if (!session) throw new DomainError('NOT_FOUND', 'The session is gone.');
      if (session.pendingCommand === null) {
        if (isTerminal(session.status) && session.status !== to) assertMove(session.status, to);
        return { session, verified: true };
      }
      if (waited >= waitSeconds) return { session, verified: false };
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  return {
    start(actor: Actor, ref: string, options: CommandOptions = {}): Promise<Session> {
      return command(actor, ref, 'start', options, async (tx, session) => {
        if (session.status !== 'pending') assertMove(session.status, 'queued');
        if (session.status === 'paused')
          throw new DomainError('INVALID_TRANSITION', 'A paused session is resumed, not started.', {
            details: { from: 'paused', to: 'queued', allowed: ['resume'] },
          });
        await refuseOnFullDisk(deps);
        return tx.sessions.moveAndRead({
          sessionId: session.id,
          to: 'queued',
          guard: { status: ['pending'] },
          reason: `started by ${actor.name}`,
          actor,
          patch: { queuedAt: clock() },
        });
      });
    },

    /** Back into the queue: an owner claims it and goes on where it stopped; the deadline moves by the time paused. */
    resume(actor: Actor, ref: string, options: CommandOptions = {}): Promise<Session> {
      return command(actor, ref, 'resume', options, async (tx, session) => {
        if (session.status !== 'paused') {
          throw new DomainError(
            'INVALID_TRANSITION',
            `Only a paused session is resumed; this one is ${session.status}.`,
            { details: { from: session.status, to: 'queued', allowed: sessionTransitions[session.status] } },
          );
        }
        return tx.sessions.moveAndRead({
          sessionId: session.id,
          to: 'queued',
          guard: { status: ['paused'] },
          reason: `resumed by ${actor.name}`,
          actor,
          patch: { queuedAt: clock(), cause: null },
        });
      });
    },

    pause: (actor: Actor, ref: string, options: CommandOptions = {}) => ask(actor, ref, 'pause', 'paused', options),

    stop: (actor: Actor, ref: string, options: CommandOptions = {}) => ask(actor, ref, 'stop', 'stopped', options),

    /** For a session that runs nothing: pending, queued or paused. */
    cancel(actor: Actor, ref: string, options: CommandOptions = {}): Promise<Session> {
      return command(actor, ref, 'cancel', options, async (tx, session) => {
        assertMove(session.status, 'cancelled');
        return atRest(tx, session, 'cancelled', actor, options);
      });
    },

    acceptPlan(actor: Actor, ref: string, options: CommandOptions = {}): Promise<Session> {
      return command(actor, ref, 'accept_plan', options, async (tx, session) => {
        assertPlanWaits(session);
        const after = await tx.sessions.update(session.id, { planApprovedAt: clock() }, { status: [session.status] });
        await tx.events.append(session.id, [{ type: 'plan.accepted', actor, payload: {} }]);
        await refreshAttention(tx, session.id, actor);
        return after;
      });
    },

    /** A rejected plan stops the session; a retry shows it for approval again. */
    rejectPlan(actor: Actor, ref: string, options: CommandOptions = {}): Promise<Session> {
      return command(actor, ref, 'reject_plan', options, async (tx, session) => {
        assertPlanWaits(session);
        await tx.events.append(session.id, [
          { type: 'plan.rejected', actor, payload: { reason: options.reason ?? null } },
        ]);
        await cascade(tx, session, 'stop', actor, clock());
        return endSession(tx, session, {
          to: 'stopped',
          reason: options.reason ?? `plan rejected by ${actor.name}`,
          actor,
          now: clock(),
        });
      });
    },
  };
}

function assertPlanWaits(session: Session): void {
  if (planWaits(session)) return;
  throw new DomainError('INVALID_TRANSITION', 'No plan of this session waits for approval.', {
    details: { from: session.status, to: session.status, allowed: [] },
  });
}
