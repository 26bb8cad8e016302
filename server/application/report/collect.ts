import { type Actor, can } from '../../domain/actor.ts';
import type { Attempt } from '../../domain/attempt.ts';
import type { Conflict } from '../../domain/conflict.ts';
import { eventTypes, type TimelineEvent } from '../../domain/events.ts';
import type { Metrics } from '../../domain/metrics.ts';
import type { Merge, Review, Thread } from '../../domain/review.ts';
import type { Session } from '../../domain/session.ts';
import type { Task } from '../../domain/task.ts';
import type { AskRow } from '../ask-port.ts';
import type { Deps } from '../deps.ts';
import { createDiffs } from '../diffs.ts';
import { createFigures } from '../figures.ts';
import type { Diff } from '../git-port.ts';
import type { AuditEntry } from '../record-port.ts';
import { createThreads } from '../review/threads.ts';
import { findSession } from '../sessions/find.ts';

import { leftOut } from './words.ts';

/** So much of each list a report holds at most; what is left out is counted in it. */
export const most = { events: 2_000, asks: 100, audit: 100 } as const;

const told = eventTypes.filter((type) => !leftOut.has(type));

/** Everything a report tells, as it is at one moment. */
export interface ReportFacts {
  readonly session: Session;
  readonly repository: string;
  readonly team: string;
  readonly creator: string | null;
  readonly tasks: readonly Task[];
  readonly attempts: readonly Attempt[];
  readonly agents: ReadonlyMap<string, string>;
  readonly metrics: Metrics;
  readonly events: readonly TimelineEvent[];
  readonly eventsInAll: number;
  readonly asks: readonly AskRow[];
  readonly asksInAll: number;
  readonly conflicts: readonly Conflict[];
  readonly threads: readonly Thread[];
  readonly reviews: readonly Review[];
  readonly merges: readonly Merge[];
  readonly diff: Diff;
  /** Null for whoever may not read it. */
  readonly audit: { readonly entries: readonly AuditEntry[]; readonly total: number } | null;
  readonly people: ReadonlyMap<string, string>;
  readonly rehearsal: boolean;
  readonly by: string;
  readonly at: Date;
  readonly version: string;
}

/** Gathers a session for its report, through the same doors as its pages. */
export async function collectReport(deps: Deps, actor: Actor, ref: string): Promise<ReportFacts> {
  const { store } = deps;
  const session = await findSession(deps, actor, ref, 'read');
  const { id, teamId } = session;
  const raw = await createDiffs(deps).ofSession(actor, id);
  // Git's own text never went through the store.
  const clean = (patch: string | null) => (patch === null ? null : deps.redact(patch));
  const diff = { ...raw, files: raw.files.map((file) => ({ ...file, patch: clean(file.patch) })) };
  const mayAudit = can(actor, 'session.audit.read', { teamId, createdBy: session.createdBy });
  const [repository, team, tasks, attempts, agents, metrics, events, eventsInAll, asks] = await Promise.all([
    store.repositories.get(teamId, session.repositoryId, { removed: true }),
    store.teams.get(teamId),
    store.tasks.bySession(id),
    store.attempts.bySession(id),
    store.agents.list(teamId),
    createFigures(deps).ofSession(actor, id),
    // The end matters most where not all can be held.
    store.events.list(id, {
      after: 0,
      limit: most.events,
      types: told,
      newestFirst: true,
    }),
    store.events.count(id, told),
    store.asks.list(teamId, { sessionId: id }, { limit: most.asks }),
  ]);
  const [conflicts, threads, reviews, merges, audit] = await Promise.all([
    store.conflicts.ofSession(id),
    createThreads(deps).listIn(actor, id, diff, null),
    store.reviews.ofSession(id),
    store.merges.ofSession(id),
    mayAudit ? store.audit.search(teamId, { subject: id }, { limit: most.audit }) : null,
  ]);
  const people = await namesOf(deps, [
    session.createdBy,
    ...asks.items.map(({ answeredBy }) => answeredBy),
    ...(audit?.items.map((entry) => (entry.actor.kind === 'user' ? entry.actor.id : null)) ?? []),
  ]);
  return {
    ...{ session, tasks, attempts, metrics, conflicts, threads, reviews, merges, diff, people },
    repository: repository?.name ?? 'a repository that is gone',
    team: team?.name ?? '',
    creator: session.createdBy === null ? null : (people.get(session.createdBy) ?? null),
    agents: new Map(agents.map((agent) => [agent.id, agent.name])),
    events: [...events].reverse(),
    eventsInAll,
    asks: asks.items,
    asksInAll: asks.total,
    audit: audit === null ? null : { entries: audit.items, total: audit.total },
    rehearsal: session.model === null ? deps.settings.rehearsal : session.model.startsWith('rehearsal/'),
    by: actor.name,
    at: await store.now(),
    version: deps.settings.version,
  };
}

async function namesOf({ store }: Deps, ids: readonly (string | null)[]): Promise<Map<string, string>> {
  const known = [...new Set(ids.filter((id) => id !== null))];
  const users = await Promise.all(known.map((id) => store.users.get(id)));
  return new Map(users.flatMap((user) => (user === null ? [] : [[user.id, user.name] as const])));
}
