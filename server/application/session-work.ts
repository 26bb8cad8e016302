import type { Session } from '../domain/session.ts';
import type { Deps } from './deps.ts';
import type { RepositoryRef, SessionRef } from './git-port.ts';

/** More than this in one commit is not kept for other instances. */
const mostBytes = 32 * 2 ** 20;

type Kept = Pick<Deps, 'store' | 'workspaces' | 'instance'>;

/** Whether other instances have a mirror of their own of it; a path is the same repository for whoever reaches it. */
export function isOwnMirror({ instance }: Pick<Deps, 'instance'>, repository: RepositoryRef): boolean {
  return instance.clustered && repository.kind === 'url';
}

/**
 * Keeps a commit of the session where the other instances find it, with what it needs beyond the base and what was kept
 * before. Before anything tells of the commit: whoever reads of it can have it. May be repeated.
 */
export async function keepWork(
  deps: Kept & Pick<Deps, 'log'>,
  session: Session,
  repository: RepositoryRef,
  commit: string,
): Promise<void> {
  if (!isOwnMirror(deps, repository)) return;
  const known = await deps.store.sessionWork.commits(session.id);
  if (commit === session.baseCommit || known.includes(commit)) return;
  const base = session.baseCommit === null ? [] : [session.baseCommit];
  const bundle = await deps.workspaces.packCommit(repository, commit, [...base, ...known], mostBytes);
  if (bundle === null) {
    deps.log.warn({ session: session.slug, commit }, 'A commit is too large to be kept for the other instances');
    return;
  }
  await deps.store.sessionWork.put(session.id, commit, bundle);
}

/** Brings commits of the session that another instance made into this one's mirror; nothing where they are there. */
export async function bringWork(deps: Kept, session: Session, repository: RepositoryRef): Promise<void> {
  if (!isOwnMirror(deps, repository) || session.branch === null) return;
  await deps.workspaces.prepare(repository);
  const kept = await deps.store.sessionWork.commits(session.id);
  for (const commit of await deps.workspaces.missing(repository, kept)) {
    const bundle = await deps.store.sessionWork.get(session.id, commit);
    if (bundle !== null) await deps.workspaces.unpack(repository, bundle);
  }
}

/**
 * Makes this instance's mirror hold the session as the database tells of it: its commits, and its branch at the head that
 * is stored. Only for the session's owner, with none of its runs under way.
 */
export async function receiveWork(
  deps: Kept,
  session: Session,
  repository: RepositoryRef,
  ref: SessionRef,
): Promise<void> {
  if (!isOwnMirror(deps, repository)) return;
  const { branch, baseCommit, headCommit } = session;
  if (branch === null || baseCommit === null || headCommit === null) return;
  await bringWork(deps, session, repository);
  await deps.workspaces.adoptBranch(repository, ref, { branch, baseCommit, head: headCommit });
}
