import type { Ask } from '../server/domain/ask.ts';
import type { TimelineEvent } from '../server/domain/events.ts';
import type { Usage } from '../server/domain/metrics.ts';
import type { PlanCollision } from '../server/domain/plan-preview.ts';
import type { Session } from '../server/domain/session.ts';
import type { DependencyType, Task } from '../server/domain/task.ts';
import { criticalPath } from '../server/domain/task-graph/critical-path.ts';
import { nodeOf } from '../server/domain/task-graph/graph.ts';
import { progress } from '../server/domain/task-graph/progress.ts';
import { effects } from './live-effects.ts';

/** What a page may know of an event; the wire leaves the team out. */
export type LiveEvent = Omit<TimelineEvent, 'teamId'>;

export type LiveSession = Omit<Session, 'owner' | 'epoch' | 'leaseExpiresAt' | 'resetTo' | 'startCommit'>;

export interface LiveEdge {
  readonly id: string;
  /** The prerequisite. */
  readonly from: string;
  readonly to: string;
  readonly type: DependencyType;
  readonly required: boolean;
  readonly lagSeconds: number;
}

/** Two tasks that may run at once and announce the same paths, by their ids. */
export type LiveCollision = PlanCollision;

export interface LiveState {
  readonly session: LiveSession;
  /** Their `dependencies` are left empty: `edges` say them. */
  readonly tasks: readonly Task[];
  readonly edges: readonly LiveEdge[];
  readonly criticalPath: readonly string[];
  /** Open ones only, oldest first. */
  readonly asks: readonly Ask[];
  /** What each attempt has used so far, by its id. */
  readonly usage: Readonly<Record<string, Usage>>;
  /** What the graph holds when all is told: a replay takes from here what events name but do not tell. */
  readonly plan?: KnownPlan | undefined;
  /** Ascending and without holes, ending at `lastSeq`; older ones may not be loaded. */
  readonly events: readonly LiveEvent[];
  readonly lastSeq: number;
  /** Arrived ahead of a hole: applied as soon as what is missing comes. */
  readonly held: readonly LiveEvent[];
  /** The newest event whose effect only a loader can tell in full; 0 when there is none. */
  readonly reloadSeq: number;
}

/** Tasks and edges by name; `linked` are those that came later than both their ends. */
export interface KnownPlan {
  readonly tasks: readonly Task[];
  readonly edges: readonly LiveEdge[];
  readonly linked: ReadonlySet<unknown>;
}

/** Eight hours open must not fill the memory: past this the oldest leave the page; the timeline asks for them again. */
export const keptEvents = 5_000;

/**
 * Applies a batch in seq order: what was seen is dropped, what lies beyond a hole is held back. The result depends only
 * on which events have come, never on how they were cut into batches. Runs the same on server and client.
 */
export function applyEvents(state: LiveState, batch: readonly LiveEvent[]): LiveState {
  const waiting = new Map<number, LiveEvent>();
  for (const event of [...state.held, ...batch]) {
    if (event.sessionId !== state.session.id || event.seq === null || event.seq <= state.lastSeq) continue;
    waiting.set(event.seq, event);
  }
  if (waiting.size === 0) return state.held.length === 0 ? state : { ...state, held: [] };

  let next: LiveState = state;
  const fresh: LiveEvent[] = [];
  for (let seq = state.lastSeq + 1; ; seq++) {
    const event = waiting.get(seq);
    if (event === undefined) break;
    waiting.delete(seq);
    fresh.push(event);
    const changed = applyEvent(next, event);
    next = effects[event.type] === 'told' ? changed : { ...changed, reloadSeq: seq };
  }
  next = counted(next, state);
  const held = [...waiting.values()].sort((a, b) => (a.seq ?? 0) - (b.seq ?? 0));
  if (fresh.length === 0) return { ...next, held };
  const events = [...state.events, ...fresh];
  return {
    ...next,
    held,
    lastSeq: state.lastSeq + fresh.length,
    events: events.length > keptEvents ? events.slice(-keptEvents) : events,
  };
}

/** What one event does to the state; whoever calls it answers for the order. */
export function applyEvent(state: LiveState, event: LiveEvent): LiveState {
  const effect = effects[event.type];
  return effect === 'told' || effect === 'reload' ? state : effect(state, event);
}

/** Progress and critical path by the rules of the graph, when its tasks or edges are not what they were. */
export function counted(state: LiveState, before: Pick<LiveState, 'tasks' | 'edges'>): LiveState {
  if (state.tasks === before.tasks && state.edges === before.edges) return state;
  const graph = { nodes: state.tasks.map(nodeOf), edges: state.edges };
  const { completed, total } = progress(graph);
  return {
    ...state,
    criticalPath: criticalPath(graph).path,
    session: { ...state.session, progress: { completed, total } },
  };
}

/** The hole in front of the held events, both ends included, or null. */
export function gapOf(state: LiveState): { from: number; to: number } | null {
  const first = state.held[0]?.seq;
  return first == null ? null : { from: state.lastSeq + 1, to: first - 1 };
}

/**
 * Fresh loader data under what the page already knows: the loader is the truth up to its own `lastSeq`, events that
 * came since are applied on top, and older pages that were loaded stay when they still join without a hole.
 */
export function rebase(loaded: LiveState, current: LiveState): LiveState {
  if (loaded.session.id !== current.session.id) return loaded;
  const known = [...current.events, ...current.held];
  const state = applyEvents(loaded, known);
  const first = state.events[0]?.seq ?? state.lastSeq + 1;
  const older = current.events.filter((event) => (event.seq ?? 0) < first);
  return older.at(-1)?.seq === first - 1 ? { ...state, events: [...older, ...state.events] } : state;
}

/**
 * The first state of a page. The session's row is read first and says which events it already holds; tasks, asks and
 * events are read after it, so they may be ahead, and what is newer than the row is applied on top.
 */
export function openState(
  rows: Pick<LiveState, 'session' | 'tasks' | 'edges' | 'criticalPath' | 'asks' | 'usage'>,
  events: readonly LiveEvent[],
): LiveState {
  const { lastSeq } = rows.session;
  const known = events.filter((event) => (event.seq ?? 0) <= lastSeq);
  return applyEvents({ ...rows, events: known, lastSeq, held: [], reloadSeq: 0 }, events);
}

/** An event as JSON brought it, with its time a Date again. */
export function reviveEvent(wire: Omit<LiveEvent, 'at'> & { at: string | Date }): LiveEvent {
  return { ...wire, at: new Date(wire.at) };
}
