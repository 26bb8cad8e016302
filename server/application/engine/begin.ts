import { attemptEnded } from '../../domain/attempt.ts';
import { errorCodeOf } from '../../domain/errors.ts';
import type { Session } from '../../domain/session.ts';
import { deadlineAfterPause } from '../../domain/session-life.ts';
import { followReset } from '../checkpoints.ts';
import type { Deps } from '../deps.ts';
import { bringWork, isOwnMirror } from '../session-work.ts';
import { endSession, everyTask } from '../sessions/endings.ts';
import { engineActor } from './engine-actor.ts';
import { surroundingsOf } from './surroundings.ts';

/**
 * A claimed session becomes running: its branch exists at the base commit, its clock runs, its paused tasks go on.
 * Answers null when the workspace cannot be made: the session has then failed with the reason.
 */
export async function beginSession(deps: Deps, session: Session): Promise<Session | null> {
  const { store, clock } = deps;
  const actor = engineActor(session.teamId);
  let workspace: { branch: string; baseCommit: string; warning: string | null };
  try {
    if (session.resetTo !== null) await followReset(deps, session);
    workspace = await openWorkspace(deps, session);
  } catch (error) {
    // What a person must mend (a vanished branch, an unreadable repository) ends the session; anything else is tried again.
    if (errorCodeOf(error) !== 'INVALID' && errorCodeOf(error) !== 'NOT_FOUND') throw error;
    const message = error instanceof Error ? error.message : String(error);
    await store.transaction(async (tx) => {
      const locked = await tx.sessions.lock(session.id);
      await endSession(tx, locked, {
        to: 'failed',
        reason: `workspace: ${message}`,
        actor,
        now: clock(),
        epoch: session.epoch,
        error: { code: 'WORKSPACE', message, context: { repositoryId: session.repositoryId } },
      });
    });
    return null;
  }

  return store.transaction(async (tx) => {
    const locked = await tx.sessions.lock(session.id);
    const now = clock();
    const resumed = locked.startedAt !== null && locked.pausedAt !== null;
    const running = await tx.sessions.moveAndRead({
      sessionId: session.id,
      to: 'running',
      guard: { epoch: session.epoch, status: ['queued'] },
      reason: resumed ? 'goes on after the pause' : 'claimed',
      actor,
      patch: {
        branch: workspace.branch,
        baseCommit: workspace.baseCommit,
        headCommit: locked.headCommit ?? workspace.baseCommit,
        deadlineAt:
          locked.deadlineAt !== null && locked.pausedAt !== null
            ? deadlineAfterPause(locked.deadlineAt, locked.pausedAt, now)
            : (locked.deadlineAt ?? new Date(now.getTime() + locked.maxDurationSeconds * 1000)),
        pausedSeconds:
          locked.pausedSeconds +
          (locked.pausedAt === null || locked.startedAt === null
            ? 0
            : Math.round((now.getTime() - locked.pausedAt.getTime()) / 1000)),
        pausedAt: null,
        cause: null,
      },
    });
    if (workspace.warning !== null)
      await tx.events.append(session.id, [
        { type: 'session.updated', actor, payload: { changes: {}, warning: workspace.warning } },
      ]);
    const runs = (await tx.attempts.bySession(session.id)).filter((attempt) => !attemptEnded(attempt.status));
    const open = new Set(runs.map((attempt) => attempt.taskId));
    // What was cut off for its budget asks again: raised or not, its next call is judged anew.
    for (const { id, cutOff } of runs)
      if (cutOff !== null) await tx.attempts.update(id, { cutOff: null }, { epoch: session.epoch });
    for (const task of await everyTask(tx, session.id)) {
      if (task.status !== 'paused') continue;
      await tx.tasks.move({
        taskId: task.id,
        sessionId: session.id,
        from: ['paused'],
        to: open.has(task.id) ? 'in_progress' : 'ready',
        reason: null,
        actor,
        epoch: session.epoch,
      });
    }
    return running;
  });
}

async function openWorkspace(
  deps: Deps,
  session: Session,
): Promise<{ branch: string; baseCommit: string; warning: string | null }> {
  const { repository, ref } = await surroundingsOf(deps, session);
  const { branch, baseCommit, headCommit, startCommit } = session;
  if (branch !== null && baseCommit !== null) {
    await deps.workspaces.prepare(repository);
    // Where each instance has a mirror of its own, the branch is made when the session is received.
    const anew =
      !isOwnMirror(deps, repository) &&
      (await deps.workspaces.restoreBranch(repository, branch, headCommit ?? baseCommit));
    const warning = anew
      ? `The branch ${branch} had been deleted; it was made anew at the last work of the session.`
      : null;
    return { branch, baseCommit, warning };
  }
  if (startCommit === null) return deps.workspaces.openBranch(repository, ref);
  // What it goes on from is the parent's work, which another instance may have made.
  const parent = session.parentId === null ? null : await deps.store.sessions.byId(session.parentId);
  if (parent !== null) await bringWork(deps, parent, repository);
  return deps.workspaces.openBranch(repository, { ...ref, startCommit });
}
