import type { Attempt } from '../../domain/attempt.ts';
import { formatPath } from '../../domain/context-path.ts';
import { errorCodeOf } from '../../domain/errors.ts';
import type { Session } from '../../domain/session.ts';
import type { Task } from '../../domain/task.ts';
import { keepInSession } from '../contexts/keep.ts';
import type { Deps } from '../deps.ts';
import type { Tx } from '../store-port.ts';
import { engineActor } from './engine-actor.ts';

const keptSummary = 2_000;
const keptFiles = 50;

/**
 * Writes what a completed task did into the session's context, at `tasks.<key>`: `{ summary, files }`, for the tasks after
 * it. Call in the transaction that completes it, under the session's lock. A context that cannot take it (somebody keeps a
 * scalar at `tasks`, or it is full) is no reason to lose the work: it is said in the log.
 */
export async function writeBack(deps: Deps, tx: Tx, session: Session, task: Task, attempt: Attempt): Promise<void> {
  const summary = (attempt.summary ?? '').slice(0, keptSummary).toWellFormed();
  const files = (attempt.evidence?.files ?? []).slice(0, keptFiles);
  try {
    const path = formatPath(['tasks', task.key]);
    await keepInSession(deps, tx, session, { [path]: { summary, files } }, engineActor(session.teamId));
  } catch (error) {
    // INVALID: it does not fit; CONFLICT: the session ended so long ago that nothing is kept for it any more.
    if (errorCodeOf(error) !== 'INVALID' && errorCodeOf(error) !== 'CONFLICT') throw error;
    const { message } = error instanceof Error ? error : { message: String(error) };
    deps.log.warn({ session: session.slug, task: task.key, error: message }, 'A result was not kept in the context');
  }
}
