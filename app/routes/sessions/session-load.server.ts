import type { Actor } from '../../../server/domain/actor.ts';
import type { Attempt } from '../../../server/domain/attempt.ts';
import { conflictIsOpen, conflictStatuses } from '../../../server/domain/conflict.ts';
import { addUsage, emptyUsage, totalTokens } from '../../../server/domain/metrics.ts';
import type { Services } from '../../../server/services.ts';
import { elapsedSeconds } from '../../components/session-header.tsx';
import { openState } from '../../live.ts';
import { briefOf } from '../../live-attempt.ts';
import { packLive } from '../../live-packed.ts';
import { layoutFrom } from '../../pane-layout.ts';
import { addressOf } from '../../session-address.ts';
import { readHistory } from './session-history.server.ts';
import { inspect, inspectedEvent } from './session-inspect.server.ts';

/** How many events a page opens with; older ones are loaded when somebody asks. */
const openedEvents = 200;

const standing = conflictStatuses.filter(conflictIsOpen);

/** Everything the frame of a session page shows. The session's row is read first: it says which events it holds. */
export async function loadSession(
  services: Services,
  actor: Actor,
  slug: string,
  url: URL,
  cookies: string | null = null,
) {
  const {
    owner: _owner,
    epoch: _epoch,
    leaseExpiresAt: _lease,
    resetTo: _reset,
    startCommit: _start,
    ...session
  } = await services.sessions.get(actor, slug);
  const address = addressOf(url.searchParams);
  const before = Number(url.searchParams.get('before'));
  const [plan, attempts, asks, events, repository, conflicts, event, older, history, trims] = await Promise.all([
    services.plans.drawn(actor, session.id),
    services.tasks.attemptsOf(actor, session.id),
    services.asks.list(actor, { status: ['open', 'escalated'], sessionId: session.id }, { limit: 100 }),
    services.timeline.latest(actor, session.id, { limit: openedEvents }),
    services.repositories.get(actor, session.repositoryId),
    services.conflicts.list(actor, { sessionId: session.id, status: standing }, { limit: 20 }),
    inspectedEvent(services, actor, session.id, address.event),
    // Without scripts an older page is asked for by a link.
    Number.isInteger(before) && before > 0
      ? services.timeline.latest(actor, session.id, { before, limit: openedEvents })
      : null,
    address.at === null ? null : readHistory(services, actor, session.id),
    services.retention.ofSession(actor, session.id),
  ]);
  const told = event !== null && event !== 'missing' ? event.payload.taskId : null;
  // A planner's own run is no task of the graph: its events stand for themselves.
  const task = address.task ?? plan.tasks.find(({ id }) => id === told)?.id ?? null;
  const live = openState(
    {
      session,
      tasks: plan.tasks,
      edges: plan.edges,
      criticalPath: plan.criticalPath,
      asks: asks.items.toSorted((a, b) => a.openedAt.getTime() - b.openedAt.getTime()),
      usage: Object.fromEntries(attempts.map((attempt) => [attempt.id, attempt.usage])),
    },
    events.items,
  );
  const now = new Date();
  const usage = attempts.reduce((sum: typeof emptyUsage, one: Attempt) => addUsage(sum, one.usage), emptyUsage);
  return {
    live: packLive(live),
    attempts: attempts.map(briefOf),
    usage,
    envelope: plan.envelope,
    used: {
      elapsedHours: elapsedSeconds(session, now) / 3600,
      workHours: attempts.reduce((sum, attempt) => sum + hoursOf(attempt, now), 0),
      tokens: totalTokens(usage),
      costUsd: usage.costUsd,
    },
    collisions: plan.collisions,
    conflicts: conflicts.items,
    inspection: task === null ? null : await inspect(services, actor, task, plan.tasks),
    event,
    older: older?.items ?? null,
    history,
    trims,
    layout: layoutFrom(cookies),
    repository: repository.name,
    rehearsal: session.model === null ? services.system.rehearsal : session.model.startsWith('rehearsal/'),
    actor,
  };
}

function hoursOf({ startedAt, endedAt }: Pick<Attempt, 'startedAt' | 'endedAt'>, now: Date): number {
  return ((endedAt ?? now).getTime() - startedAt.getTime()) / 3_600_000;
}
