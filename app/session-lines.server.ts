import type { Session } from '../server/domain/session.ts';
import type { Services } from '../server/services.ts';
import type { SignedIn } from './context.ts';
import type { SessionLine } from './session-lines.ts';

/** Sessions with what the list shows of them beside their rows, in the order given. */
export async function linesOf(
  { sessions }: Pick<Services, 'sessions'>,
  actor: SignedIn['actor'],
  found: readonly Session[],
): Promise<SessionLine[]> {
  const figures = await sessions.lineFigures(
    actor,
    found.map((session) => session.id),
  );
  const byId = new Map(figures.map((one) => [one.id, one]));
  return found.map((session) => {
    const { id, slug, title, status, statusSince, attention, progress, health, pendingCommand, tags } = session;
    const own = byId.get(id);
    return {
      ...{ id, slug, title, status, statusSince, attention, progress, health, pendingCommand, tags },
      repository: own?.repositoryName ?? '',
      owner: own?.ownerName ?? null,
      mine: session.createdBy === actor.id,
      costUsd: own?.costUsd ?? null,
      runtimes: own?.runtimes ?? [],
    };
  });
}

/** Names of the team's repositories by id, to choose one from. */
export async function repositoryNames(
  { repositories }: Pick<Services, 'repositories'>,
  actor: SignedIn['actor'],
): Promise<Record<string, string>> {
  const known = await repositories.choices(actor);
  return Object.fromEntries(known.map(({ id, name }) => [id, name]));
}
