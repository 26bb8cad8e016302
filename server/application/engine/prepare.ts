import type { Attempt } from '../../domain/attempt.ts';
import type { Session } from '../../domain/session.ts';
import type { Deps } from '../deps.ts';
import type { Repository } from '../team-port.ts';
import type { AttemptPatch } from '../work-port.ts';
import { settleFailure } from './settle.ts';
import { runCommands } from './verify.ts';

/**
 * Makes an attempt's worktree ready for whoever works in it: the set-up commands, and for a conflict both its sides. Stored
 * as done only at the end, so a crash before that does it again from the start. Null when the attempt has failed here.
 */
export async function prepareAttempt(
  deps: Deps,
  found: Attempt,
  session: Session,
  repository: Repository,
  signal: AbortSignal,
): Promise<Attempt | null> {
  const attempt = await openWorktree(deps, found, session, repository);
  // Whoever plans only reads: nothing is set up, committed or proven for it.
  if (attempt.setupDone || attempt.role === 'plan') return attempt;
  if (attempt.role !== 'waiver') {
    const ran = await runCommands(deps, attempt, attempt.worktree ?? '', repository.setup, signal);
    signal.throwIfAborted();
    const broken = ran.find((one) => one.exitCode !== 0);
    if (broken) {
      await settleFailure(deps, attempt, {
        status: 'failed',
        failure: 'verification_failed',
        message: `The set-up command ${broken.command} ended with ${broken.exitCode ?? 'a signal'}:\n${broken.output.slice(-2000)}`,
        retryAt: null,
      });
      return null;
    }
  }
  const given = await givenWork(deps, attempt, repository);
  return deps.store.attempts.update(attempt.id, { ...given, setupDone: true }, { epoch: attempt.epoch });
}

/** Whether the attempt's work is there without an agent: its summary was written when it was prepared. */
export function needsNoRun(attempt: Attempt): boolean {
  return attempt.setupDone && attempt.summary !== null;
}

/** The base commit is stored before the worktree is made, so a repeat makes the same one. */
async function openWorktree(deps: Deps, attempt: Attempt, session: Session, repository: Repository): Promise<Attempt> {
  const { store, workspaces } = deps;
  let row = attempt;
  if (row.baseCommit === null)
    row = await store.attempts.update(row.id, await startOf(deps, row, session, repository), { epoch: row.epoch });
  const worktree = await workspaces.openWorktree(repository, {
    id: row.id,
    sessionSlug: session.slug,
    commit: row.baseCommit ?? '',
  });
  return row.worktree === worktree ? row : store.attempts.update(row.id, { worktree }, { epoch: row.epoch });
}

/** Where the attempt begins: the head of the branch, or the place a person's decision was made for. */
async function startOf(
  deps: Deps,
  attempt: Attempt,
  session: Session,
  repository: Repository,
): Promise<Pick<AttemptPatch, 'baseCommit' | 'taskCommit'>> {
  if (attempt.role === 'waiver' && attempt.sourceAttemptId !== null) {
    const source = await deps.store.attempts.get(attempt.sourceAttemptId);
    if (source?.taskCommit) return { baseCommit: source.baseCommit, taskCommit: source.taskCommit };
  }
  const conflict = attempt.conflictId === null ? null : await deps.store.conflicts.byId(attempt.conflictId);
  // What a person chose was chosen on this state of the branch; a newer one is judged when the work is put onto it.
  if (conflict?.resolution) return { baseCommit: conflict.oursCommit };
  return {
    baseCommit:
      session.branch === null ? (session.baseCommit ?? '') : await deps.workspaces.head(repository, session.branch),
  };
}

async function givenWork(deps: Deps, attempt: Attempt, repository: Repository): Promise<Pick<AttemptPatch, 'summary'>> {
  const { store, workspaces } = deps;
  if (attempt.role === 'waiver') {
    const source = attempt.sourceAttemptId === null ? null : await store.attempts.get(attempt.sourceAttemptId);
    return { summary: source?.summary ?? 'Accepted as it is, without its proof.' };
  }
  if (attempt.role !== 'conflict' || attempt.conflictId === null) return {};
  const conflict = await store.conflicts.byId(attempt.conflictId);
  if (conflict === null) return {};
  const worktree = attempt.worktree ?? '';
  const { files } = await workspaces.openConflict(repository, worktree, attempt.baseCommit ?? '', {
    commit: conflict.theirsCommit,
    base: conflict.baseCommit,
  });
  if (conflict.resolution) {
    const sides = { ours: conflict.oursCommit, theirs: conflict.theirsCommit };
    await workspaces.applyResolution(repository, worktree, sides, conflict.resolution);
    return {
      summary: `${conflict.resolvedBy?.name ?? 'A person'} resolved the conflict in ${listed(conflict.files)}.`,
    };
  }
  return files.length === 0 ? { summary: 'Both sides fit together as the branch stands now.' } : {};
}

const listed = (files: readonly string[]) =>
  files.length > 5 ? `${files.slice(0, 5).join(', ')} and ${files.length - 5} more` : files.join(', ');
