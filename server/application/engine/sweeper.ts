import { type Ask, escalationDue, expiredMessage, expiryDue } from '../../domain/ask.ts';
import type { Attempt } from '../../domain/attempt.ts';
import { isExecuting, type Session } from '../../domain/session.ts';
import { createCarriers } from '../approvals/carrier.ts';
import { createDecisions } from '../approvals/decide.ts';
import { refreshAttention } from '../asks/settle.ts';
import type { Deps } from '../deps.ts';
import type { Tx } from '../store-port.ts';
import { engineActor } from './engine-actor.ts';
import { reportInstance } from './report-instance.ts';
import { isHere } from './stranded.ts';
import { surroundingsOf } from './surroundings.ts';
import { watchAgents } from './watch-agents.ts';
import { watchExternal } from './watch-external.ts';

/** After so long the worktrees that are left wait for the next turn. */
const worktreesMs = 5_000;

/** What time alone decides: deadlines, asks past their SLA or expiry, worktrees nobody needs, the runtime's heartbeat. */
export function createSweeper(deps: Deps, runtimeId: string) {
  const { store, log } = deps;
  const decisions = createDecisions(deps, createCarriers(deps));
  const stuck = new Set<string>();

  /** One that fails does not keep those behind it, here as with the asks. */
  async function deadlines(): Promise<void> {
    for (const late of await store.sessions.pastDeadline()) {
      try {
        if (await endInTime(late)) deps.nudge();
      } catch (error) {
        log.error(
          { session: late.slug, err: error },
          'A session past its deadline could not be ended; it is tried again',
        );
      }
    }
  }

  function endInTime(late: Session): Promise<boolean> {
    return store.transaction(async (tx) => {
      const session = await tx.sessions.lock(late.id);
      if (!isExecuting(session.status) || session.pendingCommand !== null) return false;
      await tx.sessions.setPendingCommand(session.id, 'timeout', { status: ['running', 'degraded'] });
      return true;
    });
  }

  async function asks(): Promise<void> {
    for (const due of await store.asks.overdue()) {
      try {
        if (await moveOn(due)) deps.nudge();
      } catch (error) {
        log.error({ ask: due.id, err: error }, 'An ask whose time is up could not be moved; it is tried again');
      }
    }
  }

  /** Unanswered past the SLA: leads are told. Past the expiry: the safe default. Answers whether its session pauses. */
  function moveOn({ id, teamId, sessionId }: Ask): Promise<boolean> {
    return store.transaction(async (tx) => {
      const session = await tx.sessions.lock(sessionId);
      const ask = await tx.asks.get(teamId, id);
      const now = deps.clock();
      if (ask === null) return false;
      if (expiryDue(ask, now)) return expire(tx, session, ask);
      if (escalationDue(ask, now)) await escalate(tx, ask);
      return false;
    });
  }

  async function escalate(tx: Tx, ask: Ask): Promise<void> {
    if ((await tx.asks.escalate(ask.id)) === null) return;
    const { id: askId, taskId, kind, title, expiresAt } = ask;
    const actor = engineActor(ask.teamId);
    await tx.events.append(ask.sessionId, [
      { type: 'ask.escalated', actor, payload: { askId, taskId, kind, title, to: 'lead', expiresAt } },
    ]);
  }

  async function expire(tx: Tx, session: Session, ask: Ask): Promise<boolean> {
    const actor = engineActor(ask.teamId);
    if ((await tx.asks.close({ id: ask.id }, 'expired')).length === 0) return false;
    await tx.events.append(session.id, [
      {
        type: 'ask.expired',
        actor,
        payload: { askId: ask.id, kind: ask.kind, title: ask.title, message: expiredMessage },
      },
    ]);
    await refreshAttention(tx, session.id, actor);
    // The safe default: rejected, and the session paused, never killed. Pausing ends the run that waits for it.
    if (!isExecuting(session.status) || session.pendingCommand !== null) return false;
    await tx.sessions.setPendingCommand(session.id, 'pause', { status: ['running', 'degraded'] });
    await tx.sessions.update(session.id, { cause: `Nobody answered in time: ${ask.title}` }, {});
    return true;
  }

  async function approvals(): Promise<void> {
    const expired = await decisions.expire();
    if (expired > 0) log.info({ expired }, 'Requests that nobody decided have ended');
  }

  async function contexts(): Promise<void> {
    const removed = await store.contexts.removeExpired();
    if (removed > 0) log.info({ removed }, 'Expired contexts were removed');
  }

  /** Worktrees of ended attempts: bundled when dirty, then taken away. A few at a time: deadlines and asks come first. */
  async function worktrees(): Promise<void> {
    const until = Date.now() + worktreesMs;
    const ended = (await store.attempts.unretired(null)).filter((attempt) => isHere(deps, attempt));
    ended.sort((a, b) => Number(stuck.has(a.id)) - Number(stuck.has(b.id)));
    for (const attempt of ended) {
      if (Date.now() > until) return;
      try {
        await retire(attempt);
      } catch (error) {
        // One that cannot be taken away (its repository is gone) does not keep the others; said once.
        if (stuck.has(attempt.id)) continue;
        stuck.add(attempt.id);
        log.warn({ attempt: attempt.id, err: error }, 'A worktree could not be taken away; it is tried again');
      }
    }
  }

  async function retire(attempt: Attempt): Promise<void> {
    const session = await store.sessions.byId(attempt.sessionId);
    if (!session || attempt.worktree === null) return;
    const { repository } = await surroundingsOf(deps, session);
    await deps.endOrphans(attempt.id);
    await deps.endLeftBehind(attempt.worktree);
    // What is on the branch needs no bundle: only the work that did not land is kept apart.
    const label = `${session.slug}-${attempt.id}`;
    const { bundle } = await deps.workspaces.retireWorktree(repository, attempt.worktree, label);
    await store.attempts.markRetired(attempt.id, bundle);
  }

  async function runtime(): Promise<void> {
    const { state } = deps.runtime.status();
    // A parked runtime lives and waits for its quota: its agents are not silent.
    if (state === 'online' || state === 'parked') await store.agents.heartbeat(runtimeId);
    await reportInstance(deps, runtimeId);
  }

  /** Mostly nothing is: one question instead of four. */
  async function overdue(): Promise<void> {
    const due = await store.due();
    const parts = { deadlines, asks, approvals, contexts };
    for (const [name, part] of Object.entries(parts)) if (due[name as keyof typeof parts]) await alone(part);
  }

  async function alone(part: () => Promise<void>): Promise<void> {
    try {
      await part();
    } catch (error) {
      log.error({ part: part.name, err: error }, 'A part of the sweep failed; it is tried again');
    }
  }

  const agents = () => watchAgents(deps);
  const external = () => watchExternal(deps);

  return {
    /** Each part by itself: one that fails is logged and does not hold up the others. */
    async sweep(): Promise<void> {
      for (const part of [overdue, worktrees, runtime, external, agents]) await alone(part);
    },
  };
}
