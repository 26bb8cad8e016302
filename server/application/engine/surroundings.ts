import { DomainError } from '../../domain/errors.ts';
import type { Session } from '../../domain/session.ts';
import type { Deps } from '../deps.ts';
import type { SessionRef } from '../git-port.ts';
import type { Repository } from '../team-port.ts';

/** The repository of a session and the names git knows the session by. */
export async function surroundingsOf(
  deps: Deps,
  session: Pick<Session, 'id' | 'slug' | 'teamId' | 'repositoryId'>,
): Promise<{ repository: Repository; ref: SessionRef }> {
  const repository = await deps.store.repositories.get(session.teamId, session.repositoryId, { removed: true });
  const team = await deps.store.teams.get(session.teamId);
  if (!repository || !team) throw new DomainError('NOT_FOUND', 'The repository of the session is gone.');
  return { repository, ref: { id: session.id, slug: session.slug, teamSlug: team.slug } };
}
