import { type Attempt, attemptEnded } from '../../domain/attempt.ts';
import type { PendingCommand, Session } from '../../domain/session.ts';
import { refreshAttention } from '../asks/settle.ts';
import type { Deps } from '../deps.ts';
import type { AbortResult } from '../ports.ts';
import { cascade, closeAsks, closeAttempt, endSession } from '../sessions/endings.ts';
import { engineActor } from './engine-actor.ts';
import { completeIfMerged, landedAlready } from './land.ts';
import { orderOf } from './order.ts';
import { giveBackFor } from './reserve.ts';

/**
 * Carries out pause, stop or timeout of a session this instance owns: aborts what runs, verifies that it idles (the
 * rungs of engine.md 1.7), and only then moves the session. What cannot be verified stays pending and is tried again;
 * the timeline says so.
 */
export async function carryOut(deps: Deps, session: Session, command: PendingCommand): Promise<void> {
  const { store, clock } = deps;
  const actor = engineActor(session.teamId);
  const open: Attempt[] = [];
  for (const attempt of await store.attempts.bySession(session.id))
    if (
      !attemptEnded(attempt.status) &&
      !(await landedAlready(deps, () => completeIfMerged(deps, session, attempt), attempt))
    )
      open.push(attempt);
  const results = await Promise.all(open.map((attempt) => abort(deps, attempt)));
  const rungs = results.map((result) => result.rung);
  if (rungs.includes('unverified')) {
    await store.events.append(
      session.id,
      [
        {
          type: 'session.updated',
          actor,
          payload: {
            pendingCommand: command,
            rungs,
            reason: `not verified yet: ${results
              .filter(({ rung }) => rung === 'unverified')
              .map(({ detail }) => detail)
              .join('; ')}`,
          },
          // Tried again every second: told once.
          dedupe: `unverified:${command}:${session.epoch}:${session.version}`,
        },
      ],
      { epoch: session.epoch },
    );
    return;
  }
  const how = rungs.length === 0 ? 'nothing was running' : `verified: ${[...new Set(rungs)].join(', ')}`;
  await store.transaction(async (tx) => {
    const locked = await tx.sessions.lock(session.id);
    // Another command came while this one was verified (a stop after a pause): the next step carries that one out.
    if (locked.epoch !== session.epoch || locked.pendingCommand !== command) return;
    if (command !== 'pause') {
      await cascade(tx, locked, 'stop', actor, clock());
      const reason =
        command === 'timeout' ? `ran longer than ${locked.maxDurationSeconds} s (${how})` : `stopped (${how})`;
      const error =
        command === 'timeout'
          ? {
              error: {
                code: 'TIMEOUT',
                message: `It ran longer than its limit of ${locked.maxDurationSeconds} s.`,
                context: {},
              },
            }
          : {};
      await endSession(tx, locked, {
        to: command === 'timeout' ? 'timeout' : 'stopped',
        reason,
        actor,
        now: clock(),
        epoch: session.epoch,
        ...error,
      });
      return;
    }
    for (const attempt of open) {
      const task = await tx.tasks.get(session.teamId, attempt.taskId);
      if (attempt.status === 'starting') {
        await closeAttempt(tx, attempt, { attempts: 'aborted', reason: 'paused before it began', actor, now: clock() });
        if (task?.status === 'assigned')
          await tx.tasks.move({
            taskId: task.id,
            sessionId: session.id,
            from: ['assigned'],
            to: 'ready',
            reason: 'paused before it began',
            actor,
            epoch: session.epoch,
            patch: { agentId: null },
          });
        continue;
      }
      await closeAsks(tx, attempt, actor);
      await giveBackFor(tx, attempt.id);
      // The attempt stays open: after the pause the same prompt is posted again with the same ids and goes on.
      if (attempt.status === 'running')
        await tx.attempts.update(attempt.id, { status: 'waiting' }, { epoch: session.epoch, status: ['running'] });
      if (task?.status === 'in_progress')
        await tx.tasks.move({
          taskId: task.id,
          sessionId: session.id,
          from: ['in_progress'],
          to: 'paused',
          reason: 'the session was paused',
          actor,
          epoch: session.epoch,
        });
    }
    await tx.sessions.setPendingCommand(session.id, null, { epoch: session.epoch });
    await tx.sessions.move({
      sessionId: session.id,
      to: 'paused',
      guard: { epoch: session.epoch, status: ['running', 'degraded'] },
      reason: `paused (${how})`,
      actor,
      patch: { pausedAt: clock() },
      release: true,
    });
    await refreshAttention(tx, session.id, actor);
  });
}

async function abort(deps: Deps, attempt: Attempt): Promise<AbortResult> {
  await deps.endOrphans(attempt.id);
  const task = await deps.store.tasks.get(attempt.teamId, attempt.taskId);
  const agent = await deps.store.agents.get(attempt.teamId, attempt.agentId);
  if (!task || !agent || attempt.worktree === null) return { rung: 'not_running', detail: 'it had not begun' };
  return deps.runner.abort(orderOf(attempt, task, agent, []));
}
