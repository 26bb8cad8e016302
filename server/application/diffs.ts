import type { Actor } from '../domain/actor.ts';
import { DomainError, invalid } from '../domain/errors.ts';
import type { Deps } from './deps.ts';
import type { Diff } from './git-port.ts';
import { bringWork } from './session-work.ts';
import { findSession } from './sessions/find.ts';
import type { Repository } from './team-port.ts';

/** What a session changed, from git: base to head of its branch, or one task's commit. */
export function createDiffs(deps: Deps) {
  const { store } = deps;

  async function range(
    actor: Actor,
    ref: string,
    taskId: string | undefined,
  ): Promise<{ repository: Repository; base: string; head: string } | null> {
    const session = await findSession(deps, actor, ref, 'read');
    const repository = await store.repositories.get(session.teamId, session.repositoryId, { removed: true });
    if (!repository) throw new DomainError('NOT_FOUND', 'The repository of the session is gone.');
    await bringWork(deps, session, repository);
    if (taskId !== undefined) {
      const task = (await store.tasks.bySession(session.id)).find((one) => one.id === taskId);
      if (!task) throw invalid([{ path: 'taskId', message: 'There is no such task in this session.' }]);
      return task.mergedCommit === null
        ? null
        : { repository, base: await deps.workspaces.parent(repository, task.mergedCommit), head: task.mergedCommit };
    }
    if (session.baseCommit === null) return null;
    return { repository, base: session.baseCommit, head: session.headCommit ?? session.baseCommit };
  }

  return {
    async ofSession(actor: Actor, ref: string, query: { taskId?: string | undefined } = {}): Promise<Diff> {
      const found = await range(actor, ref, query.taskId).catch(unreadable);
      if (!found) return { base: '', head: '', files: [], additions: 0, deletions: 0, truncated: false };
      return deps.workspaces.diff(found.repository, found.base, found.head).catch(unreadable);
    },

    /** The same as patch text, for `git apply`. */
    async patch(actor: Actor, ref: string, query: { taskId?: string | undefined } = {}): Promise<string> {
      const found = await range(actor, ref, query.taskId).catch(unreadable);
      return found ? deps.workspaces.rawPatch(found.repository, found.base, found.head).catch(unreadable) : '';
    },
  };
}

/** Whoever reads has sent nothing that could be wrong: a repository that is not there is away. */
function unreadable(error: unknown): never {
  if (!(error instanceof DomainError) || !isAbout('source', error.details)) throw error;
  throw new DomainError('UNAVAILABLE', `${error.message} Once it is back, what was changed in it is shown again.`, {
    cause: error,
  });
}

function isAbout(path: string, details: unknown): boolean {
  return Array.isArray(details) && details.some((issue: unknown) => Reflect.get(Object(issue), 'path') === path);
}
