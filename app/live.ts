import type { Ask } from '../server/domain/ask.ts';
import type { TimelineEvent } from '../server/domain/events.ts';
import type { PlanCollision } from '../server/domain/plan-preview.ts';
import type { Session } from '../server/domain/session.ts';
import type { DependencyType, Task } from '../server/domain/task.ts';
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
  readonly tasks: readonly Task[];
  readonly edges: readonly LiveEdge[];
  readonly criticalPath: readonly string[];
  /** Open ones only, oldest first. */
  readonly asks: readonly Ask[];
  /** Ascending and without holes, ending at `lastSeq`; older ones may not be loaded. */
  readonly events: readonly LiveEvent[];
  readonly lastSeq: number;
  /** Arrived ahead of a hole: applied as soon as what is missing comes. */
  readonly held: readonly LiveEvent[];
  /** The newest event whose effect only a loader can tell in full; 0 when there is none. */
  readonly reloadSeq: number;
}

/** Eight hours open must not fill the memory: past this the oldest leave the page (the server still has them). */
export const keptEvents = 20_000;

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
    const effect = effects[event.type];
    const changed = effect === 'told' || effect === 'reload' ? next : effect(next, event);
    next = effect === 'told' ? changed : { ...changed, reloadSeq: seq };
  }
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
  rows: Pick<LiveState, 'session' | 'tasks' | 'edges' | 'criticalPath' | 'asks'>,
  events: readonly LiveEvent[],
): LiveState {
  const { lastSeq } = rows.session;
  const known = events.filter((event) => (event.seq ?? 0) <= lastSeq);
  return applyEvents({ ...rows, events: known, lastSeq, held: [], reloadSeq: 0 }, events);
}

/** Puts an older page in front; one that does not end right before the first known event is refused unchanged. */
export function prependEvents(state: LiveState, older: readonly LiveEvent[]): LiveState {
  const first = state.events[0]?.seq ?? state.lastSeq + 1;
  const page = older.filter((event) => event.seq !== null && event.seq < first);
  if (page.at(-1)?.seq !== first - 1) return state;
  return { ...state, events: [...page, ...state.events] };
}

/** An event as JSON brought it, with its time a Date again. */
export function reviveEvent(wire: Omit<LiveEvent, 'at'> & { at: string | Date }): LiveEvent {
  return { ...wire, at: new Date(wire.at) };
}
