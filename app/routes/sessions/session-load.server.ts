import type { Actor } from '../../../server/domain/actor.ts';
import type { Attempt } from '../../../server/domain/attempt.ts';
import { conflictIsOpen, conflictStatuses } from '../../../server/domain/conflict.ts';
import { addUsage, emptyUsage, totalTokens } from '../../../server/domain/metrics.ts';
import type { Services } from '../../../server/services.ts';
import { elapsedSeconds } from '../../components/session-header.tsx';
import { openState } from '../../live.ts';
import { briefOf } from '../../live-attempt.ts';
import { inspect, inspectedTask } from './session-inspect.server.ts';

/** How many events a page opens with; older ones are loaded when somebody asks. */
export const openedEvents = 200;

const standing = conflictStatuses.filter(conflictIsOpen);

/** Everything the frame of a session page shows. The session's row is read first: it says which events it holds. */
export async function loadSession(services: Services, actor: Actor, slug: string, url: URL) {
  const {
    owner: _owner,
    epoch: _epoch,
    leaseExpiresAt: _lease,
    resetTo: _reset,
    startCommit: _start,
    ...session
  } = await services.sessions.get(actor, slug);
  const task = inspectedTask(url);
  const [graph, attempts, asks, events, repository, conflicts, envelope, collisions] = await Promise.all([
    services.tasks.graph(actor, session.id),
    services.tasks.attemptsOf(actor, session.id),
    services.asks.list(actor, { status: ['open', 'escalated'], sessionId: session.id }, { limit: 100 }),
    services.timeline.latest(actor, session.id, { limit: openedEvents }),
    services.repositories.get(actor, session.repositoryId),
    services.conflicts.list(actor, { sessionId: session.id, status: standing }, { limit: 20 }),
    services.plans.envelope(actor, session.id),
    services.plans.collisions(actor, session.id),
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
  const now = new Date();
  const usage = attempts.reduce((sum: typeof emptyUsage, one: Attempt) => addUsage(sum, one.usage), emptyUsage);
  return {
    live,
    attempts: attempts.map(briefOf),
    usage,
    envelope,
    used: {
      elapsedHours: elapsedSeconds(session, now) / 3600,
      workHours: attempts.reduce((sum, attempt) => sum + hoursOf(attempt, now), 0),
      tokens: totalTokens(usage),
      costUsd: usage.costUsd,
    },
    collisions,
    conflicts: conflicts.items,
    inspection: task === null ? null : await inspect(services, actor, task, graph.nodes),
    repository: repository.name,
    rehearsal: session.model === null ? services.system.rehearsal : session.model.startsWith('rehearsal/'),
    actor,
  };
}

function hoursOf({ startedAt, endedAt }: Pick<Attempt, 'startedAt' | 'endedAt'>, now: Date): number {
  return ((endedAt ?? now).getTime() - startedAt.getTime()) / 3_600_000;
}
