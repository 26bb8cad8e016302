import type { Attempt } from '../../domain/attempt.ts';
import { type Conflict, type ConflictStatus, conflictIsOpen, conflictStatuses } from '../../domain/conflict.ts';
import { taskEnded } from '../../domain/task.ts';
import type { Deps } from '../deps.ts';
import type { ReplayConflict } from '../git-port.ts';
import type { Tx } from '../store-port.ts';
import type { Repository } from '../team-port.ts';
import { engineActor } from './engine-actor.ts';

const openOnes: readonly ConflictStatus[] = conflictStatuses.filter(conflictIsOpen);

/** A conflict as git found it, before it is stored. */
export interface FoundConflict {
  id: string;
  oursCommit: string;
  files: string[];
  message: string;
}

/** Gives a found conflict its id and keeps both sides reachable, before anything is stored that names them. */
export async function pinFound(
  deps: Deps,
  repository: Repository,
  attempt: Attempt,
  head: string,
  found: ReplayConflict,
): Promise<FoundConflict> {
  const id = deps.secrets.uuid();
  await deps.workspaces.pinConflict(repository, id, { ours: head, theirs: attempt.taskCommit ?? '' });
  return { id, oursCommit: head, files: found.files, message: found.message };
}

/** Stores a conflict with its event; the one this attempt was to resolve is over, its sides stand elsewhere now. */
export async function recordConflict(tx: Tx, attempt: Attempt, found: FoundConflict): Promise<void> {
  if (attempt.conflictId !== null) await tx.conflicts.move(attempt.conflictId, openOnes, { status: 'abandoned' });
  await tx.conflicts.insert({
    id: found.id,
    teamId: attempt.teamId,
    sessionId: attempt.sessionId,
    taskId: attempt.taskId,
    attemptId: attempt.id,
    baseCommit: attempt.baseCommit ?? '',
    oursCommit: found.oursCommit,
    theirsCommit: attempt.taskCommit ?? '',
    files: found.files,
    message: found.message,
  });
  await tx.events.append(attempt.sessionId, [
    {
      type: 'conflict.detected',
      actor: engineActor(attempt.teamId),
      payload: {
        conflictId: found.id,
        attemptId: attempt.id,
        taskId: attempt.taskId,
        files: found.files,
        message: found.message,
      },
    },
  ]);
}

/** Both sides are on the branch: by the person who chose, else by the agent of the attempt. */
export async function resolveConflict(tx: Tx, attempt: Attempt, resolvedCommit: string | null): Promise<void> {
  const conflict = attempt.conflictId === null ? null : await tx.conflicts.byId(attempt.conflictId);
  if (!conflict || !conflictIsOpen(conflict.status)) return;
  const agent = await tx.agents.get(attempt.teamId, attempt.agentId);
  const resolvedBy =
    conflict.resolution === null
      ? { kind: 'agent' as const, id: attempt.agentId, name: agent?.name ?? 'agent' }
      : undefined;
  const resolved = await tx.conflicts.move(conflict.id, openOnes, {
    status: 'resolved',
    resolvedCommit,
    ...(resolvedBy ? { resolvedBy } : {}),
  });
  await tx.events.append(attempt.sessionId, [
    {
      type: 'conflict.resolved',
      actor: engineActor(attempt.teamId),
      payload: {
        conflictId: conflict.id,
        attemptId: attempt.id,
        taskId: attempt.taskId,
        files: conflict.files,
        commit: resolvedCommit,
        resolvedBy: resolved.resolvedBy,
      },
    },
  ]);
}

/**
 * Conflicts nobody will resolve any more, since their task or session has ended; or every open one, when what they are about
 * was undone. Call under the session's lock.
 */
export async function abandonConflicts(tx: Tx, sessionId: string, which: 'ended' | 'all' = 'ended'): Promise<void> {
  const open = (await tx.conflicts.ofSession(sessionId)).filter(({ status }) => conflictIsOpen(status));
  if (open.length === 0) return;
  const tasks = new Map((await tx.tasks.bySession(sessionId)).map((task) => [task.id, task.status]));
  for (const conflict of open) {
    const status = tasks.get(conflict.taskId);
    if (which === 'all' || status === undefined || taskEnded(status))
      await tx.conflicts.move(conflict.id, openOnes, { status: 'abandoned' });
  }
}

/** Moves a conflict that is still open; one that ended meanwhile stays as it is. */
export async function markConflict(
  tx: Tx,
  conflictId: string | null,
  status: 'open' | 'resolving' | 'waiting_for_person',
): Promise<Conflict | null> {
  const conflict = conflictId === null ? null : await tx.conflicts.byId(conflictId);
  if (!conflict || !conflictIsOpen(conflict.status)) return null;
  return conflict.status === status ? conflict : tx.conflicts.move(conflict.id, openOnes, { status });
}
