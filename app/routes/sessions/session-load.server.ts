import type { Actor } from '../../../server/domain/actor.ts';
import type { Attempt } from '../../../server/domain/attempt.ts';
import { addUsage, emptyUsage } from '../../../server/domain/metrics.ts';
import type { Services } from '../../../server/services.ts';
import { openState } from '../../live.ts';
import { briefOf } from '../../live-attempt.ts';

/** How many events a page opens with; older ones are loaded when somebody asks. */
export const openedEvents = 200;

/** Everything the frame of a session page shows. The session's row is read first: it says which events it holds. */
export async function loadSession(services: Services, actor: Actor, slug: string) {
  const {
    owner: _owner,
    epoch: _epoch,
    leaseExpiresAt: _lease,
    resetTo: _reset,
    ...session
  } = await services.sessions.get(actor, slug);
  const [graph, attempts, asks, events, repository] = await Promise.all([
    services.tasks.graph(actor, session.id),
    services.tasks.attemptsOf(actor, session.id),
    services.asks.list(actor, { status: ['open', 'escalated'], sessionId: session.id }, { limit: 100 }),
    services.timeline.latest(actor, session.id, { limit: openedEvents }),
    services.repositories.get(actor, session.repositoryId),
  ]);
  const live = openState(
    {
      session,
      tasks: [...graph.nodes].sort((a, b) => a.position - b.position),
      edges: graph.edges,
      criticalPath: graph.criticalPath,
      asks: asks.items.toSorted((a, b) => a.openedAt.getTime() - b.openedAt.getTime()),
    },
    events.items,
  );
  return {
    live,
    attempts: attempts.map(briefOf),
    usage: attempts.reduce((sum: typeof emptyUsage, attempt: Attempt) => addUsage(sum, attempt.usage), emptyUsage),
    plan: { waves: graph.waves, remainingHours: graph.remainingHours, etaAt: graph.etaAt },
    repository: repository.name,
    rehearsal: session.model === null ? services.system.rehearsal : session.model.startsWith('rehearsal/'),
    actor,
  };
}
