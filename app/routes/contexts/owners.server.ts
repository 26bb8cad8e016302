import type { Actor } from '../../../server/domain/actor.ts';
import type { Context } from '../../../server/domain/context.ts';
import type { Services } from '../../../server/services.ts';
import { asDomainError } from '../../errors.server.ts';

/** Whose each context is: the session's slug or the agent's name, by context id. */
export async function ownersOf(
  services: Services,
  actor: Actor,
  contexts: readonly Pick<Context, 'id' | 'sessionId' | 'agentId'>[],
): Promise<Map<string, string>> {
  const sessionIds = new Set(contexts.flatMap(({ sessionId }) => sessionId ?? []));
  const slugs = new Map<string, string>();
  const reads = [...sessionIds].map(async (id) => {
    const slug = await slugOf(services, actor, id);
    slugs.set(id, slug);
  });
  const [agents] = await Promise.all([
    contexts.some(({ agentId }) => agentId !== null) ? services.agents.list(actor) : [],
    ...reads,
  ]);
  const names = new Map(agents.map((agent) => [agent.id, agent.name]));
  return new Map(
    contexts.flatMap(({ id, sessionId, agentId }): [string, string][] => {
      const owner = sessionId !== null ? slugs.get(sessionId) : agentId !== null ? names.get(agentId) : undefined;
      return owner === undefined ? [] : [[id, owner]];
    }),
  );
}

async function slugOf(services: Services, actor: Actor, id: string): Promise<string> {
  try {
    return (await services.sessions.get(actor, id)).slug;
  } catch (error) {
    // A deleted session keeps its context until that expires.
    if (asDomainError(error)?.code === 'NOT_FOUND') return 'a deleted session';
    throw error;
  }
}
