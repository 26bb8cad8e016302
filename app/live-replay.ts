import { type EventType, eventTypes } from '../server/domain/events.ts';
import { health } from '../server/domain/session-life.ts';
import { applyEvent, counted, type KnownPlan, type LiveEdge, type LiveEvent, type LiveState } from './live.ts';
import { effects } from './live-effects.ts';
import { changesOf } from './live-effects-session.ts';
import { unbegun } from './live-effects-task.ts';

/** The events that change what a page shows; the others only have their row in the timeline. */
export const historyTypes: readonly EventType[] = eventTypes.filter((type) => typeof effects[type] === 'function');

/** How many events lie between two remembered states: a moment is then a few hundred steps away, not all of them. */
const stride = 256;

/**
 * The session as it was, by the reducer that keeps the page live. `history` holds the events of `historyTypes`, oldest
 * first; what they name but do not tell (a task's estimate, an edge's kind) is taken from the truth of today.
 */
export function createReplay(truth: LiveState, history: readonly LiveEvent[]) {
  const remembered: LiveState[] = [beginning(truth, history)];

  function after(count: number): LiveState {
    const from = Math.min(Math.floor(count / stride), remembered.length - 1);
    let state = remembered[from] ?? beginning(truth, history);
    for (let index = from * stride; index < count; index++) {
      const event = history[index];
      if (event === undefined) break;
      state = applyEvent(state, event);
      if ((index + 1) % stride === 0) remembered[(index + 1) / stride] = state;
    }
    return state;
  }

  return {
    /** As it stood when `moment` had passed: every event up to it has happened. */
    at(moment: Date): LiveState {
      const count = countUntil(history, moment);
      const { plan: _, ...state } = counted(after(count), { tasks: [], edges: [] });
      const session = { ...state.session, lastSeq: history[count - 1]?.seq ?? 0 };
      return {
        ...state,
        session: { ...session, health: health(session, moment) },
        events: truth.events.filter((event) => event.at <= moment),
      };
    },
  };
}

export type Replay = ReturnType<typeof createReplay>;

/** How many of the events had happened. Times never fall along a history, so a binary search finds it. */
export function countUntil(history: readonly { readonly at: Date }[], moment: Date): number {
  let low = 0;
  let high = history.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((history[middle]?.at ?? moment) <= moment) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The session before anything happened to it; what was edited since stands as it was first. */
function beginning(truth: LiveState, history: readonly LiveEvent[]): LiveState {
  const { session } = truth;
  const first = firstValues(history, (event) => event.type === 'session.updated' && 'session');
  const ofTasks = firstValues(history, (event) => event.type === 'task.updated' && String(event.payload.taskId));
  const begun = {
    ...session,
    ...first.get('session'),
    ...{ status: 'pending', statusSince: session.createdAt, attention: { kind: 'none', since: null }, cause: null },
    ...{ headCommit: session.baseCommit, retryCount: 0, forced: false, proof: null, error: null, result: null },
    ...{ pendingCommand: null, queuedAt: null, startedAt: null, endedAt: null, deadlineAt: null },
    ...{ pausedAt: null, pausedSeconds: 0, plannedAt: null, planApprovedAt: null, recoveries: 0 },
    ...{ lastSeq: 0, lastCheckpointSequence: 0, deletedAt: null, recoverable: false },
    progress: { completed: 0, total: 0 },
  } satisfies LiveState['session'];
  return {
    session: { ...begun, health: health(begun, session.createdAt) },
    plan: {
      tasks: [...truth.tasks, ...takenOff(truth, history)].map((task) => ({ ...task, ...ofTasks.get(task.id) })),
      ...linksOf(truth, history),
    },
    ...{ tasks: [], edges: [], criticalPath: [], asks: [], usage: {}, events: [], lastSeq: 0, held: [], reloadSeq: 0 },
  };
}

/** The value each edited field had before its first change. */
function firstValues(history: readonly LiveEvent[], of: (event: LiveEvent) => string | false) {
  const first = new Map<string, Record<string, unknown>>();
  for (const event of history) {
    const key = of(event);
    if (key === false) continue;
    const known = first.get(key) ?? {};
    for (const [field, { from }] of changesOf(event.payload)) if (!(field in known)) known[field] = from;
    first.set(key, known);
  }
  return first;
}

/** An edge as the event of its end keeps it. */
type StoredEdge = Omit<LiveEdge, 'from' | 'to'> & { fromTaskId: string; toTaskId: string };

/** Every edge there ever was, and which of them a person drew later. */
function linksOf(truth: LiveState, history: readonly LiveEvent[]): Pick<KnownPlan, 'edges' | 'linked'> {
  const edges = [...truth.edges];
  const linked = new Set<unknown>();
  for (const { payload } of history) {
    const { added, removed } = (payload.dependency ?? {}) as { added?: { id?: unknown }; removed?: StoredEdge };
    if (added !== undefined) linked.add(added.id);
    if (removed === undefined || edges.some((edge) => edge.id === removed.id)) continue;
    const { fromTaskId: from, toTaskId: to, ...edge } = removed;
    edges.push({ ...edge, from, to });
  }
  return { edges, linked };
}

/** Tasks that were taken off the graph later: no loader knows them, their events do. */
function takenOff(truth: LiveState, history: readonly LiveEvent[]): LiveState['tasks'] {
  const known = new Set<unknown>(truth.tasks.map((task) => task.id));
  const pattern = truth.tasks[0];
  if (pattern === undefined) return [];
  return history.flatMap(({ type, payload }) => {
    const { taskId, key, title, parentTaskId } = payload;
    if (type !== 'task.created' || payload.kind === 'plan' || known.has(taskId)) return [];
    const estimate = { optimistic: 0, likely: 0, pessimistic: 0, expected: 0, sd: 0, confidence: 0, source: 'manual' };
    return [
      unbegun({
        ...pattern,
        ...{
          id: String(taskId),
          key: String(key),
          title: String(title),
          version: 1,
          position: Number.MAX_SAFE_INTEGER,
        },
        ...{ description: '', capabilities: [], technologies: [], optional: false, writes: [], predictedWrites: [] },
        ...{ verification: [], dependencies: [], planKey: null },
        estimate: { ...estimate, source: 'manual' },
        parentTaskId: typeof parentTaskId === 'string' ? parentTaskId : null,
      }),
    ];
  });
}
