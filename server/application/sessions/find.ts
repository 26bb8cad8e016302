import { type Actor, authorize, type Permission } from '../../domain/actor.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Session } from '../../domain/session.ts';
import type { Deps } from '../deps.ts';
import { teamOf } from '../tokens.ts';

/** The person behind an actor: things they made are their own. */
export function personOf(actor: Actor): string | null {
  return actor.kind === 'user' ? actor.id : actor.kind === 'token' ? actor.userId : null;
}

/**
 * The session an actor names, by id or slug. Permission is asked before existence, so nobody learns what exists from a
 * 404 they may not see; another team's session does not exist.
 */
export async function findSession(
  deps: Pick<Deps, 'store'>,
  actor: Actor,
  ref: string,
  permission: Permission,
  options: { deleted?: boolean } = {},
): Promise<Session> {
  const teamId = teamOf(actor);
  authorize(actor, permission, { teamId, createdBy: personOf(actor), resource: 'sessions' });
  const session = await deps.store.sessions.get(teamId, ref, options);
  if (!session) throw new DomainError('NOT_FOUND', `There is no session ${ref}.`);
  authorize(actor, permission, { teamId: session.teamId, createdBy: session.createdBy, resource: 'sessions' });
  return session;
}

/** CONFLICT when the caller's version is not the row's. */
export function assertVersion(row: { version: number }, version: number | undefined): void {
  if (version !== undefined && version !== row.version) {
    throw new DomainError('CONFLICT', `It changed meanwhile: version ${row.version}, not ${version}.`, {
      details: { version: row.version },
    });
  }
}
