import { type AskFilter, byUrgency, heldUpBehind, passes, type WaitingTask } from '../../domain/ask-urgency.ts';
import type { InboxRow } from '../ask-port.ts';
import type { Store } from '../store-port.ts';

/** How many waiting asks an inbox judges at once, the oldest; beyond them it says how many more there are. */
const inboxLimit = 1_000;

export type InboxItem = InboxRow & {
  /** Tasks that cannot begin before the one that asks has ended. */
  heldUp: number;
};

export interface Inbox {
  items: InboxItem[];
  /** Those that pass the filter, and all that wait. */
  passing: number;
  total: number;
  /** How many waiting ones were not judged, because there are more than an inbox takes. */
  beyond: number;
  /** What there is to filter by, with how many asks each value has. */
  facets: Record<'kind' | 'status' | 'permission' | 'session' | 'agent' | 'runtime', Record<string, number>> & {
    subAgent: number;
    mine: number;
  };
}

/** What waits for a person, the most urgent first: a page of those that pass, and what there is to filter by. */
export async function readInbox(
  store: Pick<Store, 'asks'>,
  teamId: string,
  {
    filter,
    me,
    now,
    offset,
    limit,
  }: { filter: AskFilter; me: string | null; now: Date; offset: number; limit: number },
): Promise<Inbox> {
  const { items, total } = await store.asks.inbox(teamId, inboxLimit);
  const passing = items.filter((ask) => passes(ask, filter));
  const waiting = new Map<string, WaitingTask[]>();
  for (const task of await store.asks.waitingTasks([...new Set(passing.map(({ sessionId }) => sessionId))]))
    waiting.set(task.sessionId, [...(waiting.get(task.sessionId) ?? []), task]);
  const weighed = passing.map((ask) => ({
    ...ask,
    heldUp: heldUpBehind(ask.taskId, waiting.get(ask.sessionId) ?? []),
  }));
  return {
    items: byUrgency(weighed, now).slice(offset, offset + limit),
    passing: passing.length,
    total,
    beyond: Math.max(0, total - items.length),
    facets: {
      kind: countBy(items, ({ kind }) => kind),
      status: countBy(items, ({ status }) => status),
      permission: countBy(items, ({ permission }) => permission),
      session: countBy(items, ({ sessionSlug }) => sessionSlug),
      agent: countBy(items, ({ agentName }) => agentName),
      runtime: countBy(items, ({ runtimeName }) => runtimeName),
      subAgent: items.filter(({ subAgent }) => subAgent).length,
      mine: items.filter(({ sessionCreatedBy }) => me !== null && sessionCreatedBy === me).length,
    },
  };
}

function countBy<T>(items: readonly T[], key: (item: T) => string | null): Record<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) {
    const value = key(item);
    if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return Object.fromEntries(counts);
}
